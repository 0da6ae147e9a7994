"""Bank lines that come before the report which explains them, and lines that say nothing (R5, R8)."""

from typing import TYPE_CHECKING

import pytest

from tests.reconciliation.detect.bench import DAY, later, row, sale_row

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench

TEXT = "TX635094338XT batch 38, COUNTROOM_SANDBOX_EU"


def assert_paid(bench: "Bench", minor: int) -> None:
    """The one batch is paid by so much, nothing waits, and the books are proved."""
    from ledger.proofs import replay_journal
    from reconciliation.models import SettlementBatch
    from reconciliation.proofs import bank_lines_are_booked, lines_are_consumed_once, suspense_is_named
    from reconciliation.proofs_of_accounts import bank_is_its_lines, in_transit_is_named

    batch = SettlementBatch.objects.get()
    assert (batch.state, batch.paid_minor) == ("PAID", minor)
    assert bench.records.balance("suspense", bench.house.bank.public_id) == 0
    assert bench.records.balance("in_transit") == batch.payout_minor - minor
    for check in (
        bank_lines_are_booked,
        lines_are_consumed_once,
        suspense_is_named,
        bank_is_its_lines,
        in_transit_is_named,
        replay_journal,
    ):
        assert check().ok, check


@pytest.mark.spec("R5", "R8")
def test_parts_that_came_before_their_report_are_matched_with_it(bench: "Bench") -> None:
    # given a payout in two lines, and no report yet
    bench.statement((10_000, TEXT), (20_000, TEXT))
    bench.run(account="BANK_EUR")
    assert bench.codes() == ["BANK_CREDIT_UNIDENTIFIED"] * 2

    # when the report comes
    bench.report(sale_row(bench.sale(30_000)))
    bench.run()
    bench.run(later(1), account="BANK_EUR")
    bench.run(later(1), account="BANK_EUR")

    # then both lines are it, and nothing is told beside what was
    assert [(case.reason_id, case.resolution) for case in bench.cases()] == [("BANK_CREDIT_UNIDENTIFIED", "bank_line_came@1")] * 2
    assert_paid(bench, 30_000)


@pytest.mark.spec("R5", "R8")
def test_parts_that_came_before_their_report_and_leave_a_rest_are_one_case(bench: "Bench") -> None:
    bench.statement((10_000, TEXT), (15_000, TEXT))
    bench.run(account="BANK_EUR")
    bench.report(sale_row(bench.sale(30_000)))
    bench.run()
    bench.run(later(1), account="BANK_EUR")

    (case,) = [case for case in bench.cases() if case.is_live]
    assert (case.reason_id, case.amount_minor, case.facts["parts_minor"]) == ("SETTLEMENT_SPLIT_OR_MERGED", 5_000, [10_000, 15_000])
    assert_paid(bench, 25_000)

    # and the last part, of the day after, ends it
    bench.statement((5_000, TEXT), number=2, opening=125_000, day=later(1))
    bench.run(later(1), account="BANK_EUR")
    assert not any(each.is_live for each in bench.cases())
    assert_paid(bench, 30_000)


@pytest.mark.spec("R5", "R8")
def test_more_than_was_sent_is_not_taken_for_a_part(bench: "Bench") -> None:
    bench.statement((20_000, TEXT), (20_000, TEXT))
    bench.run(account="BANK_EUR")
    bench.report(sale_row(bench.sale(30_000)))
    bench.run()
    bench.run(later(1), account="BANK_EUR")

    live = sorted((case.reason_id, case.amount_minor) for case in bench.cases() if case.is_live)
    assert live == [("BANK_CREDIT_UNIDENTIFIED", 20_000), ("SETTLEMENT_SPLIT_OR_MERGED", 10_000)]
    assert bench.records.balance("suspense", bench.house.bank.public_id) == -20_000


@pytest.mark.spec("R5", "R8")
def test_a_line_of_two_payouts_waits_for_the_report_of_the_second(bench: "Bench") -> None:
    from reconciliation.models import SettlementBatch

    # given one line for two payouts, of which only the first is reported
    bench.statement((50_000, "TX635094338XT TX635094339XT SETTLEMENT"))
    bench.report(sale_row(bench.sale(20_000)))
    bench.run()
    bench.run(account="BANK_EUR")
    assert bench.codes() == ["BANK_CREDIT_UNIDENTIFIED"]

    # when the second comes a day later
    bench.report(sale_row(bench.sale(30_000, "obj_2")), batch="39", day=later(1))
    bench.run(later(1))
    bench.run(later(1), account="BANK_EUR")

    # then it pays both, exactly
    assert [(batch.number, batch.state, batch.paid_minor) for batch in SettlementBatch.objects.order_by("number")] == [
        ("38", "PAID", 20_000), ("39", "PAID", 30_000)
    ]  # fmt: skip
    assert not any(case.is_live for case in bench.cases())


@pytest.mark.spec("R5", "R7", "R8")
def test_what_a_psp_collects_is_tied_and_missed_as_what_it_pays(bench: "Bench") -> None:
    """Refunds above sales: the PSP takes the rest from our bank, and names its collection as it names a payout."""
    from reconciliation.models import SettlementBatch

    # given a batch below zero, of which no debit is seen
    sale = bench.sale(30_000)
    refund = bench.records.refund(sale, 30_000, state="REFUND_PROCESSED")
    type(refund).objects.filter(pk=refund.pk).update(psp_ref="ref_1")
    bench.report(row("Refunded", ours=sale.intent.public_id, psp="psp-obj_1", object_="ref_1", gross=-30_000, net=-30_000))
    bench.run()
    batch = SettlementBatch.objects.get()
    assert (batch.payout_minor, batch.payout_date, batch.due_date) == (-30_000, DAY, later(5))
    bench.run(later(5), "BANK_EUR")
    (missing,) = bench.cases()
    assert (missing.reason_id, missing.amount_minor, missing.psp_reference) == (
        "PSP_SUCCESS_MISSING_BANK_SETTLEMENT", 30_000, "TX635094338XT",
    )  # fmt: skip

    # when the bank shows it in two parts, by the reference alone
    bench.statement((-10_000, "TX635094338XT"), (-20_000, "TX635094338XT"), day=later(5))
    bench.run(later(5), account="BANK_EUR")

    missing.refresh_from_db()
    assert (missing.resolution, len(bench.cases())) == ("bank_line_came@1", 1)
    assert_paid(bench, -30_000)


@pytest.mark.spec("R8")
@pytest.mark.parametrize("text", ["NOTICE OF TERMS", TEXT])
def test_a_line_of_nothing_moves_nothing_and_stops_nothing(bench: "Bench", text: str) -> None:
    from reconciliation.models import Match
    from reconciliation.queries import explain
    from reconciliation.queries.unread_lines import count_unread

    # given a payout to come, and a statement with an entry of 0.00 before a payment that nobody knows
    bench.report(sale_row(bench.sale(30_000)))
    bench.run()
    bench.statement((0, text), (5_000, "PAYMENT"), (30_000, TEXT))
    bench.run(account="BANK_EUR")
    bench.run(account="BANK_EUR")

    # then it is taken note of, once, and nothing is posted of it
    match = Match.objects.get(item_kind="bank_nothing")
    assert (match.line_minor, [(each.field, each.on_line) for each in explain(match)]) == (0, [("amount", "0")])
    assert bench.codes() == ["BANK_CREDIT_UNIDENTIFIED"]
    assert count_unread(bench.house.bank, until=later(1)) == 0
    assert bench.records.balance("in_transit") == 0
