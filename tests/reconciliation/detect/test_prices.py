"""What a PSP charges and at which rate it converts, against what was agreed (R12)."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.reconciliation.detect.bench import later, row, sale_row

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench

SCHEDULE = {"processing": {"percent": "1.40", "fixed_minor": 10}, "line_texts": ["Monthly fee"]}


@pytest.mark.spec("R12")
def test_fees_that_are_not_the_schedules_are_one_case_per_kind_and_week(bench: "Bench") -> None:
    bench.agree(fees=SCHEDULE)
    first, second, third = (bench.sale(minor, f"obj_{minor}") for minor in (5000, 10_000, 20_000))

    # given two fees too high and one right; the next day one too low
    bench.report(sale_row(first, commission=95), sale_row(second, commission=200), batch="38")
    bench.run()
    bench.report(sale_row(third, commission=200), batch="39", day=later(1))
    bench.run(later(1))

    # then one case of the week: 15 + 50 too much, 90 too little
    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor, case.state) == ("FEE_DIFFERS", 25, "OPEN")
    facts = {name: case.facts[name] for name in ("fee", "week", "lines", "over_minor", "under_minor")}
    assert facts == {"fee": "processing", "week": "2026-11-16", "lines": 3, "over_minor": 65, "under_minor": 90}
    assert sorted(case.facts["parts"]) == ["38", "39"]
    assert case.links.filter(kind="psp_line").count() == 3
    # and fees took what the PSP charged
    assert bench.records.balance("fees") == 495


@pytest.mark.spec("R12")
def test_fees_of_the_schedule_raise_nothing_nor_do_those_that_nobody_agreed(bench: "Bench") -> None:
    bench.agree(fees=SCHEDULE)
    bench.report(sale_row(bench.sale(5000), commission=80), row("Fee", object_="Monthly fee November", net=-500))
    bench.run()
    bench.agree(fees={})
    bench.report(sale_row(bench.sale(5000, "obj_2"), commission=999), batch="39")
    bench.run()

    assert bench.codes() == []


@pytest.mark.spec("R12")
def test_a_week_within_what_is_immaterial_ends_by_itself_and_opens_again_beyond_it(bench: "Bench") -> None:
    bench.agree(fees=SCHEDULE, contract={"fees": {"weekly_minor": 20}})
    bench.report(sale_row(bench.sale(5000), commission=95))
    bench.run()
    (within,) = bench.cases()
    assert (within.state, within.resolution, within.amount_minor) == ("AUTO_RESOLVED", "immaterial_week@1", 15)

    bench.report(sale_row(bench.sale(5000, "obj_2"), commission=95), batch="39", day=later(1))
    bench.run(later(1))

    _, beyond = bench.cases()
    assert (beyond.state, beyond.version, beyond.amount_minor) == ("OPEN", 2, 30)


@pytest.mark.spec("R12")
def test_the_claim_names_every_line_with_what_was_agreed(bench: "Bench") -> None:
    from reconciliation.queries.fee_report import fee_claim, fee_weeks

    bench.agree(fees=SCHEDULE)
    bench.report(sale_row(bench.sale(5000), commission=95), sale_row(bench.sale(10_000, "obj_2"), commission=150))
    bench.run()

    (week,) = fee_weeks()
    assert (week.account, week.fee, week.over_minor, week.lines) == ("SANDBOX_EU", "processing", 15, 1)
    [(_, batch, line)] = fee_claim(bench.house.merchant)
    assert (batch.number, line.psp_object, line.charged_minor, line.agreed_minor, line.difference_minor) == ("38", "obj_1", 95, 80, 15)


@pytest.mark.spec("R12")
def test_the_claim_is_what_the_cases_say_and_leaves_no_week_out(bench: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciliation.queries import fee_report

    monkeypatch.setattr(fee_report, "SHOWN", 1)  # a page shows so many weeks; a claim has them all
    bench.agree(fees=SCHEDULE, contract={"rounding": {"batch_minor": 10, "month_minor": 10}})
    # given a fee 15 too high, and one of 80.7, taken as 82 (of 81): posted to rounding, and claimed by nobody
    bench.report(sale_row(bench.sale(5000), commission=95), sale_row(bench.sale(5050, "obj_2"), commission=82))
    bench.run()
    bench.report(sale_row(bench.sale(5000, "obj_3"), commission=97), batch="39", day=later(7))
    bench.run(later(7))

    older, newer = bench.cases("FEE_DIFFERS")
    assert (older.amount_minor, newer.amount_minor) == (15, 17)
    claimed = [(week.week, line.psp_object, line.difference_minor) for week, _, line in fee_report.fee_claim(bench.house.merchant)]
    assert claimed == [("2026-11-23", "obj_3", 17), ("2026-11-16", "obj_1", 15)]


@pytest.mark.spec("R12")
def test_what_is_agreed_in_minor_units_holds_for_the_currencies_that_it_names(bench: "Bench") -> None:
    # given terms in euros, and a tolerance in kronor that is ten times as many öre
    terms = {"fees": {"tolerance_minor": {"EUR": 1, "SEK": 10}, "weekly_minor": {"SEK": 5000}}, "rounding": {
        "batch_minor": {"SEK": 50}, "month_minor": {"SEK": 500}}}  # fmt: skip
    bench.agree(fees={"processing": {"percent": "1.40", "fixed_minor": {"EUR": 10}}}, contract=terms)

    # when euros cost 15 more, and one that has a fraction a unit more, which only kronor may round
    bench.report(sale_row(bench.sale(5000), commission=95), sale_row(bench.sale(5050, "obj_2"), commission=83))
    bench.run()

    (case,) = bench.cases()
    assert (case.reason_id, case.state, case.amount_minor) == ("FEE_DIFFERS", "OPEN", 17)

    # and where the fixed part is of other currencies alone, nobody knows what is right
    bench.agree(fees={"processing": {"percent": "1.40", "fixed_minor": {"JPY": 10}}})
    bench.report(sale_row(bench.sale(5000, "obj_3"), commission=999), batch="39")
    bench.run()
    assert len(bench.cases()) == 1


@pytest.mark.spec("R12", "R14")
def test_each_amount_of_a_contract_is_read_by_currency() -> None:
    from decimal import Decimal

    from cashier.contracts import FeeMargins, FeeTerm, RoundingCaps, fee_margins, fee_term, reserve_margin, rounding_caps

    yen, euros = {"JPY": 16, "EUR": 10}, {"EUR": 5}
    contract = {
        "fees": {"tolerance_minor": yen, "weekly_minor": euros}, "rounding": {"batch_minor": yen, "month_minor": euros},
        "reserve": {"percent": "5.00", "days": 180, "tolerance_minor": euros},
    }  # fmt: skip
    assert fee_term({"payout": {"fixed_minor": yen}}, "payout", "JPY") == FeeTerm(Decimal(0), Decimal(0), 16)
    assert fee_term({"payout": {"fixed_minor": yen}}, "payout", "KWD") is None
    assert (fee_margins(contract, "EUR"), fee_margins(contract, "JPY")) == (FeeMargins(10, 5), FeeMargins(16, 0))
    assert (rounding_caps(contract, "EUR"), rounding_caps(contract, "JPY")) == (RoundingCaps(10, 5), None)
    assert (reserve_margin(contract, "EUR"), reserve_margin(contract, "KWD")) == (5, 0)
    assert (fee_margins({}, "EUR"), rounding_caps({}, "EUR"), reserve_margin({}, "EUR")) == (FeeMargins(0, 0), None, 0)
    assert rounding_caps({"rounding": {"batch_minor": 2, "month_minor": 3}}, "SEK") == RoundingCaps(2, 3)  # as it was agreed before


@pytest.mark.spec("R12", "S1")
@pytest.mark.parametrize(
    ("schedule", "contract", "words"),
    [
        ({"processing": {"percent": "1.40", "fixed_minor": 25}}, {}, '25 minor units of no currency; say of which: {"EUR": 25, "JPY": …}'),
        ({"payout": {"fixed_minor": {"EUR": -1}}}, {}, "not below zero"),
        ({"payout": {"fixed_minor": {"EUR": "10"}}}, {}, "whole minor units"),
        ({"payout": {"fixed_minor": {"": 10}}}, {}, "No asset"),
        ({"processing": {"percent": "1.40", "fixed": 10}}, {}, "percent, percent_to and fixed_minor"),
        ({}, {"fx": {"XYZ/EUR": {"rate": "2", "tolerance_percent": "0.5"}}}, "No asset"),
        ({}, {"fees": {"weekly_minor": 500}}, "weekly_minor of fees is 500 minor units of no currency"),
        ({}, {"rounding": {"batch_minor": {"EUR": 50}, "month_minor": 500}}, "month_minor of rounding"),
        ({}, {"reserve": {"percent": "5.00", "days": 180, "tolerance_minor": 1}}, "tolerance_minor of reserve"),
    ],
)  # fmt: skip
def test_minor_units_of_no_currency_are_refused_where_there_are_several(schedule: object, contract: object, words: str) -> None:
    from cashier.contracts import BadContract, check_contract, check_fee_schedule

    def check() -> None:
        check_fee_schedule(schedule, currencies=["JPY", "EUR"])
        check_contract(contract, currencies=["JPY", "EUR"])

    with pytest.raises(BadContract, match=re.escape(words)):
        check()


@pytest.mark.spec("R12", "S1")
def test_a_number_is_of_the_one_currency_and_zero_of_every_one() -> None:
    from cashier.contracts import check_contract, check_fee_schedule
    from config.simulation.seed import agreed_contract, agreed_fees

    check_fee_schedule({"processing": {"percent": "1.40", "fixed_minor": 25}}, currencies=["JPY"])
    check_contract({"fees": {"weekly_minor": 500, "tolerance_minor": 0}}, currencies=["JPY"])
    check_fee_schedule({"processing": {"percent": "1.40", "fixed_minor": 0}}, currencies=["JPY", "EUR"])
    check_contract({"fees": {"weekly_minor": {"EUR": 500}, "tolerance_minor": 0}}, currencies=["JPY", "EUR"])
    for is_split in (False, True):  # the demonstration's own
        check_fee_schedule(agreed_fees(is_split=is_split), currencies=["EUR", "JPY", "KWD", "SEK"])
    check_contract(agreed_contract(has_reserve=True), currencies=["EUR", "JPY", "KWD", "SEK"])


@pytest.mark.spec("R12", "S1")
@pytest.mark.parametrize(
    "contract",
    [
        {"reserve": {"percent": 5, "days": 180}}, {"reserve": {"percent": "5.00"}}, {"rounding": {"batch_minor": -1, "month_minor": 5}},
        {"fx": {"SEK/EUR": {"rate": "-1", "tolerance_percent": "0.5"}}}, {"file_due": "25:00"}, {"unknown": 1}, [],
    ],
)  # fmt: skip
def test_a_contract_that_nothing_can_be_held_against_is_refused(contract: object) -> None:
    from cashier.contracts import BadContract, check_contract

    with pytest.raises(BadContract):
        check_contract(contract)
