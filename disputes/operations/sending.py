"""The call that answers a dispute (C8): sent once, its outcome recorded, an unknown one sent again under the same key."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from cashier.nudges import not_nudged_lately, nudge_again
from cashier.operations.calls import Act, answered, run_call, save_call
from cashier.psp.base import AcceptDisputeRequest, Adapter, Credentials, EvidenceFile, EvidenceRequest, LookupResult, Outcome, PspResult
from disputes.files import read_evidence
from disputes.locks import lock_dispute
from disputes.models import Dispute, DisputeAnswer, Evidence
from disputes.models.disputes import ANSWERABLE_STATES
from disputes.operations.evidence import require_whole
from disputes.operations.nudges import SEND_TASK
from disputes.refusals import EvidenceDamaged
from ledger.actors import system_actor
from ledger.clock import real_now
from ledger.transitions import move

log = structlog.get_logger(__name__)

ACTOR = system_actor("dispute_sender")
BATCH = 200
MENDED_WITHIN = timedelta(minutes=1)


def send_answer(*, answer_id: UUID, now: datetime) -> str:
    """Make the call of one answer, if it is due. Returns what became of it, for the log.

    Files that don't open are no failure of the PSP's: they are asked for before its guards are.
    """
    answer = DisputeAnswer.objects.select_related("dispute").filter(pk=answer_id).first()
    if answer is None:
        return "done"
    try:
        require_whole(answer.dispute, frozen_evidence(answer))
    except EvidenceDamaged as damage:
        return wait_for_files(answer, damage)
    return run_call(ANSWER, call_id=answer_id, now=now)


def wait_for_files(answer: DisputeAnswer, damage: EvidenceDamaged) -> str:
    """Nothing is sent; who attaches the same file again mends it, and the sweeper finds the answer."""
    with transaction.atomic():
        waiting = (
            DisputeAnswer.objects.select_for_update(of=("self",)).filter(pk=answer.pk, call_state__in=DisputeAnswer.OPEN_CALLS).first()
        )
        if waiting is None:
            return "done"
        waiting.next_try_at, waiting.error = real_now() + MENDED_WITHIN, damage.message[:300]
        save_call(waiting, "next_try_at", "error")
    log.error("dispute.evidence_damaged", dispute=answer.dispute.public_id, files=damage.details["files"])
    return "evidence damaged"


def send(adapter: Adapter, credentials: Credentials, answer: DisputeAnswer) -> PspResult:
    dispute_ref = answer.dispute.provider_case_id
    if answer.kind == DisputeAnswer.Kind.ACCEPT:
        accepting = AcceptDisputeRequest(idempotency_key=answer.idempotency_key, dispute_ref=dispute_ref, trace_id=answer.trace_id)
        return adapter.accept_dispute(credentials, accepting)
    submitting = EvidenceRequest(
        idempotency_key=answer.idempotency_key, dispute_ref=dispute_ref, files=files_of(answer), note=answer.note, trace_id=answer.trace_id
    )
    return adapter.submit_evidence(credentials, submitting)


def files_of(answer: DisputeAnswer) -> list[EvidenceFile]:
    """The frozen files, read from disk and checked against their hashes."""
    return [file_of(item, sha256, answer.dispute.public_id) for item, sha256 in frozen_evidence(answer)]


def frozen_evidence(answer: DisputeAnswer) -> list[tuple[Evidence, str]]:
    """What was attached when the answer was made, with the hashes of then, in its order."""
    found = {item.public_id: item for item in Evidence.objects.filter(dispute_id=answer.dispute_id)}
    return [(found[frozen["id"]], frozen["sha256"]) for frozen in answer.evidence]


def file_of(item: Evidence, sha256: str, owner: str) -> EvidenceFile:
    return EvidenceFile(item.name, item.content_type, sha256, read_evidence(item.path, owner=owner, sha256=sha256))


def read_lookup(found: LookupResult, answer: DisputeAnswer) -> PspResult | None:
    """A lookup says nothing of answers: the same request is sent again under its key, which the PSP honours once."""
    return None


def finish_answer(answer_id: UUID, result: PspResult, now: datetime) -> None:
    """Record what the PSP said: taken (the dispute is submitted or accepted) or refused (it can be answered anew)."""
    dispute_id = DisputeAnswer.objects.values_list("dispute_id", flat=True).get(pk=answer_id)
    with transaction.atomic():
        dispute, _ = lock_dispute(dispute_id)
        answer = DisputeAnswer.objects.select_for_update(of=("self",)).get(pk=answer_id)
        if answer.outcome:
            return
        refused = result.outcome in (Outcome.REFUSED, Outcome.DECLINED)
        answer.outcome = DisputeAnswer.Outcome.REFUSED if refused else DisputeAnswer.Outcome.TAKEN
        answer.updated_at = now
        answer.save(update_fields=[*answered(answer), "outcome", "updated_at"])
        if not refused:
            mark_answered(dispute, answer, now=now)


def mark_answered(dispute: Dispute, answer: DisputeAnswer, *, now: datetime) -> None:
    """The dispute follows, unless the PSP has told its end meanwhile."""
    if dispute.state not in ANSWERABLE_STATES:
        return
    if answer.kind == DisputeAnswer.Kind.ACCEPT:
        dispute.closed_at = now
        move(dispute, "accept", actor=ACTOR, now=now, event="dispute.accepted", extra_fields=["closed_at"])
        return
    move(dispute, "submit", actor=ACTOR, now=now, event="dispute.submitted")
    for item in Evidence.objects.filter(dispute=dispute, sha256__in=[frozen["sha256"] for frozen in answer.evidence]):
        item.submitted_at = now
        item.save(update_fields=["submitted_at"])


def sweep_answers() -> int:
    """Nudge every answer whose call is due; returns how many. Times are real."""
    at = real_now()
    with transaction.atomic():
        rows = DisputeAnswer.objects.select_for_update(skip_locked=True, of=("self",))
        waiting = list(
            rows.filter(not_nudged_lately(at), call_state__in=DisputeAnswer.OPEN_CALLS, next_try_at__lte=at).order_by("pk")[:BATCH]
        )
        for answer in waiting:
            answer.nudged_at = at
            save_call(answer, "nudged_at")
            nudge_again(SEND_TASK, call_id=answer.pk)
    return len(waiting)


ANSWER = Act(
    name="dispute_answer",
    task=SEND_TASK,
    model=DisputeAnswer,
    related=("dispute",),
    reference=lambda answer: str(answer.public_id),
    send=send,
    read=read_lookup,
    finish=finish_answer,
)
