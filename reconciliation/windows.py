"""How long each kind of item may wait for its line (R7, REASON_CODES.md head). Pure; the numbers are data."""

from datetime import date

from reconciliation.calendars import add_bank_days

# Bank days of the item's currency after its business date (bank: after the report's payout date). A capture's is its rail's, where the
# catalogue has it (reconciliation.queries.rail_windows); this is a card's.
WINDOWS: dict[str, int] = {"capture": 2, "refund": 5, "refund_reversal": 5, "payout": 2, "payout_return": 5, "dispute": 5, "bank": 3}


def due_date(kind: str, currency: str, business_date: date, *, days: int | None = None) -> date:
    """Last day on which the line of an item is not late. `days`: a window of its own."""
    return add_bank_days(currency, business_date, WINDOWS[kind] if days is None else days)


def oldest_not_due(kind: str, currency: str, asof: date, *, days: int | None = None) -> date:
    """The earliest business date whose window is still open at the end of `asof`; items before it are past due.

    An item is past due when its due date is before `asof` or on it, once the day `asof` has been reported.
    """
    day = asof
    while due_date(kind, currency, previous(day), days=days) > asof:
        day = previous(day)
    return day


def previous(day: date) -> date:
    """The day before."""
    return date.fromordinal(day.toordinal() - 1)
