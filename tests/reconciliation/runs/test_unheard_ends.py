"""A capture that its PSP took back without a word that reached us: found when its line does not come and the PSP is asked (R7)."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.runs.day import Casino

CODES = {"CAPTURE_FAILED_AFTER_CREDIT": "DEPOSIT_CAPTURE_FAILED", "DEPOSIT_RETURNED": "DEPOSIT_RETURNED"}


@pytest.mark.whole
@pytest.mark.spec("R7", "C5", "C21")
def test_a_capture_whose_end_was_never_heard_ends_as_if_it_had_been(casino: "Casino") -> None:
    from cashier.models import Capture
    from ledger.models import JournalTransaction
    from ledger.proofs import prove_ledger
    from reconciliation.models import ExceptionCase
    from reconciliation.operations import reconcile
    from tests.reconciliation.runs.day import DAY, unexplained

    # given: two deposits whose events are all lost, credited by the answer to the call, taken back after the day's end
    for amount_minor in (5000, 6000):
        casino.deposit("tok_approve.lost", amount_minor)
    casino.hear()
    casino.close(DAY, profile={"v": 1, "codes": {code: {"count": 1} for code in CODES}})
    casino.hear()
    assert set(Capture.objects.values_list("state", flat=True)) == {"SUCCEEDED"}

    # when: their lines are overdue
    casino.close(DAY + timedelta(days=1))
    casino.set_now(casino.world.now + timedelta(days=8))
    for _ in range(2):
        reconcile(date=DAY + timedelta(days=9), now=casino.world.now)

    # then: each has its own code and posting, once
    assert {row["code"] for row in casino.truth} == set(CODES)
    assert unexplained(casino) == ([], [])
    assert sorted(ExceptionCase.objects.values_list("reason_id", flat=True)) == sorted(CODES)
    posted = JournalTransaction.objects.filter(kind__in=CODES.values())
    assert sorted(posted.values_list("kind", flat=True)) == sorted(CODES.values())
    assert not Capture.objects.filter(state="SUCCEEDED").exists()
    wrong = [check for check in prove_ledger().checks if not check.ok and "Instrument" not in check.name]  # verified by hand here
    assert [(check.name, check.differences) for check in wrong] == []
