"""Evidence kept with its hash, one answer, a second person above the threshold."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cashier.models import Capture
from cashier.psp.base import Outcome, PspResult
from cashier.sealing import CannotUnseal
from disputes.files import MAX_BYTES, read_evidence
from disputes.models import Dispute, DisputeAnswer, DisputePolicy, Evidence
from disputes.operations import (
    AnswerOpen,
    AnswerTooLate,
    BadEvidence,
    DisputeNotAnswerable,
    EvidenceDamaged,
    NoEvidence,
    accept_dispute,
    attach_evidence,
    lose_dispute,
    open_dispute,
    sending,
    submit_dispute,
)
from disputes.operations.sending import files_of, finish_answer
from ledger.models import ApprovalRequest, AuditRecord
from ledger.operations import decide
from tests.disputes.telling import by, ending, notice
from tests.house import House, make_capture, make_person

PDF = b"%PDF-1.7 proof of play"


@pytest.fixture
def dispute(house: House) -> Dispute:
    DisputePolicy.objects.create(entity=house.entity, currency="EUR", four_eyes_above_minor=10_000)
    return open_dispute(notice(house, make_capture(house, amount_minor=10_000)), **by(house))


def attach(house: House, dispute: Dispute, content: bytes = PDF, **facts: Any) -> Evidence:
    stated = {"name": "play.pdf", "content_type": "application/pdf", "kind": "gameplay", "source": "game server", **facts}
    return attach_evidence(dispute_id=dispute.id, content=content, **stated, **by(house))


def submit(house: House, dispute: Dispute) -> DisputeAnswer | ApprovalRequest:
    return submit_dispute(dispute_id=dispute.id, note="Dear issuer", reason="we hold proof", **by(house))


@pytest.mark.spec("X1", "X3")
def test_evidence_is_kept_with_hash_source_and_time(house: House, dispute: Dispute, settings: Any) -> None:
    evidence = attach(house, dispute)

    assert evidence.sha256 == hashlib.sha256(PDF).hexdigest()
    assert (evidence.source, evidence.added_at, evidence.size_bytes) == ("game server", house.now, len(PDF))
    assert read_evidence(evidence.path, owner=dispute.public_id, sha256=evidence.sha256) == PDF
    dispute.refresh_from_db()
    assert dispute.state == "EVIDENCE"
    assert AuditRecord.objects.filter(act="dispute.evidence_attached", target_id=dispute.public_id).count() == 1


@pytest.mark.spec("S6")
def test_the_file_on_disk_is_sealed_and_a_changed_one_does_not_open(house: House, dispute: Dispute, settings: Any) -> None:
    evidence = attach(house, dispute)
    path = Path(settings.MEDIA_ROOT) / evidence.path
    sealed = path.read_bytes()
    assert PDF not in sealed

    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))

    with pytest.raises(CannotUnseal):
        read_evidence(evidence.path, owner=dispute.public_id, sha256=evidence.sha256)


@pytest.mark.spec("X1", "X6")
def test_damaged_evidence_is_not_submitted_until_the_same_file_mends_it(house: House, dispute: Dispute, settings: Any) -> None:
    evidence = attach(house, dispute)
    (Path(settings.MEDIA_ROOT) / evidence.path).unlink()
    with pytest.raises(EvidenceDamaged) as refusal:
        submit(house, dispute)
    assert refusal.value.details == {"files": ["play.pdf"]}
    assert AuditRecord.objects.filter(act="dispute.submit").count() == 0

    assert attach(house, dispute).id == evidence.id

    assert isinstance(submit(house, dispute), DisputeAnswer)


@pytest.mark.spec("X1", "C8")
@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"x" * 200)], ids=["gone", "changed"])
def test_an_answer_whose_evidence_was_damaged_waits_unsent_and_goes_out_once_it_is_mended(
    house: House, dispute: Dispute, settings: Any, monkeypatch: pytest.MonkeyPatch, damage: Any
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(sending, "run_call", lambda act, **facts: called.append(facts["call_id"]) or "SUBMITTED")
    evidence = attach(house, dispute)
    answer = submit(house, dispute)
    damage(Path(settings.MEDIA_ROOT) / evidence.path)

    assert sending.send_answer(answer_id=answer.id, now=house.now) == "evidence damaged"

    answer.refresh_from_db()
    assert (called, answer.call_state, answer.outcome) == ([], "READY", "")
    assert answer.error == "Damaged on disk: play.pdf. Attach the same file again: that mends it."
    attach(house, dispute)
    assert sending.send_answer(answer_id=answer.id, now=house.now) == "SUBMITTED"
    assert called == [answer.id]


def test_the_same_content_is_the_same_evidence(house: House, dispute: Dispute) -> None:
    assert attach(house, dispute).id == attach(house, dispute).id
    assert Evidence.objects.count() == 1


@pytest.mark.spec("X1", "C14")
@pytest.mark.parametrize(
    ("content", "content_type", "rule"),
    [
        (b"", "application/pdf", "size"),
        (b"%PDF-" + b"x" * MAX_BYTES, "application/pdf", "size"),
        (b"MZ not a pdf", "application/pdf", "content"),
        (b"\x89PNG\r\n\x1a\n", "image/jpeg", "content"),
        (b"<html>", "text/html", "content_type"),
        (b"\xff\xfe", "text/plain", "encoding"),
        (b"paid with 4111 1111 1111 1111", "text/plain", "card_data"),
    ],
)
def test_what_is_no_evidence_is_refused(house: House, dispute: Dispute, content: bytes, content_type: str, rule: str) -> None:
    with pytest.raises(BadEvidence) as refusal:
        attach(house, dispute, content, content_type=content_type)

    assert refusal.value.details["rule"] == rule
    assert Evidence.objects.count() == 0


@pytest.mark.spec("X6")
def test_up_to_the_threshold_one_person_submits(house: House, dispute: Dispute) -> None:
    evidence = attach(house, dispute)

    answer = submit(house, dispute)

    assert isinstance(answer, DisputeAnswer)
    assert (answer.kind, answer.call_state, answer.note) == ("SUBMIT", "READY", "Dear issuer")
    assert answer.evidence == [{"id": evidence.public_id, "sha256": evidence.sha256}]
    assert [file.content for file in files_of(answer)] == [PDF]


@pytest.mark.spec("X6", "S1")
def test_above_the_threshold_a_second_person_sends_what_was_frozen(house: House, dispute: Dispute) -> None:
    DisputePolicy.objects.update(four_eyes_above_minor=9_999)
    attach(house, dispute)
    request = submit(house, dispute)
    assert isinstance(request, ApprovalRequest)
    assert DisputeAnswer.objects.count() == 0
    with pytest.raises(AnswerOpen):
        submit(house, dispute)
    attach(house, dispute, b"%PDF-1.7 late", name="late.pdf")

    decide(request_id=request.id, approve=True, checker=make_person("ben", "approve_dispute"), reason="complete", now=house.now)

    answer = DisputeAnswer.objects.get()
    assert len(answer.evidence) == 1
    assert answer.asked_by_kind == "user"


@pytest.mark.spec("X6", "S1")
def test_a_rejected_submission_can_be_made_again(house: House, dispute: Dispute) -> None:
    DisputePolicy.objects.all().delete()
    attach(house, dispute)
    request = submit(house, dispute)

    decide(request_id=request.id, approve=False, checker=make_person("ben", "approve_dispute"), reason="add the log", now=house.now)

    assert isinstance(submit(house, dispute), ApprovalRequest)


@pytest.mark.spec("X1")
def test_taken_by_the_psp_it_is_submitted(house: House, dispute: Dispute) -> None:
    evidence = attach(house, dispute)
    answer = submit(house, dispute)

    finish_answer(answer.id, PspResult(Outcome.SUBMITTED), house.now)
    finish_answer(answer.id, PspResult(Outcome.SUBMITTED), house.now)

    dispute.refresh_from_db()
    evidence.refresh_from_db()
    assert (dispute.state, evidence.submitted_at) == ("SUBMITTED", house.now)
    with pytest.raises(DisputeNotAnswerable):
        submit(house, dispute)


@pytest.mark.spec("X1")
def test_refused_by_the_psp_it_can_be_answered_anew(house: House, dispute: Dispute) -> None:
    attach(house, dispute)
    finish_answer(submit(house, dispute).id, PspResult(Outcome.REFUSED), house.now)

    dispute.refresh_from_db()
    assert dispute.state == "EVIDENCE"
    assert isinstance(submit(house, dispute), DisputeAnswer)


@pytest.mark.spec("X6")
def test_accepting_needs_no_evidence(house: House, dispute: Dispute) -> None:
    answer = accept_dispute(dispute_id=dispute.id, reason="not worth it", **by(house))

    finish_answer(answer.id, PspResult(Outcome.APPROVED), house.now)

    dispute.refresh_from_db()
    assert (dispute.state, dispute.closed_at) == ("ACCEPTED", house.now)


@pytest.mark.spec("X6")
def test_without_evidence_nothing_is_submitted(house: House, dispute: Dispute) -> None:
    with pytest.raises(NoEvidence):
        submit(house, dispute)


@pytest.mark.spec("X4")
def test_after_the_answer_by_date_nothing_is_submitted(house: House, dispute: Dispute) -> None:
    attach(house, dispute)

    with pytest.raises(AnswerTooLate):
        submit_dispute(dispute_id=dispute.id, note="", reason="late", actor=by(house)["actor"], now=house.now + timedelta(days=15))


@pytest.mark.spec("X1")
def test_a_closed_dispute_takes_neither_evidence_nor_answer(house: House, dispute: Dispute) -> None:
    lose_dispute(**ending(house, dispute))

    with pytest.raises(DisputeNotAnswerable):
        attach(house, dispute)
    with pytest.raises(DisputeNotAnswerable):
        accept_dispute(dispute_id=dispute.id, reason="over", **by(house))


@pytest.mark.spec("X5", "C6")
def test_won_the_capture_can_be_refunded_again(house: House, dispute: Dispute) -> None:
    from disputes.operations import win_dispute

    win_dispute(**ending(house, dispute, told_by="webhook"))

    capture = Capture.objects.get()
    assert (capture.disputed_minor, capture.intent.disputed_minor, capture.refundable_minor) == (0, 0, 10_000)
