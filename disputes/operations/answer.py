"""Our one answer to a dispute: evidence submitted, or accepted (X6). Above the policy's threshold two people send it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cashier.models import PspCall
from cashier.operations.calls import ready
from cashier.operations.offers import require_offered
from disputes.locks import lock_dispute
from disputes.models import Dispute, DisputeAnswer, DisputePolicy
from disputes.operations.evidence import require_whole
from disputes.operations.nudges import nudge_answer
from disputes.refusals import AnswerOpen, AnswerTooLate, CaseNotNamed, DisputeNotAnswerable, NoEvidence
from ledger.actors import Actor
from ledger.models import ApprovalRequest
from ledger.operations import record_audit, request_approval
from ledger.tracing import current_trace_id

Kind = DisputeAnswer.Kind
OFFERS = {Kind.SUBMIT: "evidence", Kind.ACCEPT: "accept_dispute"}
KINDS = {Kind.SUBMIT: "dispute.submit", Kind.ACCEPT: "dispute.accept"}


def submit_dispute(*, dispute_id: UUID, note: str, reason: str, actor: Actor, now: datetime) -> DisputeAnswer | ApprovalRequest:
    """Send the evidence that is attached, with a cover letter; above the threshold ask for a second person instead.

    Raises DisputeNotAnswerable, AnswerTooLate, AnswerOpen, NoEvidence, EvidenceDamaged, NotOfferedByPsp, Dispute.DoesNotExist.
    """
    return answer_dispute(Kind.SUBMIT, dispute_id=dispute_id, note=note, reason=reason, actor=actor, now=now)


def accept_dispute(*, dispute_id: UUID, reason: str, actor: Actor, now: datetime) -> DisputeAnswer | ApprovalRequest:
    """Give the dispute up; above the threshold ask for a second person instead. Raises as submit_dispute, but nothing of evidence."""
    return answer_dispute(Kind.ACCEPT, dispute_id=dispute_id, note="", reason=reason, actor=actor, now=now)


def answer_dispute(
    kind: DisputeAnswer.Kind, *, dispute_id: UUID, note: str, reason: str, actor: Actor, now: datetime
) -> DisputeAnswer | ApprovalRequest:
    with transaction.atomic():
        dispute, _ = lock_dispute(dispute_id)
        check_answerable(dispute, now=now)
        require_offered(dispute.merchant_account, OFFERS[kind])
        payload = payload_of(dispute, kind, note)
        detail = {"evidence": [item["sha256"] for item in payload["evidence"]]}
        record_audit(
            act=KINDS[kind], actor=actor, target_kind="dispute", target_id=dispute.public_id, detail=detail, reason=reason, now=now
        )
        if not needs_second_person(dispute):
            return make_answer(dispute, payload, actor=actor, now=now)
        return ask_second_person(dispute, kind, payload, reason=reason, maker=actor, now=now)


def check_answerable(dispute: Dispute, *, now: datetime) -> None:
    if not dispute.is_answerable:
        raise DisputeNotAnswerable(state=dispute.state)
    if not dispute.is_named:
        raise CaseNotNamed
    if dispute.answer_by is not None and now > dispute.answer_by:
        raise AnswerTooLate(answer_by=dispute.answer_by.isoformat())
    if dispute.approval_id or dispute.answers.filter(call_state__in=PspCall.OPEN_CALLS).exists():
        raise AnswerOpen


def payload_of(dispute: Dispute, kind: DisputeAnswer.Kind, note: str) -> dict[str, Any]:
    """What is frozen: this dispute, this amount, these files by their hashes, this letter. Raises NoEvidence, EvidenceDamaged."""
    attached = dispute.evidence.order_by("added_at", "id")
    files = [{"id": item.public_id, "sha256": item.sha256} for item in attached]
    if kind == Kind.SUBMIT:
        if not files:
            raise NoEvidence
        require_whole(dispute, [(item, item.sha256) for item in attached])
    return {
        "dispute": dispute.public_id,
        "kind": kind.value,
        "amount_minor": dispute.amount_minor,
        "currency": dispute.currency,
        "evidence": files if kind == Kind.SUBMIT else [],
        "note": note,
    }


def needs_second_person(dispute: Dispute) -> bool:
    policy = DisputePolicy.objects.filter(entity_id=dispute.entity_id, currency=dispute.currency).first()
    return policy is None or dispute.amount_minor > policy.four_eyes_above_minor


def ask_second_person(
    dispute: Dispute, kind: DisputeAnswer.Kind, payload: dict[str, Any], *, reason: str, maker: Actor, now: datetime
) -> ApprovalRequest:
    request = request_approval(
        kind=KINDS[kind],
        payload=payload,
        summary=f"{kind.label.capitalize()} dispute {dispute.provider_case_id}",
        reason=reason,
        maker=maker,
        entity_id=dispute.entity_id,
        amount_minor=dispute.amount_minor,
        currency=dispute.currency,
        target_kind="dispute",
        target_id=dispute.public_id,
        player_ref=dispute.player.public_id,
        now=now,
    )
    dispute.approval_id, dispute.updated_at = request.public_id, now
    dispute.save(update_fields=["approval_id", "updated_at"])
    return request


def execute_answer(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Send the frozen answer. Runs inside `decide`. Raises DisputeNotAnswerable, AnswerTooLate, AnswerOpen."""
    dispute, _ = lock_dispute(Dispute.id_of(payload["dispute"]))
    clear_approval(dispute, now=now)
    check_answerable(dispute, now=now)
    make_answer(dispute, payload, actor=actor, now=now)


def drop_answer(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """The request ended without consent: the dispute can be answered anew."""
    dispute, _ = lock_dispute(Dispute.id_of(payload["dispute"]))
    clear_approval(dispute, now=now)


def clear_approval(dispute: Dispute, *, now: datetime) -> None:
    dispute.approval_id, dispute.updated_at = "", now
    dispute.save(update_fields=["approval_id", "updated_at"])


def make_answer(dispute: Dispute, payload: dict[str, Any], *, actor: Actor, now: datetime) -> DisputeAnswer:
    """The call, recorded before it is made (C8)."""
    answer = DisputeAnswer(
        dispute=dispute,
        merchant_account=dispute.merchant_account,
        kind=payload["kind"],
        evidence=payload["evidence"],
        note=payload["note"],
        call_kind=payload["kind"].lower(),
        asked_by_kind=actor.kind,
        asked_by_id=actor.id,
        trace_id=current_trace_id(),
        created_at=now,
        updated_at=now,
    )
    answer.idempotency_key = f"answer:{answer.public_id}"
    ready(answer)
    answer.save(force_insert=True)
    nudge_answer(answer.id)
    return answer
