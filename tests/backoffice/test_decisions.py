"""Payouts, disputes, files, accounts and closes: their buttons, their refusals (P4, X6, R1, C17, D3)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cashier.models import MerchantAccount, PayoutIntent, PayoutState, PspEventWork
from disputes.models import Dispute, Evidence
from ledger.models import ApprovalRequest
from reconciliation.models import SourceFile
from tests.backoffice.pressing import list_url, place_of, press

WHY = "Documents were seen and are right"


def fresh(row: Any) -> Any:
    return type(row)._default_manager.get(pk=row.pk)


@pytest.mark.spec("P4")
def test_the_decision_page_shows_gates_and_asks_a_reason_where_one_asked_for_a_person(
    browser_of: Callable[[str], Client], scene: Any
) -> None:
    payout = scene.payouts[1]
    text = browser_of("rafe").get(place_of(payout).url_of(payout)).content.decode()
    assert "Approve 3,889.50 EUR" in text
    assert "May this money leave?" in text
    assert "Gates" in text
    assert press(browser_of("rafe"), payout, "approve", reason="").status_code == 422
    assert fresh(payout).state == PayoutState.UNDER_REVIEW


@pytest.mark.spec("P4", "S1")
def test_a_rejected_payout_stays_and_a_second_yes_is_counted(browser_of: Callable[[str], Client], scene: Any) -> None:
    two_needed = scene.payouts[0]
    assert press(browser_of("rafe"), two_needed, "approve", reason=WHY).status_code == 302
    assert fresh(two_needed).state == PayoutState.UNDER_REVIEW
    assert press(browser_of("rafe"), two_needed, "approve", reason=WHY).status_code == 403
    request = ApprovalRequest.objects.get(pk=ApprovalRequest.id_of(two_needed.approval_id))
    assert request.decisions.filter(approve=True).count() == 1
    assert "1 of 2" in browser_of("cleo").get(place_of(two_needed).url_of(two_needed)).content.decode()


def test_finance_and_ops_decide_on_no_payout(browser_of: Callable[[str], Client], scene: Any) -> None:
    for name in ("ada", "ben"):
        assert "dialog-approve" not in browser_of(name).get(place_of(scene.payouts[1]).url_of(scene.payouts[1])).content.decode()
        assert press(browser_of(name), scene.payouts[1], "approve", reason=WHY).status_code == 403


def test_nobody_decides_on_a_payout_to_themselves(browser_of: Callable[[str], Client], scene: Any) -> None:
    payout, rafe = scene.payouts[1], scene.staff["rafe"]
    rafe.player_refs = [payout.player.public_id]
    rafe.save(update_fields=["player_refs"])
    answer = press(browser_of("rafe"), payout, "approve", reason=WHY)
    assert answer.status_code == 409
    assert "own player account" in answer.content.decode()
    assert fresh(payout).state == PayoutState.UNDER_REVIEW


def test_a_decision_taken_meanwhile_is_named_and_nothing_is_sent(browser_of: Callable[[str], Client], scene: Any) -> None:
    payout = scene.payouts[0]
    seen = place_of(payout).version_of(fresh(payout))
    press(browser_of("cleo"), payout, "approve", reason=WHY)
    answer = browser_of("rafe").post(place_of(payout).act_url(payout, "approve"), {"once": "r", "seen": seen, "reason": WHY})
    assert answer.status_code == 409
    assert "changed since you opened it" in answer.content.decode()


@pytest.mark.spec("X1", "X6")
def test_evidence_is_attached_before_it_is_sent(browser_of: Callable[[str], Client], scene: Any, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    dispute = scene.disputes[0]
    page = browser_of("rafe").get(place_of(dispute).url_of(dispute)).content.decode()
    assert "Attach evidence first" in page
    file = SimpleUploadedFile("3ds.txt", b"authenticated", content_type="text/plain")
    assert press(browser_of("rafe"), dispute, "attach", file=file, kind="authentication", source="3-DS server").status_code == 302
    evidence = Evidence.objects.get(dispute=dispute)
    assert (evidence.name, evidence.source, len(evidence.sha256)) == ("3ds.txt", "3-DS server", 64)
    page = browser_of("rafe").get(place_of(dispute).url_of(dispute)).content.decode()
    assert "Send 1 item to Sandbox" in page
    assert press(browser_of("rafe"), dispute, "submit", note="They played with it.", reason=WHY).status_code == 302
    assert ApprovalRequest.objects.filter(kind="dispute.submit", target_id=dispute.public_id).count() == 1


def test_past_its_deadline_a_dispute_has_no_send_button(browser_of: Callable[[str], Client], scene: Any) -> None:
    dispute: Dispute = scene.disputes[1]
    dispute.answer_by = scene.now
    dispute.save(update_fields=["answer_by"])
    page = browser_of("rafe").get(place_of(dispute).url_of(dispute)).content.decode()
    assert "Too late since" in page
    assert "dialog-submit" not in page
    assert press(browser_of("rafe"), dispute, "submit", note="x", reason=WHY).status_code == 403


@pytest.mark.spec("R1")
def test_a_file_is_stored_then_checked_then_refused_whole(
    browser_of: Callable[[str], Client], scene: Any, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    url = reverse("admin:reconciliation_sourcefile_list_act", args=["upload"])
    broken = SimpleUploadedFile("broken.xml", b"<Document>not a statement", content_type="text/xml")
    answer = browser_of("ben").post(url, {"once": "u1", "file": broken, "source": "camt053", "account": ""})
    assert answer.status_code == 302
    row = SourceFile.objects.get(name="broken.xml")
    assert row.state == "RECEIVED"
    assert "Nothing of it is loaded" in browser_of("ben").get(answer["Location"]).content.decode()
    assert press(browser_of("ben"), row, "load").status_code == 302
    assert fresh(row).state == "REFUSED"
    assert browser_of("ola").post(url, {"once": "u2", "source": "camt053"}).status_code == 403


@pytest.mark.spec("C17")
def test_captures_are_paused_at_once_and_opened_by_two(browser_of: Callable[[str], Client], scene: Any) -> None:
    account: MerchantAccount = scene.accounts[0]
    assert press(browser_of("ada"), account, "pause", reason=WHY).status_code == 302
    assert fresh(account).captures_paused is True
    assert press(browser_of("ada"), account, "resume", reason=WHY).status_code == 302
    assert fresh(account).captures_paused is True
    assert ApprovalRequest.objects.filter(kind="captures.resume", state="PENDING").count() == 1


@pytest.mark.spec("W5")
def test_a_dead_letter_is_replayed_with_a_reason(browser_of: Callable[[str], Client], scene: Any) -> None:
    work = PspEventWork.objects.select_related("event").filter(state="DEAD").first()
    assert work is not None
    assert press(browser_of("ada"), work.event, "replay", reason=WHY).status_code == 302
    assert fresh(work).state == "RECEIVED"
    assert press(browser_of("ada"), work.event, "replay", reason=WHY).status_code == 403


@pytest.mark.spec("D2", "D3")
def test_a_day_with_something_missing_cannot_be_prepared_and_says_what(browser_of: Callable[[str], Client], scene: Any) -> None:
    page = browser_of("ben").get(place_of(scene.close).url_of(scene.close)).content.decode()
    assert "BANK_SEK" in page
    assert "dialog-prepare" not in page
    assert "missing. First:" in page
    assert press(browser_of("ben"), scene.close, "prepare").status_code == 409
    assert fresh(scene.close).state == "OPEN"


def test_the_payout_list_shows_why_a_person_is_asked(browser_of: Callable[[str], Client]) -> None:
    text = browser_of("rafe").get(list_url(PayoutIntent)).content.decode()
    assert "Amount above the brand" in text
    assert "0 of 2" in text
