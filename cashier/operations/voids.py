"""An authorisation given back, whole or the rest of it (C5)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cashier.locks import lock_intent
from cashier.models import Attempt, Capture, DepositIntent, DepositState, Void
from cashier.nudges import nudge
from cashier.operations.calls import ready
from cashier.operations.offers import require_offered
from cashier.psp.base import Adapter, Credentials, LookupResult, Outcome, PspResult, VoidRequest
from cashier.refusals import AttemptOpen, NotInThisState
from ledger.actors import Actor
from ledger.operations import record_audit
from ledger.tracing import current_trace_id

TASK = "cashier.tasks.psp.void"


def begin_void(*, intent_id: UUID, operation_key: str = "", reason: str = "caller", actor: Actor, now: datetime) -> Void:
    """Record a void of what is authorised and not captured, READY, and nudge a worker. A person's void is audited (C6, S5).

    Raises NotInThisState where nothing is authorised, AttemptOpen while a capture is on its way, NotOfferedByPsp.
    """
    with transaction.atomic():
        intent = lock_intent(intent_id)
        before = intent.voids.filter(operation_key=operation_key).first() if operation_key else None
        if before is not None:
            return before
        attempt = intent.attempts.filter(outcome="APPROVED").order_by("-number").first()
        if attempt is None or intent.state not in (DepositState.AUTHORIZED, DepositState.CAPTURED) or not has_rest(intent, attempt):
            raise NotInThisState(state=str(intent.state))
        if intent.captures.filter(state=Capture.State.SUBMITTED).exists():
            raise AttemptOpen("A capture is on its way.", state=str(intent.state))
        require_offered(attempt.merchant_account, "void")
        void = record_void(intent=intent, attempt=attempt, reason=reason, actor=actor, now=now, operation_key=operation_key)
        if actor.kind == "user":
            record_audit(
                act="deposit.void", actor=actor, target_kind="deposit", target_id=intent.public_id, detail={}, reason=reason, now=now
            )
    return void


def has_rest(intent: DepositIntent, attempt: Attempt) -> bool:
    """Whether something that this attempt authorised is neither captured, in whatever currency, nor given back."""
    is_plain = not intent.captures.exclude(currency=intent.currency).exists()
    return intent.authorised_minor > intent.captured_minor and is_plain and not given_back(attempt)


def given_back(attempt: Attempt) -> bool:
    """Whether this attempt's authorisation is voided, or about to be. What another try holds is given back by itself (C11)."""
    return attempt.voids.exclude(outcome=Void.Outcome.REFUSED).exists()


def record_void(*, intent: DepositIntent, attempt: Attempt, reason: str, actor: Actor, now: datetime, operation_key: str = "") -> Void:
    """The row and its nudge; one void per attempt and reason. Needs the intent locked."""
    key = f"{intent.public_id}.{attempt.number}.void.{reason}"
    existing = Void.objects.filter(idempotency_key=key).first()
    if existing is not None:
        return existing
    void = Void(
        intent=intent,
        attempt=attempt,
        merchant_account_id=attempt.merchant_account_id,
        reason=reason,
        asked_by_kind=actor.kind,
        asked_by_id=actor.id,
        call_kind="void",
        idempotency_key=key,
        operation_key=operation_key,
        trace_id=current_trace_id(),
        created_at=now,
        updated_at=now,
    )
    ready(void)
    void.save(force_insert=True)
    nudge(TASK, call_id=void.pk)
    return void


def send_void(adapter: Adapter, credentials: Credentials, void: Void) -> PspResult:
    request = VoidRequest(
        idempotency_key=void.idempotency_key,
        psp_ref=void.attempt.psp_ref,
        merchant_reference=void.intent.public_id,
        trace_id=void.trace_id,
    )
    return adapter.void(credentials, request)


def read_void(found: LookupResult, void: Void) -> PspResult | None:
    """Voided at the PSP, or beyond voiding; None where it is still open there."""
    if found.kind != "payment" or found.state in ("AUTHORIZED", "ACTION_REQUIRED", "PENDING"):
        return None
    is_gone = found.state in ("VOIDED", "CANCELED", "EXPIRED", "DECLINED", "FAILED") or (
        found.state == "CAPTURED" and void.reason == "rest"
    )
    return PspResult(
        outcome=Outcome.APPROVED if is_gone else Outcome.REFUSED, psp_ref=found.psp_ref, occurred_at=found.occurred_at, raw=found.raw
    )
