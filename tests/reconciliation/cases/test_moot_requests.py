"""A case that ends by itself while its ending waits for a second person: the yes is refused in words, and the request is taken back."""

from datetime import timedelta

import pytest

from ledger.models import ApprovalRequest, AuditRecord, JournalTransaction
from ledger.operations import decide
from reconciliation.models import CaseState, ExceptionCase
from reconciliation.operations.cases import auto_resolve_case
from reconciliation.operations.casework import CaseNotOpen, withdraw_moot_requests
from reconciliation.queries.checklist import Day
from reconciliation.queries.checklist.work import approvals_are_decided
from tests.reconciliation.cases.test_together import ask, open_cases, states, written_off
from tests.reconciliation.house import DAY, NOW, House

pytestmark = pytest.mark.spec("E3", "S1")


def end_by_itself(case: ExceptionCase) -> None:
    assert auto_resolve_case(case, rule="line_came@1", text="A later report has the line.", now=NOW)


def ask_for_one(house: House, case: ExceptionCase) -> ApprovalRequest:
    from ledger.actors import user_actor
    from reconciliation.operations.casework import propose_disposition

    propose_disposition(case_id=case.pk, disposition="write_off", reason="the PSP will not pay it", actor=user_actor(house.ada), now=NOW)
    return ApprovalRequest.objects.get(kind="case.disposition")


def test_a_yes_to_what_ended_is_refused_and_says_what_ended_it(house: House) -> None:
    (case,) = open_cases(house, 1)
    request = ask_for_one(house, case)
    end_by_itself(case)
    posted = JournalTransaction.objects.count()

    with pytest.raises(CaseNotOpen) as refused:
        decide(request_id=request.pk, approve=True, checker=house.ben, reason="", now=NOW)

    assert refused.value.message == (
        f"{case.label} has ended by itself meanwhile: A later report has the line. "
        "Nothing is left to approve: this request will be taken back."
    )
    assert (JournalTransaction.objects.count(), written_off(house), states([case])) == (posted, 0, [CaseState.AUTO_RESOLVED])


def test_the_request_is_taken_back_with_why_and_holds_no_day_up(house: House) -> None:
    (case,) = open_cases(house, 1)
    request = ask_for_one(house, case)
    assert withdraw_moot_requests(now=NOW) == 0  # it waits for a person, as it should
    end_by_itself(case)
    assert not approvals_are_decided(Day(house.entity, DAY + timedelta(days=1), NOW)).ok

    assert withdraw_moot_requests(now=NOW) == 1
    request.refresh_from_db()
    assert (request.state, request.decided_at) == (ApprovalRequest.State.WITHDRAWN, NOW)
    audit = AuditRecord.objects.get(act="approval.withdrawn", target_id=request.public_id)
    assert (audit.actor_id, audit.reason) == ("casework", f"{case.label} has ended by itself meanwhile: A later report has the line.")
    assert case.entries.filter(kind="proposal", data={"approval_id": request.public_id}).count() == 2  # asked for, and taken back
    assert approvals_are_decided(Day(house.entity, DAY + timedelta(days=1), NOW)).ok
    assert states([case]) == [CaseState.AUTO_RESOLVED]
    assert withdraw_moot_requests(now=NOW) == 0


def test_a_request_of_many_stands_while_one_of_them_waits_for_it(house: House) -> None:
    cases = open_cases(house, 2)
    request = ask(house, cases)
    end_by_itself(cases[0])
    assert withdraw_moot_requests(now=NOW) == 0
    decide(request_id=request.pk, approve=True, checker=house.ben, reason="", now=NOW)
    assert (states(cases), written_off(house)) == ([CaseState.AUTO_RESOLVED, CaseState.RESOLVED], 600)


def test_a_request_of_many_that_all_ended_is_taken_back(house: House) -> None:
    cases = open_cases(house, 2)
    request = ask(house, cases)
    for case in cases:
        end_by_itself(case)
    assert withdraw_moot_requests(now=NOW) == 1
    assert ApprovalRequest.objects.get(pk=request.pk).state == ApprovalRequest.State.WITHDRAWN


def test_the_old_request_of_a_case_that_was_opened_again_is_taken_back_and_the_new_one_stands(house: House) -> None:
    from ledger.actors import user_actor
    from reconciliation.operations.casework import reopen_case

    (case,) = open_cases(house, 1)
    old = ask_for_one(house, case)
    end_by_itself(case)
    reopen_case(case_id=case.pk, reason="it is broken all the same", actor=user_actor(house.ada), now=NOW)
    new = ask(house, [case])
    with pytest.raises(CaseNotOpen, match="waits for this request no more"):
        decide(request_id=old.pk, approve=True, checker=house.ben, reason="", now=NOW)
    assert withdraw_moot_requests(now=NOW) == 1
    decide(request_id=new.pk, approve=True, checker=house.ben, reason="", now=NOW)
    assert (states([case]), written_off(house)) == ([CaseState.RESOLVED], 600)
