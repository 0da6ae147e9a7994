"""The only day rule (D1): which business day of a legal entity an instant belongs to."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class HasDays(Protocol):
    """A legal entity as far as days go: `zone` is an IANA name; a day begins at `cutoff`, local time."""

    @property
    def zone(self) -> str: ...
    @property
    def cutoff(self) -> time: ...


def business_date(entity: HasDays, instant: datetime) -> date:
    """The entity's day that holds `instant` (aware). Day D runs from D at cut-off to D+1 at cut-off."""
    day = instant.astimezone(ZoneInfo(entity.zone)).date()
    return day if instant >= _start(entity, day) else day - timedelta(days=1)


def day_bounds(entity: HasDays, day: date) -> tuple[datetime, datetime]:
    """First instant of the day and first instant of the next, UTC: start <= instant < end."""
    return _start(entity, day), _start(entity, day + timedelta(days=1))


def _start(entity: HasDays, day: date) -> datetime:
    return datetime.combine(day, entity.cutoff, tzinfo=ZoneInfo(entity.zone)).astimezone(UTC)
