"""What a PSP charges and at which rate it converts, against what was agreed (R12)."""

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
