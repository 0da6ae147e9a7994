"""The balance of an account over time, by business day (L13). Minor units, debit positive."""

from dataclasses import dataclass
from datetime import date, timedelta

from ledger.queries.balances import get_account_balance
from ledger.queries.moments import AsOf
from ledger.queries.rows import fetch

DAYS = 30
_MOST_ENTRIES = 100_000
# Of a busy account only the newest entries are read; days that they may not hold whole are left out.
_BY_DAY = """
WITH newest AS (SELECT e.id, e.business_date, e.amount_minor FROM ledger_entry e WHERE {where} ORDER BY e.id DESC LIMIT %(most)s)
SELECT n.business_date, sum(n.amount_minor), (SELECT count(*) FROM newest), (SELECT business_date FROM newest ORDER BY id LIMIT 1)
  FROM newest n GROUP BY 1 ORDER BY 1 DESC
"""


@dataclass(frozen=True, slots=True)
class DayBalance:
    """Balance at the end of a business day."""

    day: date
    balance_minor: int


def list_day_balances(account_id: int, *, until: date, asof: AsOf, days: int = DAYS, most_entries: int = _MOST_ENTRIES) -> list[DayBalance]:
    """Closing balances of at most `days` days up to `until` (a business day), oldest first, from the newest `most_entries`.

    `asof` bounds what counts at all. Begins with the day of the first entry, or with the first day that is surely whole.
    """
    moment = AsOf(min(until, asof.business_date or until), asof.posted_at)
    conditions, params = moment.conditions()
    where = " AND ".join(["e.account_id = %(account)s", *conditions])
    rows = list(fetch(_BY_DAY.format(where=where), params | {"account": account_id, "most": most_entries}))
    if not rows:
        return []
    moved = {day: int(total) for day, total, _, _ in rows}
    first = min(moved) if rows[0][2] < most_entries else rows[0][3] + timedelta(days=1)
    last = moment.business_date or until
    return _backwards(moved, get_account_balance(account_id, asof=moment), last, max(first, last - timedelta(days=days - 1)))


def _backwards(moved: dict[date, int], closing: int, last: date, first: date) -> list[DayBalance]:
    found, day, balance = [], last, closing
    while day >= first:
        found.append(DayBalance(day, balance))
        balance -= moved.get(day, 0)
        day -= timedelta(days=1)
    return found[::-1]
