"""When a case is due (REASON_CODES.md head). Pure."""

from datetime import date, datetime, timedelta
from typing import Protocol

from ledger.calendar import HasDays, business_date, day_bounds

_SHORTEST = timedelta(hours=4)


class HasCalendar(HasDays, Protocol):
    """A legal entity with its bank holidays, ISO dates."""

    @property
    def calendar(self) -> list[str]: ...


def due_at(*, clock: str, value: int, entity: HasCalendar, opened_at: datetime) -> datetime:
    """The instant by which a case must have ended: h and d run through; bd and same_day end with a business day of the entity."""
    if clock == "h":
        return opened_at + timedelta(hours=value)
    if clock == "d":
        return opened_at + timedelta(days=value)
    today = business_date(entity, opened_at)
    if clock == "same_day":
        return max(day_bounds(entity, today)[1], opened_at + _SHORTEST)
    return day_bounds(entity, _working_day_after(entity, today, value))[1]


def _working_day_after(entity: HasCalendar, day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        if day.weekday() < 5 and day.isoformat() not in entity.calendar:
            count -= 1
    return day
