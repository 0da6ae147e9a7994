"""References of ours in a report, decoded while a million lines pass by (R3)."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest

from ledger.calendar import business_date
from ledger.ids import new_id, to_public
from reconciliation.bulk.parts import DayOf, DayRule
from reconciliation.bulk.text_rows import decode, decode_all, escape


@pytest.mark.parametrize("prefix", ["pi_", "po_", "cap_", "rf_", "dp_"])
@pytest.mark.spec("R3")
def test_our_references_decode_to_their_uuid(prefix: str) -> None:
    value = new_id()

    kind, digits = decode(to_public(prefix, value)).split("\t")

    assert (kind, UUID(digits)) == (prefix.removesuffix("_"), value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "WEB-48213377",
        "pi_",
        "pi_01",
        "PI_01KAHJ0000000000000000000A",
        "pi_01kahj0000000000000000000i",
        "cap0kahj00000000000000000000a",
        "pi_" + "z" * 26,
    ],
)
@pytest.mark.spec("R3")
def test_what_is_none_of_ours_stays_text(text: str) -> None:
    assert decode(text) == "\t\\N"


def test_text_is_escaped_as_copy_takes_it() -> None:
    assert escape("a\tb\\c\nd") == "a\\tb\\\\c\\nd"


@pytest.mark.parametrize("zone", ["Europe/Malta", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Atlantic/Azores"])
@pytest.mark.parametrize("cutoff", [time(0), time(1, 30), time(6), time(23, 59)])
@pytest.mark.spec("D1")
def test_days_kept_while_lines_pass_by_are_those_of_the_calendar(zone: str, cutoff: time) -> None:
    days = DayRule(zone, cutoff)
    day_of = DayOf(days)
    for start in (datetime(2026, 3, 6, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC), datetime(2026, 4, 3, tzinfo=UTC)):
        for step in range(4 * 24 * 10):  # ten days, forwards and, every fourth, an hour back
            instant = start + timedelta(minutes=15 * step) - timedelta(hours=step % 4 == 3)
            assert day_of(instant) == business_date(days, instant)


@pytest.mark.parametrize(
    "others",
    [
        [],
        ["pi_" + "z" * 26],
        ["pi_01kahj0000000000000000000i"],
        ["cap_01h455vb4pex5vsknk084sn02q"],
        ["WEB-1"],
        [""],
        ["pi_ü1h455vb4pex5vsknk084sn02q"],
    ],
)
@pytest.mark.spec("R3")
def test_a_column_of_references_is_decoded_as_each_of_them(others: list[str]) -> None:
    ours = [to_public("pi_", new_id()) for _ in range(5)]
    references = [*ours, *others]

    assert decode_all(references) == [decode(each) for each in references]
    assert decode_all(others or ours[:1]) == [decode(each) for each in others or ours[:1]]
