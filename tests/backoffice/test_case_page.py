"""The case page: each button posts to one operation, once, and says what came of it (E1, E4, E5)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import ApprovalRequest, AuditRecord, JournalTransaction
from reconciliation.models import CaseEntry, CaseState, ExceptionCase
from tests.backoffice.pressing import list_url, place_of, press

WHY = "The PSP confirmed it on the phone"


def fresh(case: ExceptionCase) -> ExceptionCase:
    return ExceptionCase.objects.get(pk=case.pk)


def case_of(scene: Any, code: str) -> ExceptionCase:
    found: ExceptionCase = next(case for case in scene.cases if case.reason_id == code)
    return found


@pytest.mark.spec("E1")
def test_the_page_answers_what_happened_and_what_to_do(browser_of: Callable[[str], Client], scene: Any) -> None:
    case = case_of(scene, "GROSS_AMOUNT_DIFFERS")
    text = browser_of("ada").get(place_of(case).url_of(case)).content.decode()
    for words in (
        case.label,
        case.reason.title,
        case.reason_id,
        "At risk",
        "What each side says",
        "What to do",
        "What happened",
        "Linked",
        "Clock",
    ):
        assert words in text
    assert case.reason.playbook[0]["text"] in text.replace("&#x27;", "'")


def test_the_address_may_name_the_number(browser_of: Callable[[str], Client], scene: Any) -> None:
    case = scene.cases[0]
    assert browser_of("ada").get(f"{list_url(ExceptionCase)}{case.label}/").status_code == 200
    assert browser_of("ada").get(f"{list_url(ExceptionCase)}CASE-999999/").status_code == 404
    assert browser_of("ada").get(f"{list_url(ExceptionCase)}case_nonsense/").status_code == 404


@pytest.mark.spec("E5")
def test_taking_assigning_commenting_and_waiting(browser_of: Callable[[str], Client], scene: Any) -> None:
    case, ada = scene.cases[0], browser_of("ada")
    assert press(ada, case, "take").status_code == 302
    assert (fresh(case).state, fresh(case).assignee) == (CaseState.INVESTIGATING, scene.staff["ada"])
    assert press(ada, case, "comment", text="Called the PSP").status_code == 302
    assert CaseEntry.objects.filter(case=case, kind="comment", text="Called the PSP").count() == 1
    assert press(ada, case, "assign", assignee=str(scene.staff["ben"].pk)).status_code == 302
    assert fresh(case).assignee == scene.staff["ben"]
    until = (scene.now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert press(ada, case, "wait", until=until, reason=WHY).status_code == 302
    assert fresh(case).state == CaseState.WAITING
    assert press(ada, case, "resume").status_code == 302
    assert fresh(case).state == CaseState.INVESTIGATING
    assert press(ada, case, "escalate", reason=WHY).status_code == 302
    assert fresh(case).escalated_at == scene.now


def test_a_short_reason_is_refused_in_the_dialog_and_nothing_changes(browser_of: Callable[[str], Client], scene: Any) -> None:
    case = scene.cases[0]
    answer = press(browser_of("ada"), case, "escalate", reason="late")
    assert answer.status_code == 422
    assert 'id="dialog-escalate"' in answer.content.decode()
    assert "data-ops-opened" in answer.content.decode()
    assert fresh(case).escalated_at is None


def test_a_double_click_is_one_act(browser_of: Callable[[str], Client], scene: Any) -> None:
    case, ada = scene.cases[0], browser_of("ada")
    form = {"once": "the-same-form", "seen": place_of(case).version_of(fresh(case)), "text": "Said once"}
    for _ in range(3):
        assert ada.post(place_of(case).act_url(case, "comment"), form).status_code == 302
    assert CaseEntry.objects.filter(case=case, kind="comment").count() == 1


def test_a_form_without_a_token_does_nothing(browser_of: Callable[[str], Client], scene: Any) -> None:
    case = scene.cases[0]
    browser_of("ada").post(place_of(case).act_url(case, "comment"), {"text": "Unasked"})
    assert not CaseEntry.objects.filter(case=case, kind="comment").exists()


def test_a_stale_page_is_told_and_changes_nothing(browser_of: Callable[[str], Client], scene: Any) -> None:
    case = scene.cases[0]
    seen = place_of(case).version_of(fresh(case))
    press(browser_of("ben"), case, "escalate", reason=WHY)
    later = browser_of("ada").post(
        place_of(case).act_url(case, "propose"),
        {"once": "t", "seen": "2020-01-01T00:00:00+00:00", "suggested": "wait_for_timing", "reason": WHY},
    )
    assert later.status_code == 409
    assert "changed since you opened it" in later.content.decode()
    assert fresh(case).state == CaseState.OPEN
    assert seen


@pytest.mark.parametrize(("slug", "data"), [("take", {}), ("propose", {"suggested": "wait_for_timing", "reason": WHY})])
def test_who_comes_second_is_told_on_the_page_although_the_button_is_gone(
    browser_of: Callable[[str], Client], scene: Any, slug: str, data: dict[str, str]
) -> None:
    case = case_of(scene, "PAYOUT_RETURNED")
    seen = place_of(case).version_of(fresh(case))
    assert press(browser_of("ben"), case, "end", disposition="no_action", reason=WHY).status_code == 302
    answer = browser_of("ada").post(place_of(case).act_url(case, slug), {"once": "t", "seen": seen, **data})
    assert answer.status_code == 409
    assert answer.content.decode().count("This record changed since you opened it.") == 1
    assert fresh(case).state == CaseState.RESOLVED


def test_a_refusal_without_a_dialog_is_said_on_the_page(browser_of: Callable[[str], Client], scene: Any) -> None:
    case = scene.cases[0]
    seen = place_of(case).version_of(fresh(case))
    press(browser_of("ben"), case, "escalate", reason=WHY)
    answer = browser_of("ada").post(place_of(case).act_url(case, "take"), {"once": "t", "seen": seen})
    assert answer.status_code == 409
    assert answer.content.decode().count("This record changed since you opened it.") == 1
    assert fresh(case).assignee is None


@pytest.mark.spec("E4")
def test_an_ending_without_money_is_immediate_and_leads_to_the_next_case(browser_of: Callable[[str], Client], scene: Any) -> None:
    case = case_of(scene, "PAYOUT_RETURNED")
    order = list(ExceptionCase.objects.order_by("due_at", "id"))
    following = order[order.index(case) + 1]
    url = place_of(case).act_url(case, "end") + "?in=view%3Dopen"
    seen = place_of(case).version_of(fresh(case))
    answer = browser_of("ada").post(url, {"once": "t1", "seen": seen, "disposition": "no_action", "reason": WHY})
    assert answer.status_code == 302
    assert following.public_id in answer["Location"]
    assert (fresh(case).state, fresh(case).resolution) == (CaseState.RESOLVED, "no_action")


def test_a_disposition_that_the_reason_does_not_allow_is_refused(browser_of: Callable[[str], Client], scene: Any) -> None:
    case = case_of(scene, "PAYOUT_RETURNED")
    assert press(browser_of("ada"), case, "end", disposition="write_off", reason=WHY).status_code == 422
    assert fresh(case).state == CaseState.OPEN


def _with_suspense(scene: Any) -> ExceptionCase:
    """A bank credit that nobody knows, standing in suspense under the case's reference."""
    from django.db import transaction

    from ledger.actors import system_actor
    from ledger.operations import Posting, post
    from reconciliation.models import CaseLink

    case = case_of(scene, "BANK_CREDIT_UNIDENTIFIED")
    bank = scene.banks[0].public_id
    lines = [
        {"kind": "bank", "holder": bank, "asset": "EUR", "amount_minor": 7700, "ref": "", "label": ""},
        {"kind": "suspense", "holder": bank, "asset": "EUR", "amount_minor": -7700, "ref": "bl:7", "label": ""},
    ]
    posting = Posting("OPENING_BALANCE@1", "suspense:7", scene.entity.pk, {"lines": lines}, scene.now)
    with transaction.atomic():
        post(posting, actor=system_actor("tests"), now=scene.now)
    CaseLink.objects.create(case=case, kind="bank_line", target_id="7", side="bank")
    return case


@pytest.mark.spec("E4", "S1")
def test_money_moves_only_after_a_second_person(browser_of: Callable[[str], Client], scene: Any) -> None:
    case = _with_suspense(scene)
    before = JournalTransaction.objects.count()
    page = browser_of("ada").get(place_of(case).url_of(case)).content.decode()
    assert ">77.00 " in page
    assert press(browser_of("ada"), case, "end", disposition="outside", reason=WHY).status_code == 302
    assert (fresh(case).state, JournalTransaction.objects.count()) == (CaseState.PROPOSED, before)
    request = ApprovalRequest.objects.get(pk=fresh(case).approval_id)
    assert press(browser_of("ada"), request, "approve").status_code == 403
    assert press(browser_of("rafe"), request, "approve").status_code == 403
    shown = browser_of("ben").get(place_of(request).url_of(request)).content.decode()
    assert "Approve: post 2 lines, 77.00 EUR" in shown
    assert "Suspense" in shown
    assert press(browser_of("ben"), request, "approve").status_code == 302
    assert fresh(case).state == CaseState.RESOLVED
    assert JournalTransaction.objects.count() == before + 1
    acts = set(AuditRecord.objects.filter(target_id=request.public_id).values_list("act", flat=True))
    assert {"approval.requested", "approval.approved", "approval.executed"} <= acts


@pytest.mark.spec("S1")
def test_the_maker_takes_a_proposal_back(browser_of: Callable[[str], Client], scene: Any) -> None:
    case = _with_suspense(scene)
    answer = browser_of("ada").post(
        place_of(case).act_url(case, "end"),
        {"once": "w", "seen": place_of(case).version_of(fresh(case)), "disposition": "outside", "reason": WHY},
        follow=True,
    )
    assert 'data-ops-undo="10"' in answer.content.decode()
    assert press(browser_of("ada"), case, "withdraw").status_code == 302
    assert fresh(case).state == CaseState.INVESTIGATING


def test_a_resolved_case_is_opened_again_with_a_reason(browser_of: Callable[[str], Client], scene: Any) -> None:
    case = case_of(scene, "PAYOUT_RETURNED")
    press(browser_of("ada"), case, "end", disposition="no_action", reason=WHY)
    assert press(browser_of("ada"), case, "reopen", reason=WHY).status_code == 302
    assert fresh(case).state == CaseState.OPEN


@pytest.mark.spec("E5")
def test_bulk_acts_run_case_by_case_and_name_what_failed(browser_of: Callable[[str], Client], scene: Any) -> None:
    ada = browser_of("ada")
    resolved = case_of(scene, "PAYOUT_RETURNED")
    press(ada, resolved, "end", disposition="no_action", reason=WHY)
    chosen = [str(case.pk) for case in (scene.cases[0], scene.cases[1], resolved)]
    url = reverse("admin:reconciliation_exceptioncase_list_act", args=["assign"])
    page = ada.post(url, {"once": "b1", "chosen": chosen, "assignee": str(scene.staff["ben"].pk)}, follow=True).content.decode()
    assert "2 assigned to" in page
    assert f"1 not done: {resolved.label}" in page
    assert [fresh(case).assignee for case in scene.cases[:2]] == [scene.staff["ben"]] * 2


def test_a_bulk_ending_is_for_one_reason_code_only(browser_of: Callable[[str], Client], scene: Any) -> None:
    chosen = [str(scene.cases[0].pk), str(scene.cases[1].pk)]
    url = reverse("admin:reconciliation_exceptioncase_list_act", args=["end"])
    answer = browser_of("ada").post(url, {"once": "b2", "chosen": chosen, "disposition": "no_action", "reason": WHY})
    assert answer.status_code == 409
    assert "one reason code" in answer.content.decode()
    assert {fresh(case).state for case in scene.cases[:2]} == {CaseState.OPEN}


def test_an_attachment_is_kept_by_its_hash(browser_of: Callable[[str], Client], scene: Any, settings: Any, tmp_path: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = str(tmp_path)
    case = scene.cases[0]
    assert press(browser_of("ada"), case, "attach", file=SimpleUploadedFile("mail.txt", b"They said yes.")).status_code == 302
    entry = CaseEntry.objects.get(case=case, kind="attachment")
    assert (entry.file_name, len(entry.file_sha256)) == ("mail.txt", 64)
    refused = press(browser_of("ada"), case, "attach", file=SimpleUploadedFile("run.exe", b"MZ"))
    assert refused.status_code == 409
    assert "are not taken" in refused.content.decode()
