"""What counts as returned to zero, and what does not (L17)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.trust import Unit, Why, figures, is_waiting, judge

DUE = date(2026, 3, 12)


def unit(*, rest: int = 0, last: date = DUE, value: int = 10_000, name: str = "cap_1", asset: str = "EUR") -> Unit:
    return Unit("item", name, asset, value, rest, last, DUE)


@pytest.mark.spec("L17")
@pytest.mark.parametrize(
    ("rest", "last", "asof", "why"),
    [
        (0, DUE, DUE, None),
        (0, DUE + timedelta(days=1), DUE, Why.LATE),
        (1, DUE, DUE - timedelta(days=1), None),  # its last day has not ended
        (1, DUE, DUE, Why.SHORTAGE),
        (-1, DUE, DUE, Why.SURPLUS),
    ],
)
def test_a_unit_is_good_only_at_zero_and_in_time(rest: int, last: date, asof: date, why: Why | None) -> None:
    assert judge(unit(rest=rest, last=last), asof) is why


@pytest.mark.spec("L17")
def test_a_surplus_spoils_the_figure_as_much_as_a_shortage() -> None:
    short, over = (figures([unit(), unit(rest=rest, name="cap_2")], DUE)[0] for rest in (1, -1))
    assert short.percent == over.percent == "50.00"
    assert [spoiler.unit.id for spoiler in short.spoilers] == [spoiler.unit.id for spoiler in over.spoilers] == ["cap_2"]


@pytest.mark.spec("L17")
def test_one_unit_in_a_million_never_reads_as_all() -> None:
    figure = figures([unit(value=10**9), unit(rest=1, value=1, name="cap_2")], DUE)[0]
    assert figure.percent == "99.99"


@pytest.mark.spec("L17")
def test_what_still_has_time_is_in_neither_sum() -> None:
    figure = figures([unit(rest=5)], DUE - timedelta(days=1))[0]
    assert (figure.value_minor, figure.good_minor, figure.waiting_minor, figure.percent) == (0, 0, 10_000, "")


@pytest.mark.spec("L17")
@given(st.lists(st.builds(
    Unit, st.just("item"), st.uuids().map(str), st.sampled_from(["EUR", "JPY"]), st.integers(1, 10**12), st.integers(-5, 5),
    st.dates(DUE - timedelta(days=5), DUE + timedelta(days=5)), st.dates(DUE - timedelta(days=5), DUE + timedelta(days=5)),
)))  # fmt: skip
def test_good_spoilt_and_waiting_are_all_there_is(units: list[Unit]) -> None:
    found = figures(units, DUE)
    for figure in found:
        mine = [each for each in units if each.asset == figure.asset]
        spoilt = sum(spoiler.unit.value_minor for spoiler in figure.spoilers)
        assert figure.good_minor + spoilt == figure.value_minor
        assert figure.value_minor + figure.waiting_minor == sum(each.value_minor for each in mine)
        assert {spoiler.unit.id for spoiler in figure.spoilers} == {each.id for each in mine if judge(each, DUE)}
        assert (figure.percent == "100.00") == (bool(figure.value_minor) and not figure.spoilers)
        assert not any(is_waiting(spoiler.unit, DUE) for spoiler in figure.spoilers)
