from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calendar import business_date, day_bounds


@dataclass(frozen=True)
class Entity:
    zone: str
    cutoff: time = time(0, 0)


MALTA, LATE, SANTIAGO = Entity("Europe/Malta"), Entity("Europe/Malta", time(2, 30)), Entity("America/Santiago")


@pytest.mark.spec("D1")
@pytest.mark.parametrize(
    ("entity", "instant", "day"),
    [
        (MALTA, datetime(2026, 3, 10, 22, 59, 59, tzinfo=UTC), date(2026, 3, 10)),
        (MALTA, datetime(2026, 3, 10, 23, 0, 0, tzinfo=UTC), date(2026, 3, 11)),
        (MALTA, datetime(2026, 7, 10, 21, 59, 59, tzinfo=UTC), date(2026, 7, 10)),
        (MALTA, datetime(2026, 7, 10, 22, 0, 0, tzinfo=UTC), date(2026, 7, 11)),
        (LATE, datetime(2026, 3, 11, 1, 29, 59, tzinfo=UTC), date(2026, 3, 10)),
        (LATE, datetime(2026, 3, 11, 1, 30, 0, tzinfo=UTC), date(2026, 3, 11)),
    ],
)
def test_an_instant_belongs_to_one_day(entity: Entity, instant: datetime, day: date) -> None:
    assert business_date(entity, instant) == day


@pytest.mark.spec("D1")
def test_days_are_23_and_25_hours_long_when_clocks_change() -> None:
    lengths = {day: end - start for day in (date(2026, 3, 29), date(2026, 10, 25)) for start, end in [day_bounds(MALTA, day)]}
    assert lengths == {date(2026, 3, 29): timedelta(hours=23), date(2026, 10, 25): timedelta(hours=25)}


@pytest.mark.spec("D1")
@given(
    entity=st.sampled_from([MALTA, LATE, SANTIAGO, Entity("UTC", time(23, 59)), Entity("Asia/Kathmandu", time(6, 0))]),
    instant=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
)
def test_every_instant_lies_within_the_bounds_of_its_day(entity: Entity, instant: datetime) -> None:
    start, end = day_bounds(entity, business_date(entity, instant))
    assert start <= instant < end
