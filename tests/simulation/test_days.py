"""The frame of simulated days: when everything missing is overdue, and the figures of a tally."""

from datetime import date

import pytest


@pytest.mark.spec("Z2", "R7")
@pytest.mark.parametrize(
    ("last", "currencies", "overdue"),
    [
        (date(2026, 3, 10), ["EUR"], date(2026, 3, 17)),  # five bank days and a weekend
        (date(2026, 12, 23), ["EUR"], date(2026, 12, 31)),  # Christmas
        (date(2026, 12, 23), ["EUR", "SEK"], date(2027, 1, 5)),  # banks in Sweden rest longer
    ],
)
def test_everything_missing_is_overdue_when_the_slowest_window_has_passed(
    db: None, last: date, currencies: list[str], overdue: date
) -> None:
    from config.simulation.days import overdue_day

    assert overdue_day(last, currencies) == overdue
