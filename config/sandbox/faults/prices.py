"""Faults of what a deposit costs: a higher fee, one that is rounded the other way, another rate than agreed."""

import json
import sqlite3

from config.sandbox.faults.breaker import Breaker
from config.sandbox.movements import charge_more, convert_movement
from config.sandbox.reports.rates import AGREED, converted, worse_rate
from config.sandbox.sandbox import get_setting, put_setting

HOME = "EUR"  # what payments in other currencies are settled in, where they are


def fee_differs(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    """The row's fee is 0.50 more than agreed. One case covers a week: what is told already is not told again."""
    charge_more(breaker.connection, movement_id=row["id"], fee_minor=50, fault=code)
    year, week, _ = breaker.day.isocalendar()
    name = f"fee:{breaker.account['code']}:{row['currency']}:{year}-{week}"
    if get_setting(breaker.connection, name) is None:
        put_setting(breaker.connection, name, True)
        _tell(breaker, row, code, 50)


def has_fraction(breaker: Breaker, row: sqlite3.Row) -> bool:
    """Whether the fee of the row comes to a fraction of a minor unit: what is rounded can be rounded otherwise."""
    basis_points = 140 if breaker.account["pricing"] == "blended" else 30
    return bool(row["amount_minor"] * basis_points % 10_000)


def rounded_otherwise(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    """The row's fee is one minor unit more than agreed. One case covers a batch and currency."""
    charge_more(breaker.connection, movement_id=row["id"], fee_minor=1, fault=code)
    _tell_once(breaker, row, code, 1)


def is_convertible(breaker: Breaker, row: sqlite3.Row) -> bool:
    """Whether the account is settled in the home currency too, at a rate that is agreed."""
    return f"{row['currency']}/{HOME}" in AGREED and HOME in json.loads(breaker.account["settlement"])


def converted_badly(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    """The row is settled in the home currency, three per cent below the agreed rate. One case covers a batch and pair."""
    pair = f"{row['currency']}/{HOME}"
    rate = worse_rate(pair)
    minor = converted(row["amount_minor"], pair, rate)
    convert_movement(breaker.connection, movement_id=row["id"], currency=HOME, settled_minor=minor, rate=rate, fault=code)
    _tell_once(breaker, row, code, converted(row["amount_minor"], pair, AGREED[pair]) - minor)


def _tell_once(breaker: Breaker, row: sqlite3.Row, code: str, amount_minor: int) -> None:
    """A further one of the same currency is in the same case, which has the sum of them."""
    name = f"{code}:{row['currency']}"
    told = breaker.grouped.get(name)
    if told is not None:
        told["amount_minor"] += amount_minor
        return
    _tell(breaker, row, code, amount_minor)
    breaker.grouped[name] = breaker.truth[-1]


def _tell(breaker: Breaker, row: sqlite3.Row, code: str, amount_minor: int) -> None:
    breaker.tell(
        code,
        amount_minor=amount_minor,
        currency=row["currency"],
        occurred_at=row["occurred_at"],
        merchant_reference=None,
        psp_reference=None,
    )
