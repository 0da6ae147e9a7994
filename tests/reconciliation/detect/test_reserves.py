"""The rolling reserve, holds of the PSP, and transfers that bounced (R14)."""

from typing import TYPE_CHECKING, Any

import pytest

from ledger.models import Entry
from ledger.proofs.items import booked_by_ref
from reconciliation.proofs_of_accounts import in_transit_is_named
from tests.reconciliation.detect.bench import DAY, later, row, sale_row

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench

RESERVE = {"reserve": {"percent": "5.00", "days": 10, "grace_days": 2}}


def deposit_correction(net: int, **more: Any) -> str:
    return row("DepositCorrection", net=net, **more)


@pytest.mark.spec("R14")
def test_another_share_withheld_than_agreed_is_a_case_of_its_batch(bench: "Bench") -> None:
    bench.agree(contract=RESERVE)
    bench.report(sale_row(bench.sale(20_000)), deposit_correction(-1_400))
    bench.run()

    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor) == ("RESERVE_DIFFERS", 400)
    assert (case.facts["expected_minor"], case.facts["withheld_minor"], case.facts["base_minor"]) == (1_000, 1_400, 20_000)
    assert bench.records.balance("reserve") == 1_400


@pytest.mark.spec("R14")
def test_a_reserve_as_agreed_is_no_case_and_is_overdue_until_it_comes(bench: "Bench") -> None:
    bench.agree(contract=RESERVE)
    bench.report(sale_row(bench.sale(20_000)), deposit_correction(-1_000))
    for days in (0, 10, 12):  # due on the tenth day, and two of grace
        bench.run(later(days))
    assert bench.codes() == []

    bench.run(later(13))
    (late,) = bench.cases()
    assert (late.reason_id, late.amount_minor, late.business_date) == ("RESERVE_RELEASE_OVERDUE", 1_000, later(10))

    bench.report(deposit_correction(1_000), batch="39", day=later(14))
    bench.run(later(14))

    late.refresh_from_db()
    assert (late.state, late.resolution, bench.records.balance("reserve")) == ("AUTO_RESOLVED", "reserve_came@1", 0)
    assert len(bench.cases()) == 1


@pytest.mark.spec("R14")
def test_more_given_back_than_was_due_is_a_case(bench: "Bench") -> None:
    bench.agree(contract=RESERVE)
    bench.report(sale_row(bench.sale(20_000)), deposit_correction(-1_000))
    bench.run()
    bench.report(deposit_correction(600), batch="39", day=later(3))
    bench.run(later(3))

    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor, case.facts["what"]) == ("RESERVE_DIFFERS", 600, "released")


@pytest.mark.spec("R14")
def test_a_hold_on_one_payment_is_a_case_until_it_ends(bench: "Bench") -> None:
    bench.agree(contract={})
    sale = bench.sale(5_000)
    bench.report(sale_row(sale), deposit_correction(-5_000, ours=sale.intent.public_id, psp="psp-obj_1"))
    bench.run()
    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor, case.psp_reference) == ("PSP_FUNDS_HELD", 5_000, "psp-obj_1")
    assert case.merchant_reference == sale.intent.public_id

    bench.report(deposit_correction(5_000, ours=sale.intent.public_id, psp="psp-obj_1"), batch="39", day=later(1))
    bench.run(later(1))

    case.refresh_from_db()
    assert (case.state, len(bench.cases())) == ("AUTO_RESOLVED", 1)


@pytest.mark.spec("R8")
def test_a_transfer_that_bounced_is_a_case_until_a_later_batch_pays_it(bench: "Bench") -> None:
    # given a batch whose transfer the next one brings back (story 28)
    bench.report(sale_row(bench.sale(30_000)))
    bench.run()
    text = "TX635094338XT batch 38, COUNTROOM_SANDBOX_EU"
    bench.report(sale_row(bench.sale(12_000, "obj_2")), row("BankInstructionReturned", object_=text, net=30_000), batch="39", day=later(1))
    bench.run(later(1))

    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor, case.psp_reference) == ("SETTLEMENT_TRANSFER_RETURNED", 30_000, "TX635094338XT")
    assert case.facts["bounced_batch"] == "38"

    # then it is not missing at the bank, and ends with the transfer that pays it
    bench.statement((42_000, "TX635094339XT batch 39, COUNTROOM_SANDBOX_EU"), day=later(2))
    bench.run(later(9), "BANK_EUR")

    case.refresh_from_db()
    assert (case.state, case.resolution, bench.codes()) == ("AUTO_RESOLVED", "next_batch_paid@1", ["SETTLEMENT_TRANSFER_RETURNED"])
    assert bench.records.balance("in_transit") == 0


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.spec("R8")
def test_two_transfers_that_one_batch_brings_back_are_those_of_two_batches(bench: "Bench", named: bool) -> None:
    # given two batches whose transfers both came back, told by a third in another order; a row that names none goes by its amount
    for place, minor in enumerate((30_000, 20_000)):
        bench.report(sale_row(bench.sale(minor, f"obj_{place}")), batch=f"{38 + place}", day=later(place))
        bench.run(later(place))
    texts = [f"TX63509430{number}XT batch {number}, COUNTROOM_SANDBOX_EU" if named else "" for number in (38, 39)]
    returned = [row("BankInstructionReturned", object_=text, net=minor) for text, minor in zip(texts, (30_000, 20_000), strict=True)]
    bench.report(sale_row(bench.sale(12_000, "obj_2")), *returned, batch="40", day=later(2))
    bench.run(later(2))

    told = {case.facts["bounced_batch"]: case.amount_minor for case in bench.cases("SETTLEMENT_TRANSFER_RETURNED")}
    assert told == {"38": 30_000, "39": 20_000}

    # then neither is missing at the bank, and nothing is left in transit when the third is paid
    bench.statement((62_000, "TX635094340XT batch 40, COUNTROOM_SANDBOX_EU"), day=later(3))
    bench.run(later(9), "BANK_EUR")

    assert bench.records.balance("in_transit") == 0 and bench.codes() == ["SETTLEMENT_TRANSFER_RETURNED"] * 2
    assert in_transit_is_named().ok and not list(booked_by_ref(Entry.objects.filter(account__kind="in_transit")))


@pytest.mark.spec("R8")
def test_a_transfer_that_only_is_not_there_yet_did_not_bounce(bench: "Bench") -> None:
    bench.report(sale_row(bench.sale(30_000)))
    bench.run()
    bench.statement((1, "interest"), day=DAY)
    bench.run(later(1), "BANK_EUR")

    assert "SETTLEMENT_TRANSFER_RETURNED" not in bench.codes()
