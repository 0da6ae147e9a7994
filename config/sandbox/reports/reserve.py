"""The rolling reserve: a share of each batch's sales is withheld, and given back some days later. Its faults are here too."""

import sqlite3
from collections import Counter
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.sandbox.clock import to_text
from config.sandbox.faults.breaker import Breaker
from config.sandbox.movements import NEVER, record_movement, withhold_movement
from config.sandbox.reports.amounts import half_up
from config.sandbox.reports.sdr import movement_rows
from config.sandbox.sandbox import get_setting, put_setting

RELEASED = "Reserve released"
KEPT = "RESERVE_RELEASE_OVERDUE"
DIFFERS = "RESERVE_DIFFERS"


def move_reserve(breaker: Breaker, *, until: str, moment: str) -> None:
    """Book what the batch that is about to close withholds, at its last `moment`, and when that is given back."""
    if not breaker.account["reserve_basis_points"]:
        return
    _stop_giving_back(breaker, until=until)
    sales = _sales(breaker, until)
    wrong = _wrong_currency(breaker, sales)
    for currency, base in sorted(sales.items()):
        agreed = half_up(max(base, 0) * breaker.account["reserve_basis_points"], 10_000)
        more = breaker.random_for(f"{DIFFERS}:more").randint(100, 900) if currency == wrong else 0
        if agreed + more:
            _withhold(breaker, currency, agreed + more, moment)
        if more:
            _tell(breaker, DIFFERS, currency, more, moment)


def _sales(breaker: Breaker, until: str) -> Counter[str]:
    """What the batch's sales come to before fees, by the currency in which they are settled."""
    query = "SELECT * FROM movement WHERE account = ? AND batch IS NULL AND kind = 'Settled' AND occurred_at < ?"
    sums = Counter[str]()
    for movement in breaker.connection.execute(query, (breaker.account["code"], until)).fetchall():
        for row in movement_rows(movement, pricing=breaker.account["pricing"]):
            sums[row.currency] += row.net_minor + row.fees.total
    return sums


def _wrong_currency(breaker: Breaker, sales: Counter[str]) -> str:
    """RESERVE_DIFFERS: in which currency more is withheld than agreed; "" for none."""
    wanted = bool(sales) and breaker.count(DIFFERS, of=1)
    return breaker.random_for(f"{DIFFERS}:currency").choice(sorted(sales)) if wanted else ""


def _withhold(breaker: Breaker, currency: str, amount_minor: int, moment: str) -> None:
    account, day = breaker.account, breaker.day
    back = to_text(datetime.combine(day + timedelta(days=account["reserve_days"]), time(12), tzinfo=ZoneInfo(account["zone"])))
    _record(breaker, currency, amount_minor, moment, f"Reserve withheld {day}")
    number = _record(breaker, currency, -amount_minor, back, f"{RELEASED}, withheld {day}")
    if get_setting(breaker.connection, _stopped(breaker, currency)):
        _keep(breaker, number, currency, amount_minor, back)


def _stop_giving_back(breaker: Breaker, *, until: str) -> None:
    """RESERVE_RELEASE_OVERDUE: from the first release due today on, the PSP gives nothing more back in its currency.

    What is given back is always of the oldest: one release alone left out would be made good by the next.
    """
    query = "SELECT * FROM movement WHERE account = ? AND batch IS NULL AND fault = '' AND label LIKE ? ORDER BY id"
    releases = breaker.connection.execute(query, (breaker.account["code"], f"{RELEASED}%")).fetchall()
    due = [row for row in releases if row["occurred_at"] < until]
    if not due or not breaker.count(KEPT, of=1):
        return
    currency = breaker.random_for(f"{KEPT}:currency").choice(sorted({row["currency"] for row in due}))
    put_setting(breaker.connection, _stopped(breaker, currency), True)
    for row in releases:
        if row["currency"] == currency:
            _keep(breaker, row["id"], currency, -row["amount_minor"], row["occurred_at"])


def give_back_kept(connection: sqlite3.Connection, *, moment: str) -> int:
    """The PSP gives back what it kept, what was due before at this moment, and keeps nothing more. Returns how many releases that are."""
    connection.execute("DELETE FROM setting WHERE name LIKE 'reserve-kept:%'")
    given = "UPDATE movement SET batch = NULL, fault = '', occurred_at = max(occurred_at, ?) WHERE batch = ? AND fault = ?"
    return connection.execute(given, (moment, NEVER, KEPT)).rowcount


def _keep(breaker: Breaker, number: int, currency: str, amount_minor: int, occurred_at: str) -> None:
    withhold_movement(breaker.connection, movement_id=number, fault=KEPT)
    _tell(breaker, KEPT, currency, amount_minor, occurred_at)


def _stopped(breaker: Breaker, currency: str) -> str:
    return f"reserve-kept:{breaker.account['code']}:{currency}"


def _record(breaker: Breaker, currency: str, amount_minor: int, occurred_at: str, label: str) -> int:
    return record_movement(
        breaker.connection,
        account=breaker.account["code"],
        kind="DepositCorrection",
        psp_ref="",
        object_id="",
        merchant_reference="",
        currency=currency,
        amount_minor=amount_minor,
        occurred_at=occurred_at,
        label=label,
    )


def _tell(breaker: Breaker, code: str, currency: str, amount_minor: int, occurred_at: str) -> None:
    breaker.tell(code, amount_minor=amount_minor, currency=currency, occurred_at=occurred_at, merchant_reference=None, psp_reference=None)
