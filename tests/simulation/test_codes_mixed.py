"""What PSPs and banks can do wrong, all on one day beside each other: each break has its case, and nothing else has one (R7, Z3)."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.runs.day import Casino

pytestmark = pytest.mark.whole

CODES = (
    "REFUND_PAID_TWICE", "REFUND_REVERSED", "REFUND_AND_CHARGEBACK_BOTH_PAID", "STATUS_DIFFERS", "PAYOUT_PAID_TWICE",
    "PAYOUT_PAID_AFTER_RELEASE", "CHARGEBACK_AMOUNT_DIFFERS", "CHARGEBACK_LINE_MISSING", "CHARGEBACK_REVERSAL_NOT_BOOKED",
    "CAPTURE_FAILED_AFTER_CREDIT", "CREDITED_ON_AUTHORISATION", "CURRENCY_DIFFERS", "DEPOSIT_RETURNED", "WRONG_MERCHANT_ACCOUNT",
    "FILE_REFUSED", "SETTLEMENT_BATCH_UNBALANCED", "SETTLEMENT_REPORT_RESTATED", "SETTLEMENT_REPORT_GAP", "STATEMENT_GAP",
    "BANK_ENTRY_REVERSED", "BANK_LINE_DUPLICATED",
)  # fmt: skip


def play(casino: "Casino") -> None:
    """Twenty deposits, and what follows them."""
    deposits = [casino.deposit(amount_minor=5000 + 10 * number) for number in range(19)]
    failing = casino.deposit("tok_approve.refund_fail", 4500)
    casino.hear()
    for intent in (*deposits[:3], failing):
        casino.refund(intent, 1000)
    casino.pay_out(1500)
    casino.pay_out(1600, "tok_approve.payout_fail")
    casino.hear()


@pytest.mark.spec("Z1", "Z3", "R2", "R5", "R7", "E1")
def test_every_break_beside_every_other_has_its_case_and_nothing_else_has_one(casino: "Casino") -> None:
    from ledger.proofs import prove_ledger
    from reconciliation.operations import reconcile
    from tests.reconciliation.runs.day import DAY, unexplained

    # given a calm day, so that a number or a statement can be missing, and a day of everything
    casino.deposit()
    casino.hear()
    casino.close(DAY)
    casino.set_now(casino.world.now + timedelta(hours=4))
    play(casino)

    # when the second is closed with faults, and the days after it until everything missing is overdue
    day = DAY + timedelta(days=1)
    casino.close(day, profile={"v": 1, "codes": {code: {"count": 1} for code in CODES}})
    for later in (1, 2):
        casino.close(day + timedelta(days=later))
    casino.set_now(casino.world.now + timedelta(days=9))
    reconcile(date=day + timedelta(days=10), now=casino.world.now)

    # then
    assert {row["code"] for row in casino.truth} == set(CODES)
    missed, spurious = unexplained(casino, amounts=False)
    assert missed == []
    assert [(case.reason_id, case.facts, case.merchant_reference, str(case.business_date)) for case in spurious] == []
    report = prove_ledger()
    wrong = [check for check in report.checks if not check.ok and "Instrument" not in check.name]  # verified by hand in this test
    assert [(check.name, check.differences) for check in wrong] == []
