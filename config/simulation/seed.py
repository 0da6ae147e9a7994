"""The demo house: one legal entity, one brand, merchant and bank accounts, machine clients. Run twice, nothing is made twice.

Merchant account k (SANDBOX_EU, SANDBOX_EU2, …) serves region k of the brand, so that traffic spreads over accounts.
"""

import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.crypto import get_random_string

from cashier.models import ApiClient, BankAccount, Brand, MerchantAccount, PayoutPolicy, SettlementRoute
from cashier.secrets import Purpose
from config.sandbox.reports import fees
from config.sandbox.reports.rates import AGREED, TOLERANCE_PERCENT
from ledger.models import LegalEntity
from ledger.money import get_asset

ENTITY, BRAND, ZONE = "MT1", "lucky", "Europe/Malta"
RESERVED, RESERVE_DAYS = 1, 3  # which merchant account withholds 5 % for so long: the second
OWN_MONEY_FOR = 250  # deposits of a day, by what BANKS begin with
SCOPES = "cashier payouts wallet games players reconciliation disputes"
METHODS = ["card", "wallet_card", "paybybank", "directdebit", "localmethod"]
# currency -> the bank's statement format, IBAN, opening balance in whole units of the currency, units of about one euro
BANKS: dict[str, tuple[str, str, int, int]] = {
    "EUR": ("camt053", "MT84MALT011000012345MTLCAST001S", 250_000, 1),
    "SEK": ("mt940", "SE4550000000058398257466", 2_500_000, 11),
    "GBP": ("camt053", "GB29NWBK60161331926819", 200_000, 1),
    "USD": ("mt940", "MT31MALT01100000USD5MTLCAST002S", 250_000, 1),
    "JPY": ("mt940", "MT31MALT01100000JPY5MTLCAST003S", 30_000_000, 160),
    "KWD": ("camt053", "KW81CBKU0000000000001234560101", 80_000, 1),
}


class SeedRefused(Exception):
    """The demo house can't be made like this; the message says what to do."""


@dataclass(frozen=True, slots=True)
class DemoClient:
    """A machine client and its secret, known only when it was made now or kept in the secrets folder."""

    id: str
    secret: str
    scopes: str


@dataclass(frozen=True, slots=True)
class DemoHouse:
    """What was seeded: enough to drive it and to tell the sandbox."""

    entity: LegalEntity
    brand: Brand
    merchant_accounts: tuple[MerchantAccount, ...]
    bank_accounts: tuple[BankAccount, ...]
    client: DemoClient

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(str(account.regions[0]) for account in self.merchant_accounts)


def seed_house(*, sandbox_url: str, secrets_dir: Path, accounts: int, currencies: Sequence[str]) -> DemoHouse:
    """Make what is missing of the demo house. Raises SeedRefused for a currency without a demo bank."""
    unknown = [currency for currency in currencies if currency not in BANKS]
    if unknown:
        raise SeedRefused(f"No demo bank for {', '.join(unknown)}. Choose among {', '.join(BANKS)}.")
    with transaction.atomic():
        entity, _ = LegalEntity.objects.get_or_create(
            code=ENTITY, defaults={"name": "Countroom Malta", "zone": ZONE, "cutoff": time(0, 0), "licence": "MGA/DEMO/1"}
        )
        brand, _ = Brand.objects.get_or_create(code=BRAND, defaults={"name": "Lucky Crown", "entity": entity})
        banks = tuple(_bank(entity, currency) for currency in currencies)
        merchants = tuple(_merchant(entity, brand, number, sandbox_url, banks) for number in range(accounts))
        for currency in currencies:
            _policy(brand, currency)
        client = _client(brand, secrets_dir)
    for merchant in merchants:
        for purpose in (Purpose.API_KEY, Purpose.WEBHOOK_SECRET):
            keep_secret(secrets_dir, f"{merchant.secret_ref}_{purpose}")
    return DemoHouse(entity, brand, merchants, banks, client)


def sandbox_accounts(house: DemoHouse, *, secrets_dir: Path, webhook_url: str, deposits: int = 0) -> dict[str, Any]:
    """The same house as the sandbox's control call takes it (docs/sandbox.md, Accounts); its own money at the banks is for so many
    deposits a day, so that payouts which stay away for days are no shortfall of players' money."""
    fold = max(1, deposits // OWN_MONEY_FOR)
    return {
        "webhook_url": webhook_url,
        "merchant_accounts": [
            _sandbox_merchant(number, account, house, secrets_dir) for number, account in enumerate(house.merchant_accounts)
        ],
        "bank_accounts": [_sandbox_bank(account, fold) for account in house.bank_accounts],
    }


def keep_secret(secrets_dir: Path, name: str) -> str:
    """The secret of that name from the folder, made now if it is not there. Only this user may read it."""
    path = secrets_dir / name
    if not path.exists():
        secrets_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8").strip()


def _bank(entity: LegalEntity, currency: str) -> BankAccount:
    statement_format, iban, _, _ = BANKS[currency]
    account, _ = BankAccount.objects.get_or_create(
        code=f"BANK_{currency}",
        defaults={
            "entity": entity,
            "name": f"Players' funds {currency}",
            "iban": iban,
            "currency": currency,
            "statement_format": statement_format,
        },
    )
    return account


def agreed_fees(*, is_split: bool) -> dict[str, Any]:
    """What the sandbox charges (docs/sandbox.md, Accounts): all in one fee, or split into markup, scheme and interchange."""
    sale: dict[str, Any] = {"processing": {"percent": "1.40", **_fixed(fees.SALE_MINOR)}}
    if is_split:
        shares = {"scheme": {"percent": "0.12"}, "interchange": {"percent": "0.20"}}
        sale = {"markup": {"percent": "0.30", **_fixed(fees.SPLIT_SALE_MINOR)}, **shares}
    others = {"refund": fees.REFUND_MINOR, "payout": fees.PAYOUT_MINOR, "chargeback": fees.CHARGEBACK_MINOR}
    return {**sale, **{kind: _fixed(minor) for kind, minor in others.items()}, "fixed": {"descriptions": ["Transaction Fees"]}}


def _fixed(minor: int) -> dict[str, Any]:
    return {"fixed_minor": {code: fees.fixed_minor(minor, code) for code in sorted(BANKS)}}


def agreed_contract(*, has_reserve: bool = False) -> dict[str, Any]:
    """What is agreed beside the fees: the hour of the reports, the rates, how much may be rounding, the reserve (docs/contracts.md)."""
    rates = {pair: {"rate": rate, "tolerance_percent": TOLERANCE_PERCENT} for pair, rate in AGREED.items()}
    reserve = {"percent": "5.00", "days": RESERVE_DAYS, "grace_days": 1, "tolerance_minor": 0}
    # Rounding is a unit a line, whatever the unit is worth: as many of them in every currency.
    caps = {name: dict.fromkeys(sorted(BANKS), minor) for name, minor in (("batch_minor", 50), ("month_minor", 500))}
    agreed = {"file_due": "11:00", "fx": rates, "rounding": caps}
    return {**agreed, "reserve": reserve} if has_reserve else agreed


def _merchant(entity: LegalEntity, brand: Brand, number: int, sandbox_url: str, banks: Iterable[BankAccount]) -> MerchantAccount:
    code = "SANDBOX_EU" if number == 0 else f"SANDBOX_EU{number + 1}"
    account, made = MerchantAccount.objects.get_or_create(
        code=code,
        defaults={
            "entity": entity,
            "provider": "sandbox",
            "name": f"Sandbox {'EU' if number == 0 else f'EU {number + 1}'}",
            "regions": ["EU" if number == 0 else f"EU{number + 1}"],
            "methods": METHODS,
            "secret_ref": code,
            "base_url": sandbox_url,
            "timeout_seconds": 5,
            "report_zone": ZONE,
            "rank": 10 + number,
            "fee_schedule": agreed_fees(is_split=bool(number % 2)),
            "contract": agreed_contract(has_reserve=number == RESERVED),
        },
    )
    account.base_url = sandbox_url
    account.currencies = sorted({*account.currencies, *(bank.currency for bank in banks)})
    account.save()
    account.brands.add(brand)
    for bank in banks:
        SettlementRoute.objects.get_or_create(
            merchant_account=account, currency=bank.currency, defaults={"bank_account": bank, "payer_name": "SANDBOX PAYMENTS B.V."}
        )
    return account


def _policy(brand: Brand, currency: str) -> None:
    units = BANKS[currency][3] * 10 ** get_asset(currency).exponent
    PayoutPolicy.objects.get_or_create(
        brand=brand,
        currency=currency,
        defaults={
            "review_above_minor": 2_000 * units,
            "review_week_above_minor": 20_000 * units,
            "second_review_above_minor": 5_000 * units,
        },
    )


def _client(brand: Brand, secrets_dir: Path) -> DemoClient:
    scopes = " ".join(f"{area}:{verb}" for area in SCOPES.split() for verb in ("read", "write"))
    secret = keep_secret(secrets_dir, "DEMO_CLIENT_SECRET")
    client = ApiClient.objects.filter(name="Lucky Crown platform").first()
    if client is None:
        client = ApiClient(
            name="Lucky Crown platform",
            client_id=f"lucky-{get_random_string(12, 'abcdefghjkmnpqrstuvwxyz23456789')}",
            client_secret=secret,
            client_type=ApiClient.CLIENT_CONFIDENTIAL,
            authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
            scopes=scopes,
            rate_per_minute=600_000,
        )
        client.save()
        client.brands.add(brand)
    return DemoClient(client.client_id, secret, scopes)


def _sandbox_merchant(number: int, account: MerchantAccount, house: DemoHouse, secrets_dir: Path) -> dict[str, Any]:
    return {
        "code": account.code,
        "secret": keep_secret(secrets_dir, f"{account.secret_ref}_{Purpose.API_KEY}"),
        "webhook_secret": keep_secret(secrets_dir, f"{account.secret_ref}_{Purpose.WEBHOOK_SECRET}"),
        "company": "COUNTROOM",
        "zone": account.report_zone,
        "pricing": "icpp" if number % 2 else "blended",
        "first_batch": 38 + 342 * number,
        "reserve_basis_points": 500 if number == RESERVED else 0,
        "reserve_days": RESERVE_DAYS,
        "settlement": {bank.currency: bank.code for bank in house.bank_accounts},
    }


def _sandbox_bank(account: BankAccount, fold: int) -> dict[str, Any]:
    _, _, opening, _ = BANKS[account.currency]
    return {
        "code": account.code,
        "iban": account.iban,
        "bic": "MALTMTMT",
        "currency": account.currency,
        "format": account.statement_format,
        "camt_version": "02" if account.currency == "GBP" else "08",
        "rests": account.currency == "GBP",
        "opening_minor": fold * opening * 10 ** get_asset(account.currency).exponent,
    }
