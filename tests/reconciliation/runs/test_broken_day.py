"""A day with one break of every code that the sandbox makes: each has its case, nothing else has one (R7), the books stay right (R8)."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from reconciliation.models import ReconciliationRun, SettlementBatch
    from tests.reconciliation.runs.day import Casino

pytestmark = pytest.mark.whole

CODES = (
    "LEDGER_CREDIT_MISSING_PSP_SUCCESS", "PSP_SUCCESS_AFTER_TERMINAL", "DUPLICATE_PSP_CAPTURE", "DUPLICATE_PSP_LINE",
    "GROSS_AMOUNT_DIFFERS",
    "CAPTURE_NOT_SETTLED", "LEDGER_CREDIT_WITHOUT_PSP", "REFUND_UNKNOWN_TO_PLATFORM", "REFUND_AMOUNT_DIFFERS", "REFUND_MISSING_AT_PSP",
    "WITHDRAWAL_SENT_PSP_NOT_PAID", "PAYOUT_RETURNED", "PAYOUT_AMOUNT_DIFFERS", "PAYOUT_PAID_NOT_RECORDED", "CHARGEBACK_NOT_BOOKED",
    "PSP_LINE_UNKNOWN_REFERENCE", "UNKNOWN_LINE_TYPE", "FEE_UNEXPECTED", "BANK_SETTLEMENT_AMOUNT_DIFFERS",
    "PSP_SUCCESS_MISSING_BANK_SETTLEMENT", "BANK_CREDIT_UNIDENTIFIED", "BANK_DEBIT_UNIDENTIFIED",
)  # fmt: skip


def play(casino: "Casino") -> None:
    """Enough of everything that each fault finds an object of its own."""
    from cashier.operations import expire_intent

    deposits = [casino.deposit(amount_minor=5000 + 10 * number) for number in range(22)]
    for _ in range(2):
        casino.deposit("tok_pending_hold", 4000, method="paybybank")
    abandoned = [casino.deposit("tok_challenge_abandon", 3100) for _ in range(2)]
    casino.hear()
    for intent in deposits[:4]:
        casino.refund(intent, 1000)
    for amount in (1500, 1600, 1700, 1800, 1900):
        casino.pay_out(amount)
    casino.pay_out(2100, "tok_approve.payout_pending")
    casino.hear()
    casino.set_now(casino.world.now + timedelta(hours=2))
    for intent in abandoned:
        expire_intent(intent_id=intent.pk, now=casino.world.now)
    casino.hear()


@pytest.mark.spec("R5", "R7", "R8", "R9", "R16")
def test_every_break_has_its_case_and_nothing_else_has_one(casino: "Casino", tmp_path: "Path") -> None:
    from ledger.proofs import prove_ledger
    from reconciliation.models import ExceptionCase, ReconciliationRun, SuspenseItem
    from reconciliation.operations import reconcile
    from tests.reconciliation.runs.day import DAY, unexplained

    # given
    play(casino)

    # when the day is closed with faults, and the days after it until everything missing is overdue
    casino.close(DAY, profile={"v": 1, "codes": {code: {"count": 1} for code in CODES}})
    casino.close(DAY + timedelta(days=1))
    casino.set_now(casino.world.now + timedelta(days=8))
    reconcile(date=DAY + timedelta(days=9), now=casino.world.now)

    # then: all but one of the two settlement codes, of which a payout carries one
    injected = {row["code"] for row in casino.truth}
    missed, spurious = unexplained(casino)
    assert missed == []
    assert [(case.reason_id, case.facts, case.merchant_reference, str(case.business_date)) for case in spurious] == []
    assert len(injected) == len(CODES) - 1, set(CODES) - injected
    assert not SuspenseItem.objects.filter(cleared_at=None).exclude(reason_code__in=injected).exists()

    # and the run whose payout came short says so, though the bank showed it only after the run
    short = ExceptionCase.objects.get(reason_id="BANK_SETTLEMENT_AMOUNT_DIFFERS")
    run = ReconciliationRun.objects.get(account_code=short.merchant_account.code, date=DAY)
    assert [each["amount_minor"] for each in run.residuals if each["currency"] == short.currency] == [short.amount_minor]

    # and run, page and close say the same of it
    assert_one_proof(run, short.amount_minor)

    # and SQL over the day's snapshot finds the same breaks
    assert_same_breaks(casino, tmp_path, DAY, DAY + timedelta(days=9))

    report = prove_ledger()
    wrong = [check for check in report.checks if not check.ok and "Instrument" not in check.name]  # verified by hand in this test
    assert [(check.name, check.differences) for check in wrong] == []

    # and run again, with every file taken in again: nothing changes
    before = casino.journal_rows()
    for file in casino.files:
        casino.ingest(file)
    for offset in (0, 1, 9):
        reconcile(date=DAY + timedelta(days=offset), now=casino.world.now)
    assert casino.journal_rows() == before
    assert unexplained(casino) == ([], [])


def assert_same_breaks(casino: "Casino", folder: "Path", *days: "date") -> None:
    """On each day the break list from the snapshot equals the engine's cases, and the books' invariants hold in it."""
    from reconciliation.snapshots.asking import break_list, faults_of, invariants, snapshot, unequal
    from tests.reconciliation.runs.frozen import freeze_tables

    for day in days:
        frozen = freeze_tables(casino.world.entity, day, folder / day.isoformat())
        different = unequal(frozen)
        assert different == [], day
        with snapshot(frozen) as duck:
            assert {name: found for name in invariants() if (found := faults_of(duck, name, 5))} == {}, day
    found = {row["code"] for row in break_list(frozen)}
    assert {"GROSS_AMOUNT_DIFFERS", "CAPTURE_NOT_SETTLED", "LEDGER_CREDIT_WITHOUT_PSP", "REFUND_MISSING_AT_PSP", "FEE_UNEXPECTED"} <= found
    assert {"BANK_CREDIT_UNIDENTIFIED", "PSP_LINE_UNKNOWN_REFERENCE", "WITHDRAWAL_SENT_PSP_NOT_PAID"} <= found


def assert_one_proof(run: "ReconciliationRun", residual_minor: int) -> None:
    """Terms add up to what the bank was to show; run, page and close's checklist read the residual of this one proof."""
    from reconciliation.admin.proofs import batch_proof
    from reconciliation.models import SettlementBatch
    from reconciliation.queries import merchant_residuals, three_way_proof
    from reconciliation.queries.checklist import checklist

    batch = SettlementBatch.objects.get(merchant_account=run.merchant_account, business_date=run.date)
    proof, page = three_way_proof(batch), batch_proof(batch).context
    assert proof.residual_minor == residual_minor != 0
    assert sum(term.amount_minor for term in proof.terms) == proof.computed_minor == proof.payout_minor == batch.payout_minor
    assert {"captures", "refunds", "payouts", "fees", "unidentified"} <= {term.name for term in proof.terms if term.lines}
    assert sum(term.lines for term in proof.terms if term.name != "fees") == lines_that_are_items(batch), proof.terms
    assert page["residual_minor"] == residual_minor
    assert sum(term.amount_minor for term in page["left"][:-1]) == page["left"][-1].amount_minor == proof.computed_minor
    assert {"currency": "EUR", "amount_minor": residual_minor} in merchant_residuals(batch.merchant_account, run.date)
    told = next(item for item in checklist(run.entity, run.date, now=run.updated_at) if item.name == "completeness")
    assert f"residual {residual_minor / 100:.2f} EUR" in told.figure


def lines_that_are_items(batch: "SettlementBatch") -> int:
    """Neither a fee by itself nor the transfer."""
    from reconciliation.models import PspLine

    return PspLine.objects.filter(batch=batch).exclude(kind__in=("fee", "transfer")).count()
