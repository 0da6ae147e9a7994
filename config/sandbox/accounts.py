"""Merchant accounts and bank accounts: registered from a file or by PUT /_sim/accounts, merged by code."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config.sandbox.messages import Refused, number_field, text_field
from config.sandbox.sandbox import put_setting

PRICINGS = ("blended", "icpp")
STATEMENT_FORMATS = ("camt053", "mt940")


def register(connection: sqlite3.Connection, body: Mapping[str, Any]) -> None:
    """Take over {webhook_url?, merchant_accounts?, bank_accounts?}; what is not named stays. Raises Refused 400."""
    if body.get("webhook_url"):
        put_setting(connection, "webhook_url", text_field(body, "webhook_url", longest=500))
    for bank in body.get("bank_accounts", []):
        _register_bank(connection, bank)
    for account in body.get("merchant_accounts", []):
        try:
            _register_merchant(connection, account)
        except sqlite3.IntegrityError as error:
            raise Refused(400, "INVALID_ACCOUNT", f"{account['code']}: another merchant account has this API key") from error


def account_by_key(connection: sqlite3.Connection, api_key: str) -> sqlite3.Row | None:
    """The merchant account that this API key is of."""
    row: sqlite3.Row | None = connection.execute("SELECT * FROM merchant_account WHERE api_key = ?", (api_key,)).fetchone()
    return row


def get_account(connection: sqlite3.Connection, code: str) -> sqlite3.Row:
    """A registered merchant account."""
    row: sqlite3.Row = connection.execute("SELECT * FROM merchant_account WHERE code = ?", (code,)).fetchone()
    return row


def _register_merchant(connection: sqlite3.Connection, given: Mapping[str, Any]) -> None:
    code, secret = text_field(given, "code"), text_field(given, "secret", default="")
    api_key = text_field(given, "api_key", default=secret)
    webhook_secret = text_field(given, "webhook_secret", default=secret)
    zone, pricing = text_field(given, "zone", default="Europe/Malta"), text_field(given, "pricing", default="blended")
    if not api_key or not webhook_secret or pricing not in PRICINGS or not _is_zone(zone):
        raise Refused(400, "INVALID_ACCOUNT", f"{code}: needs a secret, a known zone and a pricing of {PRICINGS}")
    settlement = {**_known_settlement(connection, code), **_settlement(connection, code, given.get("settlement", {}))}
    connection.execute(
        "INSERT INTO merchant_account VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (code) DO UPDATE SET api_key = excluded.api_key,"
        " webhook_secret = excluded.webhook_secret, company = excluded.company, zone = excluded.zone, pricing = excluded.pricing,"
        " settlement = excluded.settlement, reserve_basis_points = excluded.reserve_basis_points, reserve_days = excluded.reserve_days",
        (code, api_key, webhook_secret, text_field(given, "company", default="COUNTROOM"), zone, pricing)
        + (json.dumps(settlement), number_field(given, "first_batch", default=38))
        + (number_field(given, "reserve_basis_points", default=0), number_field(given, "reserve_days", default=0)),
    )


def _known_settlement(connection: sqlite3.Connection, code: str) -> dict[str, str]:
    """What stays where it is not named: money that moved in a currency is still to be paid out in it."""
    row = connection.execute("SELECT settlement FROM merchant_account WHERE code = ?", (code,)).fetchone()
    known: dict[str, str] = json.loads(row["settlement"]) if row is not None else {}
    return known


def _settlement(connection: sqlite3.Connection, code: str, given: Any) -> dict[str, str]:
    """{currency: bank account}, each known and of that currency. Raises Refused."""
    banks = {row["code"]: row["currency"] for row in connection.execute("SELECT code, currency FROM bank_account")}
    if not isinstance(given, dict) or any(banks.get(bank) != currency for currency, bank in given.items()):
        raise Refused(400, "INVALID_ACCOUNT", f"{code}: settlement must name a known bank account of each currency")
    return given


def _register_bank(connection: sqlite3.Connection, given: Mapping[str, Any]) -> None:
    code, statement_format = text_field(given, "code"), text_field(given, "format")
    if statement_format not in STATEMENT_FORMATS:
        raise Refused(400, "INVALID_ACCOUNT", f"{code}: format must be one of {STATEMENT_FORMATS}")
    row = (code, text_field(given, "iban"), text_field(given, "bic", default="SNDBMTMT"), text_field(given, "currency"), statement_format)
    connection.execute(
        "INSERT INTO bank_account VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (code) DO UPDATE SET iban = excluded.iban,"
        " bic = excluded.bic, currency = excluded.currency, format = excluded.format, camt_version = excluded.camt_version,"
        " opening_minor = excluded.opening_minor, rests = excluded.rests",
        (
            *row,
            text_field(given, "camt_version", default="08"),
            number_field(given, "opening_minor", default=0),
            given.get("rests") is True,
        ),
    )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
