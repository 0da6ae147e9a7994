"""Rates that a PSP applied, and what is only rounding (ROUNDING_DIFFERENCE, FX_RATE_DIFFERS)."""

from typing import TYPE_CHECKING

import pytest

from tests.reconciliation.detect.bench import row, sale_row

if TYPE_CHECKING:
    from cashier.models import Capture
    from tests.reconciliation.detect.bench import Bench

CAPS = {"batch_minor": 2, "month_minor": 3}
FX = {"SEK/EUR": {"rate": "0.0900", "tolerance_percent": "0.50"}}


def in_sek(bench: "Bench", minor: int, name: str) -> "Capture":
    """A deposit that was charged in kronor."""
    from cashier.models import Capture, DepositIntent

    capture = bench.sale(minor, name)
    Capture.objects.filter(pk=capture.pk).update(currency="SEK")
    DepositIntent.objects.filter(pk=capture.intent_id).update(currency="SEK")
    return capture


@pytest.mark.spec("R12", "L15")
def test_single_units_of_fees_with_a_fraction_post_to_rounding_under_the_cap(bench: "Bench") -> None:
    from ledger.proofs import replay_journal

    # given a fee of 70.7, taken as 72 (of 71), twice
    bench.agree(fees={"processing": {"percent": "1.40"}}, contract={"rounding": CAPS})
    bench.report(*(sale_row(bench.sale(5050, f"obj_{n}"), commission=72) for n in (1, 2)))
    bench.run()

    (case,) = bench.cases()
    assert (case.reason_id, case.state, case.resolution, case.amount_minor) == (
        "ROUNDING_DIFFERENCE", "AUTO_RESOLVED", "rounding_posted@1", 2,
    )  # fmt: skip
    assert case.facts["lines"] == 2
    assert (bench.records.balance("rounding", bench.house.entity.public_id), bench.records.balance("fees")) == (2, 142)
    assert replay_journal().ok

    # and what the month has no room for is a difference of the week
    bench.report(*(sale_row(bench.sale(5050, f"more_{n}"), commission=72) for n in (1, 2)), batch="39")
    bench.run()
    assert bench.codes() == ["ROUNDING_DIFFERENCE", "FEE_DIFFERS"]


@pytest.mark.spec("R12", "L15")
def test_a_rate_outside_what_was_agreed_is_one_case_of_its_batch(bench: "Bench") -> None:
    bench.agree(contract={"fx": FX})
    lines = [(10_000, 900), (20_000, 1_760), (30_000, 2_600)]  # as agreed; 2 % and 3.7 % below
    bench.report(
        *(
            sale_row(in_sek(bench, gross, f"obj_{gross}"), gross=gross, net=net, charged="SEK", rate=f"{net / gross:.4f}")
            for gross, net in lines
        )
    )
    bench.run()

    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor, case.currency) == ("FX_RATE_DIFFERS", 140, "EUR")
    assert (case.facts["pair"], case.facts["lines"], case.facts["over_minor"]) == ("SEK/EUR", 2, 140)


@pytest.mark.spec("L15")
def test_a_rate_within_tolerance_or_not_agreed_raises_nothing(bench: "Bench") -> None:
    bench.agree(contract={"fx": FX})
    bench.report(sale_row(in_sek(bench, 10_000, "obj_1"), gross=10_000, net=903, charged="SEK", rate="0.0903"))
    bench.run()
    bench.agree()
    bench.report(sale_row(in_sek(bench, 10_000, "obj_2"), gross=10_000, net=500, charged="SEK", rate="0.0500"), batch="39")
    bench.run()

    assert bench.codes() == []


@pytest.mark.spec("L15", "R8")
def test_a_conversion_that_came_out_a_unit_high_gains_the_unit_by_rounding(bench: "Bench") -> None:
    from ledger.proofs import replay_journal

    bench.agree(contract={"rounding": CAPS})
    bench.report(sale_row(in_sek(bench, 10_003, "obj_1"), gross=10_003, net=888, charged="SEK", rate="0.0887"))  # 887.27
    bench.run()

    assert [(case.reason_id, int(case.amount_minor)) for case in bench.cases()] == [("ROUNDING_DIFFERENCE", 1)]
    entity = bench.house.entity.public_id
    assert (bench.records.balance("rounding", entity), bench.records.balance("fx", entity)) == (-1, -887)
    assert replay_journal().ok


@pytest.mark.spec("R12")
def test_a_chargeback_fee_without_a_dispute_is_a_case_until_the_schedule_knows_it(bench: "Bench") -> None:
    bench.report(row("Fee", psp="psp_9", object_="Chargeback Fee November", net=-1500))
    bench.run()
    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor, case.psp_reference) == ("CHARGEBACK_FEE_NOT_BOOKED", 1500, "psp_9")
    from ledger.models import Entry

    booked = Entry.objects.get(account__kind="fees")
    assert (booked.label, int(booked.amount_minor)) == ("chargeback", 1500)

    bench.agree(fees={"line_texts": ["Chargeback fee"]})
    bench.run()

    case.refresh_from_db()
    assert (case.state, case.resolution) == ("AUTO_RESOLVED", "fee_scheduled@1")


@pytest.mark.spec("R12")
def test_a_chargeback_fee_that_the_schedule_knows_or_another_fee_is_not_that_case(bench: "Bench") -> None:
    bench.agree(fees={"line_texts": ["Chargeback fee"]})
    bench.report(row("Fee", object_="Chargeback Fee November", net=-1500), row("Fee", object_="Card Programme Surcharge", net=-200))
    bench.run()

    assert bench.codes() == ["FEE_UNEXPECTED"]
