"""What a person does with a case before it ends (E1, E5)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.actors import user_actor
from ledger.models import AuditRecord, Transition
from reconciliation.models import CaseState, ExceptionCase
from reconciliation.operations import auto_resolve_case
from reconciliation.operations.casework import (
    CaseNotOpen,
    FileNotTaken,
    ReasonNeeded,
    assign_case,
    attach_to_case,
    comment_case,
    escalate_case,
    investigate_case,
    propose_disposition,
    reopen_case,
    resume_case,
    resume_rested_cases,
    wait_case,
)
from tests.reconciliation.house import NOW, House, make_case

pytestmark = pytest.mark.spec("E1", "E5")
REASON = "asked the PSP, ticket 4711"


def reload(case: ExceptionCase) -> ExceptionCase:
    return ExceptionCase.objects.get(pk=case.pk)


def test_owner_severity_and_due_time_exist_from_birth(house: House) -> None:
    case = make_case(house, "LEDGER_CREDIT_MISSING_PSP_SUCCESS")
    assert (case.owner_team, case.severity, case.state) == ("payments_ops", "critical", CaseState.OPEN)
    assert case.due_at == NOW + timedelta(hours=2)


def test_taking_a_case_assigns_it_and_writes_who(house: House) -> None:
    case = make_case(house)
    investigate_case(case_id=case.pk, actor=user_actor(house.ada), now=NOW)
    taken = reload(case)
    assert (taken.state, taken.assignee) == (CaseState.INVESTIGATING, house.ada)
    row = Transition.objects.get(target_id=case.pk, to_state="INVESTIGATING")
    assert (row.from_state, row.event, row.actor_kind, row.actor_id) == ("OPEN", "case.taken", "user", str(house.ada.pk))


def test_a_case_is_assigned_and_given_back(house: House) -> None:
    case = make_case(house)
    assign_case(case_id=case.pk, assignee=house.ben, actor=user_actor(house.ada), now=NOW)
    assert reload(case).assignee == house.ben
    assign_case(case_id=case.pk, assignee=None, actor=user_actor(house.ada), now=NOW)
    assert reload(case).assignee is None
    assert [entry.kind for entry in case.entries.all()] == ["raised", "assigned", "assigned"]


def test_waiting_ends_by_hand_or_by_time(house: House) -> None:
    first, second = make_case(house), make_case(house, about="2")
    for case in (first, second):
        wait_case(case_id=case.pk, until=NOW + timedelta(hours=4), reason=REASON, actor=user_actor(house.ada), now=NOW)
    resume_case(case_id=first.pk, actor=user_actor(house.ada), now=NOW)
    assert resume_rested_cases(actor=user_actor(house.ada), now=NOW + timedelta(hours=3)) == 0
    assert resume_rested_cases(actor=user_actor(house.ada), now=NOW + timedelta(hours=4)) == 1
    assert {reload(first).state, reload(second).state} == {CaseState.INVESTIGATING}


@pytest.mark.parametrize("days", [-1, 0, 91])
def test_waiting_without_a_sensible_moment_is_refused(house: House, days: int) -> None:
    case = make_case(house)
    with pytest.raises(ReasonNeeded, match="90 days"):
        wait_case(case_id=case.pk, until=NOW + timedelta(days=days), reason=REASON, actor=user_actor(house.ada), now=NOW)
    assert reload(case).state == CaseState.OPEN


def test_a_comment_and_a_file_stay_on_the_timeline(house: House, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    case = make_case(house)
    comment_case(case_id=case.pk, text="  PSP says tomorrow  ", actor=user_actor(house.ada), now=NOW)
    entry = attach_to_case(case_id=case.pk, name="../answer.pdf", content=b"%PDF-1.4 answer", actor=user_actor(house.ada), now=NOW)
    assert [e.text for e in case.entries.all()][1:] == ["PSP says tomorrow", "Attached answer.pdf."]
    assert (tmp_path / entry.file_path).read_bytes() == b"%PDF-1.4 answer"


@pytest.mark.parametrize(
    ("name", "content"), [("run.exe", b"MZ"), ("empty.pdf", b""), ("noext", b"x"), ("big.csv", b"x" * (10 * 1024**2 + 1))]
)
def test_a_file_that_is_not_taken_leaves_nothing(house: House, settings: Any, tmp_path: Path, name: str, content: bytes) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    case = make_case(house)
    with pytest.raises(FileNotTaken):
        attach_to_case(case_id=case.pk, name=name, content=content, actor=user_actor(house.ada), now=NOW)
    assert not list(tmp_path.rglob("*")) and case.entries.count() == 1


def test_escalation_is_marked_and_audited(house: House) -> None:
    case = make_case(house)
    escalate_case(case_id=case.pk, reason=REASON, actor=user_actor(house.ada), now=NOW)
    assert reload(case).escalated_at == NOW
    assert AuditRecord.objects.filter(act="case.escalated", target_id=case.public_id, reason=REASON).count() == 1


@pytest.mark.parametrize("reason", ["", "short", "          "])
def test_an_act_that_needs_a_reason_is_refused_without(house: House, reason: str) -> None:
    case = make_case(house)
    with pytest.raises(ReasonNeeded):
        escalate_case(case_id=case.pk, reason=reason, actor=user_actor(house.ada), now=NOW)
    with pytest.raises(ReasonNeeded):
        propose_disposition(case_id=case.pk, disposition="claim_from_psp", reason=reason, actor=user_actor(house.ada), now=NOW)
    assert (reload(case).escalated_at, reload(case).state) == (None, CaseState.OPEN)


def test_a_case_that_was_found_broken_again_is_not_reopened(house: House) -> None:
    case = make_case(house)
    auto_resolve_case(case, rule="line_came@1", text="it came", now=NOW)
    again = make_case(house)
    assert (again.version, again.previous) == (2, case)
    with pytest.raises(CaseNotOpen, match=again.label):
        reopen_case(case_id=case.pk, reason=REASON, actor=user_actor(house.ada), now=NOW)
    assert reload(case).state == CaseState.AUTO_RESOLVED


def test_an_ended_case_can_be_reopened_but_not_worked(house: House) -> None:
    case = make_case(house, "PAYOUT_RETURNED")
    propose_disposition(case_id=case.pk, disposition="no_action", reason=REASON, actor=user_actor(house.ada), now=NOW)
    assert (reload(case).state, reload(case).resolution) == (CaseState.RESOLVED, "no_action")
    with pytest.raises(CaseNotOpen):
        investigate_case(case_id=case.pk, actor=user_actor(house.ada), now=NOW)
    reopen_case(case_id=case.pk, reason=REASON, actor=user_actor(house.ben), now=NOW)
    opened = reload(case)
    assert (opened.state, opened.resolution, opened.resolved_at) == (CaseState.OPEN, "", None)


@pytest.mark.spec("E1", "E3")
def test_what_a_person_opened_again_no_rule_ends(house: House) -> None:
    case = make_case(house, "SOURCE_FILE_LATE")
    assert auto_resolve_case(case, rule="file_came@1", text="it came", now=NOW)
    reopen_case(case_id=case.pk, reason=REASON, actor=user_actor(house.ada), now=NOW)

    assert not auto_resolve_case(case, rule="file_came@1", text="it came", now=NOW)
    assert (reload(case).state, reload(case).resolution) == (CaseState.OPEN, "")
    assert make_case(house, "SOURCE_FILE_LATE") == case  # nor is it raised a second time
