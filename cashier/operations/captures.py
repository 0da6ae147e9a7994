"""Captures by hand: all or part of an authorisation, several where the rail can (C5)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cashier.locks import lock_captures, lock_intent
from cashier.models import Attempt, Capture, DepositIntent, DepositState
from cashier.nudges import nudge
from cashier.operations.authorizations import check_gates
from cashier.operations.calls import Act, answered, ready
from cashier.operations.credits import CaptureProof, credit_capture
from cashier.operations.freezing import freeze_deposit
from cashier.operations.lookups import movement_result
from cashier.operations.offers import require_offered
from cashier.operations.voids import given_back, has_rest, record_void
from cashier.psp.base import Adapter, CaptureRequest, Credentials, LookupResult, Outcome, PspResult
from cashier.queries.rails import get_rail
from cashier.refusals import AboveAuthorised, AuthorisationEnded, CapturesPaused, GateClosed, NotCapturable, NotInThisState
from ledger.actors import Actor, system_actor
from ledger.tracing import current_trace_id
from ledger.transitions import move

TASK = "cashier.tasks.psp.capture"
PSP = system_actor("psp")
COUNTED_STATES = (Capture.State.SUBMITTED, Capture.State.SUCCEEDED, Capture.State.FAILED_LATE, Capture.State.RETURNED)


def begin_capture(*, intent_id: UUID, amount_minor: int | None, operation_key: str, actor: Actor, now: datetime) -> Capture:
    """Record a capture of `amount_minor` (None: all that is left), READY, and nudge a worker.

    Gates are asked again; one that has closed since voids the authorisation (K9).
    Raises NotInThisState, NotCapturable, AuthorisationEnded, CapturesPaused, AboveAuthorised, GateClosed, NotOfferedByPsp.
    """
    with transaction.atomic():
        intent = lock_intent(intent_id)
        before = intent.captures.filter(operation_key=operation_key).first() if operation_key else None
        if before is not None:
            return before
        attempt = require_capturable(intent, now=now)
        closed = check_gates(intent, moment="capture", instrument=attempt.instrument, now=now)
        intent.save(update_fields=["gates", "updated_at"])
        if closed is None:
            capture = new_capture(intent, attempt, amount_minor, operation_key=operation_key, now=now)
            freeze_deposit(intent, attempt, moment="capture", now=now)
        else:
            give_up(intent, attempt, actor=actor, now=now)
    if closed is not None:
        raise GateClosed(f"The gate {closed.name} is closed; the authorisation is given back.", gate=closed.name, reason=closed.code)
    return capture


def require_capturable(intent: DepositIntent, *, now: datetime) -> Attempt:
    """The attempt that was authorised, if it may be captured now."""
    attempt = intent.attempts.select_related("merchant_account", "instrument").filter(outcome="APPROVED").order_by("-number").first()
    is_authorised = intent.state == DepositState.AUTHORIZED or (intent.state == DepositState.CAPTURED and intent.authorised_minor > 0)
    if attempt is None or not is_authorised or given_back(attempt):
        raise NotInThisState(state=str(intent.state))
    if not get_rail(intent.method).manual_capture:
        raise NotCapturable(method=intent.method)
    if intent.authorised_until is None or now > intent.authorised_until:
        raise AuthorisationEnded(authorised_until=intent.authorised_until and intent.authorised_until.isoformat())
    if attempt.merchant_account.captures_paused:
        raise CapturesPaused(merchant_account=attempt.merchant_account.code)
    return attempt


def new_capture(intent: DepositIntent, attempt: Attempt, amount_minor: int | None, *, operation_key: str, now: datetime) -> Capture:
    """The row and its nudge. All captures together stay within what was authorised, counted under the intent's lock."""
    captures = lock_captures(intent.pk)
    counted = [row for row in captures if row.state in COUNTED_STATES]
    is_plain = all(intent.counts(row) for row in counted)  # else nobody can say what is left
    left = intent.authorised_minor - sum(row.amount_minor for row in counted) if is_plain else 0
    wanted = left if amount_minor is None else amount_minor
    if wanted <= 0 or wanted > left:
        raise AboveAuthorised(left_minor=left)
    require_partial(intent, attempt, wanted, captures)
    number = len(captures) + 1
    capture = Capture(
        intent=intent,
        attempt=attempt,
        merchant_account=attempt.merchant_account,
        amount_minor=wanted,
        currency=intent.currency,
        call_kind="capture",
        idempotency_key=f"{intent.public_id}.{attempt.number}.capture{number}.{wanted}.{intent.currency}",
        operation_key=operation_key,
        trace_id=current_trace_id(),
        created_at=now,
        updated_at=now,
    )
    ready(capture)
    capture.save(force_insert=True)
    nudge(TASK, call_id=capture.pk)
    return capture


def require_partial(intent: DepositIntent, attempt: Attempt, wanted: int, captures: list[Capture]) -> None:
    """Raises NotOfferedByPsp for a part, or for one more capture, where the account's provider takes the whole at once."""
    if wanted < intent.authorised_minor:
        require_offered(attempt.merchant_account, "partial_capture")
    if any(row.state in COUNTED_STATES for row in captures):
        require_offered(attempt.merchant_account, "several_captures")


def give_up(intent: DepositIntent, attempt: Attempt, *, actor: Actor, now: datetime) -> None:
    """A gate closed between authorisation and capture: what is not captured is given back. What was captured before stays."""
    if intent.state == DepositState.AUTHORIZED:
        record_void(intent=intent, attempt=attempt, reason="gate_closed", actor=actor, now=now)
    elif has_rest(intent, attempt) and not intent.captures.filter(state=Capture.State.SUBMITTED).exists():
        record_void(intent=intent, attempt=attempt, reason="rest", actor=actor, now=now)


def send_capture(adapter: Adapter, credentials: Credentials, capture: Capture) -> PspResult:
    request = CaptureRequest(
        idempotency_key=capture.idempotency_key,
        psp_ref=capture.attempt.psp_ref,
        merchant_reference=capture.public_id,
        amount_minor=capture.amount_minor,
        currency=capture.currency,
        trace_id=capture.trace_id,
    )
    return adapter.capture(credentials, request)


def finish_capture(capture_id: UUID, result: PspResult, now: datetime) -> None:
    """Record the answer to a capture: credited, still on its way, or refused. Asked twice, it changes nothing twice.

    Money that was taken is booked, even where our row was given up meanwhile: its authorisation ended while the answer was not known (C2).
    """
    with transaction.atomic():
        intent = lock_intent(Capture.objects.values_list("intent_id", flat=True).get(pk=capture_id))
        capture = (
            Capture.objects.select_for_update(of=("self",))
            .select_related("merchant_account", "attempt__merchant_account")
            .get(pk=capture_id)
        )
        fields = answered(capture)
        capture.save(update_fields=fields)
        if capture.state not in (Capture.State.SUBMITTED, Capture.State.REFUSED):
            return
        if result.outcome in (Outcome.CAPTURED, Outcome.APPROVED):
            proof = CaptureProof(
                result.object_ref, result.amount_minor, result.currency, result.occurred_at or now, reference=capture.public_id
            )
            credit_capture(intent=intent, attempt=capture.attempt, proof=proof, actor=PSP, now=now)
        elif capture.state == Capture.State.REFUSED:
            return
        elif result.outcome in (Outcome.DECLINED, Outcome.REFUSED):
            move(capture, "refuse", actor=PSP, now=now, event="deposit.capture_refused")
        elif result.object_ref:
            capture.psp_ref = result.object_ref
            capture.save(update_fields=["psp_ref"])


def read_capture(found: LookupResult, capture: Capture) -> PspResult | None:
    """This capture among those of the payment, by our id."""
    for movement in found.captures:
        if movement.merchant_reference == capture.public_id:
            result = movement_result(movement, psp_ref=found.psp_ref)
            return result
    return None


CAPTURE = Act(
    name="capture",
    task=TASK,
    model=Capture,
    related=("intent", "attempt"),
    reference=lambda capture: capture.intent.public_id,
    send=send_capture,
    read=read_capture,
    finish=finish_capture,
)
