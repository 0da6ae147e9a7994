"""A refund that was paid although it failed: told by the cashier first, then by its settlement line; a person takes the money back."""

from types import SimpleNamespace
from typing import Any

import pytest

from cashier.operations import RefundEnd, fail_refund
from cashier.operations.refund_outcomes import tell_executed
from ledger.actors import system_actor
from reconciliation.matching.facts import Finding
from reconciliation.models import CaseState, ExceptionCase
from reconciliation.operations.run.findings import raise_line_case
from tests.reconciliation.cases.acting import end
from tests.reconciliation.cases.records import Records
from tests.reconciliation.house import NOW

pytestmark = pytest.mark.spec("C6", "E1", "E4")


@pytest.mark.parametrize(("played", "playable", "owed"), [(0, 3000, 0), (4500, 0, 1500)])
def test_one_case_takes_the_line_and_ends_with_the_money_back(records: Records, played: int, playable: int, owed: int) -> None:
    # Given a refund that failed, and that the PSP says it executed
    refund = records.refund(records.capture(5000), 2000)
    end_of_it = RefundEnd("obj-2", NOW)
    assert fail_refund(refund_id=refund.pk, end=end_of_it, actor=system_actor("psp"), now=NOW)
    assert tell_executed(refund_id=refund.pk, end=end_of_it, now=NOW)
    told = ExceptionCase.objects.get()

    # When its line comes, which stays in suspense
    _, (line,) = records.batch(("refund", -2000, None))
    step: Any = SimpleNamespace(account=records.house.merchant, run=records.run(), now=NOW)
    finding = Finding("STATUS_DIFFERS", 2000, refund.public_id, refund.public_id, line.psp_reference)
    case = raise_line_case(step, line, finding)

    # Then it is the same case, with the line, and what the player has of it is taken back
    assert case == told and case.links.filter(kind="psp_line", target_id=str(line.pk)).count() == 1
    assert raise_line_case(step, line, finding) == case and case.links.filter(kind="psp_line").count() == 1
    if played:
        records.play(played)
    assert end(records, case, "recover_from_player").state == CaseState.RESOLVED
    assert (records.playable(), records.owed(), records.balance("suspense")) == (playable, owed, 0)
