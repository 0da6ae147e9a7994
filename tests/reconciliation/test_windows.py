"""Bank days, windows and due times (R7, REASON_CODES.md head)."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import pytest

from reconciliation.calendars import add_bank_days, easter_sunday, is_bank_day
from reconciliation.sla import due_at
from reconciliation.windows import due_date, oldest_not_due


@pytest.mark.parametrize(
    ("year", "day"), [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))]
)
def test_easter(year: int, day: date) -> None:
    assert easter_sunday(year) == day


@pytest.mark.parametrize(
    ("currency", "day", "is_open"),
    [
        ("EUR", date(2026, 4, 3), False),  # Good Friday
        ("EUR", date(2026, 4, 6), False),  # Easter Monday
        ("EUR", date(2026, 5, 1), False),
        ("EUR", date(2026, 1, 6), True),  # a holiday in Malta and Sweden, not of TARGET
        ("SEK", date(2026, 1, 6), False),
        ("SEK", date(2026, 6, 19), False),  # Midsummer Eve
        ("SEK", date(2026, 5, 14), False),  # Ascension Day
        ("GBP", date(2026, 12, 28), False),  # Boxing Day falls on a Saturday
        ("GBP", date(2026, 8, 31), False),
        ("GBP", date(2027, 12, 27), False),  # Christmas on a Saturday
        ("GBP", date(2027, 12, 28), False),
        ("USD", date(2026, 3, 14), False),
        ("USD", date(2026, 3, 13), True),
    ],
)
@pytest.mark.spec("R7")
def test_bank_days(currency: str, day: date, is_open: bool) -> None:
    assert is_bank_day(currency, day) is is_open


@pytest.mark.spec("R7")
def test_weekends_and_holidays_are_not_late() -> None:
    assert due_date("capture", "EUR", date(2026, 3, 12)) == date(2026, 3, 16)  # Thursday: Friday, Monday
    assert due_date("payout", "EUR", date(2026, 4, 2)) == date(2026, 4, 8)  # Maundy Thursday: Tuesday, Wednesday
    assert due_date("capture", "EUR", date(2026, 3, 14)) == date(2026, 3, 18)  # a Saturday counts from Monday
    assert add_bank_days("EUR", date(2026, 3, 14), 0) == date(2026, 3, 16)


@pytest.mark.parametrize("kind", ["capture", "refund", "payout", "bank"])
@pytest.mark.spec("R7")
def test_what_is_before_the_oldest_not_due_is_past_due_and_nothing_after(kind: str) -> None:
    for asof in (date(2026, 3, day) for day in range(9, 23)):
        oldest = oldest_not_due(kind, "EUR", asof)
        days = [date.fromordinal(oldest.toordinal() + offset) for offset in range(-10, 10)]
        assert [due_date(kind, "EUR", day) <= asof for day in days] == [day < oldest for day in days]


@dataclass
class Entity:
    zone: str = "Europe/Malta"
    cutoff: time = time(0, 0)
    calendar: list[str] = field(default_factory=lambda: ["2026-03-31"])


@pytest.mark.parametrize(
    ("clock", "value", "opened", "due"),
    [
        ("h", 2, datetime(2026, 3, 10, 9, tzinfo=UTC), datetime(2026, 3, 10, 11, tzinfo=UTC)),
        ("d", 7, datetime(2026, 3, 10, 9, tzinfo=UTC), datetime(2026, 3, 17, 9, tzinfo=UTC)),
        ("same_day", 0, datetime(2026, 3, 10, 9, tzinfo=UTC), datetime(2026, 3, 10, 23, tzinfo=UTC)),
        ("same_day", 0, datetime(2026, 3, 10, 22, tzinfo=UTC), datetime(2026, 3, 11, 2, tzinfo=UTC)),  # at least four hours
        ("bd", 1, datetime(2026, 3, 13, 9, tzinfo=UTC), datetime(2026, 3, 16, 23, tzinfo=UTC)),  # Friday: end of Monday
        ("bd", 1, datetime(2026, 3, 30, 9, tzinfo=UTC), datetime(2026, 4, 1, 22, tzinfo=UTC)),  # the 31st is the entity's holiday
    ],
)
@pytest.mark.spec("E1", "E2")
def test_due_times(clock: str, value: int, opened: datetime, due: datetime) -> None:
    assert due_at(clock=clock, value=value, entity=Entity(), opened_at=opened) == due
