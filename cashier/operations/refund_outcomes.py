"""How a refund ends: processed, failed, reversed (C6)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from cashier.locks import lock_captures, lock_intent
from cashier.models import Capture, DepositIntent, Hold, Refund, RefundState
from cashier.operations.bookings import book_deposit
from cashier.operations.calls import Act, answered
from cashier.operations.kept_locked import keep_locked
from cashier.operations.lookups import movement_result
from cashier.operations.refunds import TASK, held_of
from cashier.operations.told_amounts import NONE_STATED, REVERSAL, Told, is_other_currency, tell_told, told_by
from cashier.operations.told_amounts import REFUND as REFUNDED
from cashier.psp.base import Adapter, Credentials, LookupResult, Outcome, PspResult, RefundRequest
from ledger.actors import Actor, system_actor
from ledger.calendar import business_date
from ledger.notices import tell
from ledger.transitions import move

PSP = system_actor("psp")


@dataclass(frozen=True, slots=True)
class RefundEnd:
    """What the PSP says of a refund. psp_ref: its own refund id. told: the amount that it states, of the refund or of its reversal."""

    psp_ref: str
    occurred_at: datetime
    decline_code: str = ""
    reversal_ref: str = ""
    payload_sha256: str = ""
    told: Told = NONE_STATED


def process_refund(*, refund_id: UUID, end: RefundEnd, actor: Actor, now: datetime) -> bool:
    """Executed: the held money leaves for the PSP. False where that was known, or it had ended otherwise.

    Another amount that the PSP states changes nothing of ours: clearing keeps the difference, and a case says so (POSTINGS.md section 5).
    One that was under way when its capture was charged back was paid beside the chargeback: a case, as it is where the refund was first.
    """
    with transaction.atomic():
        intent, capture, refund = lock_all(refund_id)
        if refund.state == RefundState.REFUND_PROCESSED:
            tell_told(REFUNDED, refund, end.told, occurred_at=end.occurred_at, now=now)
        if refund.state not in Refund.OPEN_STATES:
            return False
        capture.refunding_minor -= refund.amount_minor
        capture.refunded_minor += refund.amount_minor
        intent.refunded_minor += refund.amount_minor if intent.counts(capture) else 0
        save_sums(intent, capture, now=now)
        refund.psp_ref, refund.processed_at = end.psp_ref or refund.psp_ref, end.occurred_at
        fields = answered(refund)
        move(refund, "process", actor=actor, now=now, event="refund.processed", extra_fields=["psp_ref", "processed_at", *fields])
        book_processed(intent, capture, refund, end, actor=actor, now=now)
        tell_told(REFUNDED, refund, end.told, occurred_at=end.occurred_at, now=now)
        if twice_minor := paid_twice(capture):
            amount_minor = min(twice_minor, int(refund.amount_minor))
            tell_refund("REFUND_AND_CHARGEBACK_BOTH_PAID", intent, refund, amount_minor=amount_minor, occurred_at=end.occurred_at, now=now)
    return True


def paid_twice(capture: Capture) -> int:
    """What was refunded, returned and charged back of a disputed capture above what was captured."""
    given_minor = capture.refunded_minor + capture.returned_minor + capture.disputed_minor
    return max(int(given_minor - capture.amount_minor), 0) if capture.disputed_minor else 0


def book_processed(intent: DepositIntent, capture: Capture, refund: Refund, end: RefundEnd, *, actor: Actor, now: datetime) -> None:
    """refund.processed, or deposit.late_refunded where late money goes back, or house.refund."""
    events = {Refund.Source.LATE: "deposit.late_refunded", Refund.Source.HOUSE: "house.refund"}
    numbers = {
        Refund.Source.LATE: {"gross_minor": refund.amount_minor},
        Refund.Source.HOUSE: {"amount_minor": refund.amount_minor},
    }.get(Refund.Source(refund.source), {"amount_minor": held_of(refund), "player_fee_minor": refund.fee_returned_minor})
    book_deposit(
        events.get(Refund.Source(refund.source), "refund.processed"),
        intent=intent,
        capture=capture,
        ref=refund.public_id,
        occurred_at=end.occurred_at,
        actor=actor,
        now=now,
        payload_sha256=end.payload_sha256,
        **numbers,
    )
    if refund.source == Refund.Source.LATE:
        hold = Hold.objects.select_for_update().get(kind=Hold.Kind.LATE_MONEY, ref=capture.public_id)
        move(hold, "take", actor=actor, now=now, event="deposit.late_refunded", extra_fields=["ended_by"], ended_by=refund.public_id)
        tell("late_money.settled", capture_id=capture.public_id, intent_id=intent.public_id, outcome="refunded", actor=actor, now=now)


def fail_refund(*, refund_id: UUID, end: RefundEnd, actor: Actor, now: datetime) -> bool:
    """Refused before execution: the hold goes back to the player. False where it had ended."""
    with transaction.atomic():
        intent, capture, refund = lock_all(refund_id)
        if refund.state not in Refund.OPEN_STATES:
            return False
        capture.refunding_minor -= refund.amount_minor
        save_sums(intent, capture, now=now)
        refund.psp_ref = end.psp_ref or refund.psp_ref
        fields = answered(refund)
        move(
            refund,
            "fail",
            actor=actor,
            now=now,
            event="refund.failed",
            extra_fields=["psp_ref", "decline_code", *fields],
            decline_code=end.decline_code,
        )
        if refund.source == Refund.Source.PLAYABLE:
            give_back("refund.failed", intent, capture, refund, end, actor=actor, now=now)
    return True


def tell_executed(*, refund_id: UUID, end: RefundEnd, now: datetime) -> bool:
    """The PSP says that it executed a refund that we hold as failed, whose money is the player's again: the player may have it twice.

    No state goes back and nothing is posted (POSTINGS.md section 5): a case, the same as that of its settlement line. False where it
    is not held as failed.
    """
    with transaction.atomic():
        intent, _, refund = lock_all(refund_id)
        if refund.state != RefundState.REFUND_FAILED:
            return False
        amount_minor = int(refund.amount_minor)
        tell_refund("STATUS_DIFFERS", intent, refund, amount_minor=amount_minor, occurred_at=end.occurred_at, now=now)
    return True


def reverse_refund(*, refund_id: UUID, end: RefundEnd, actor: Actor, now: datetime) -> bool:
    """Executed, then came back: the money is the player's again, and a case says so. False where it is not processed."""
    with transaction.atomic():
        intent, capture, refund = lock_all(refund_id)
        if refund.state != RefundState.REFUND_PROCESSED:
            return False
        capture.refunded_minor -= refund.amount_minor
        intent.refunded_minor -= refund.amount_minor if intent.counts(capture) else 0
        save_sums(intent, capture, now=now)
        move(refund, "reverse", actor=actor, now=now, event="refund.reversed")
        to_locked = not intent.player.is_creditable
        book_deposit(
            "refund.reversed",
            intent=intent,
            capture=capture,
            ref=refund.public_id,
            suffix=end.reversal_ref or "1",
            occurred_at=end.occurred_at,
            actor=actor,
            now=now,
            payload_sha256=end.payload_sha256,
            amount_minor=held_of(refund),
            player_fee_minor=refund.fee_returned_minor,
            to_locked=to_locked,
        )
        if to_locked:
            keep(intent, refund, why="refund.reversed", now=now)
        amount_minor = int(refund.amount_minor)
        tell_refund("REFUND_REVERSED", intent, refund, amount_minor=amount_minor, occurred_at=end.occurred_at, now=now)
        tell_told(REVERSAL, refund, end.told, occurred_at=end.occurred_at, now=now)
    return True


def pend_refund(*, refund_id: UUID, psp_ref: str, actor: Actor, now: datetime) -> bool:
    """The PSP took it and will tell its end: REFUND_PENDING."""
    with transaction.atomic():
        _, _, refund = lock_all(refund_id)
        if refund.state != RefundState.REFUND_SUBMITTED:
            return False
        refund.psp_ref = psp_ref or refund.psp_ref
        fields = answered(refund)
        move(refund, "pend", actor=actor, now=now, event="refund.pending", extra_fields=["psp_ref", *fields])
    return True


def lock_all(refund_id: UUID) -> tuple[DepositIntent, Capture, Refund]:
    """Intent, capture and refund, locked in this order."""
    ids = Refund.objects.values_list("capture__intent_id", "capture_id").get(pk=refund_id)
    intent = lock_intent(ids[0])
    capture = next(row for row in lock_captures(ids[0]) if row.pk == ids[1])
    refund = Refund.objects.select_for_update(of=("self",)).select_related("merchant_account").get(pk=refund_id)
    return intent, capture, refund


def save_sums(intent: DepositIntent, capture: Capture, *, now: datetime) -> None:
    intent.updated_at = capture.updated_at = now
    capture.save(update_fields=["refunding_minor", "refunded_minor", "updated_at"])
    intent.save(update_fields=["refunded_minor", "updated_at"])


def give_back(event: str, intent: DepositIntent, capture: Capture, refund: Refund, end: RefundEnd, *, actor: Actor, now: datetime) -> None:
    """Locked to playable; a player who may not be credited keeps it locked, with a case (POSTINGS.md 3.2, last line)."""
    if not intent.player.is_creditable:
        keep(intent, refund, why=event, now=now)
        return
    book_deposit(
        event,
        intent=intent,
        capture=capture,
        ref=refund.public_id,
        occurred_at=end.occurred_at,
        actor=actor,
        now=now,
        payload_sha256=end.payload_sha256,
        amount_minor=held_of(refund),
    )


def keep(intent: DepositIntent, refund: Refund, *, why: str, now: datetime) -> None:
    keep_locked(
        player=intent.player,
        ref=refund.public_id,
        target_kind="refund",
        merchant_account=refund.merchant_account,
        amount_minor=held_of(refund),
        currency=refund.currency,
        psp_reference=refund.capture.attempt.psp_ref,
        why=why,
        now=now,
    )


def tell_refund(code: str, intent: DepositIntent, refund: Refund, *, amount_minor: int, occurred_at: datetime, now: datetime) -> None:
    tell(
        "case.raise",
        code=code,
        entity_id=intent.entity_id,
        business_date=business_date(intent.entity, occurred_at),
        amount_minor=amount_minor,
        currency=refund.currency,
        merchant_account=refund.merchant_account,
        merchant_reference=refund.public_id,
        psp_reference=refund.capture.attempt.psp_ref,
        dedupe_key=f"{code}:{refund.public_id}",
        facts={"refund_state": str(refund.state), "player_state": intent.player.status},
        links=[("refund", refund.public_id), ("deposit", intent.public_id), ("player", intent.player.public_id)],
        now=now,
    )


# --- the call ---


def send_refund(adapter: Adapter, credentials: Credentials, refund: Refund) -> PspResult:
    request = RefundRequest(
        idempotency_key=refund.idempotency_key,
        psp_ref=refund.capture.attempt.psp_ref,
        capture_ref=refund.capture.psp_ref,
        merchant_reference=refund.public_id,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        trace_id=refund.trace_id,
    )
    return adapter.refund(credentials, request)


def finish_refund(refund_id: UUID, result: PspResult, now: datetime) -> None:
    """Record the answer to a refund. Asked twice, it changes nothing twice."""
    end = RefundEnd(result.object_ref, result.occurred_at or now, result.decline_code, told=told_by(result))
    if result.outcome is Outcome.APPROVED and is_in_other_currency(refund_id, end, now=now):
        pend_refund(refund_id=refund_id, psp_ref=result.object_ref, actor=PSP, now=now)
    elif result.outcome is Outcome.APPROVED:
        if not process_refund(refund_id=refund_id, end=end, actor=PSP, now=now):
            tell_executed(refund_id=refund_id, end=end, now=now)
    elif result.outcome in (Outcome.DECLINED, Outcome.REFUSED):
        fail_refund(refund_id=refund_id, end=end, actor=PSP, now=now)
    else:
        pend_refund(refund_id=refund_id, psp_ref=result.object_ref, actor=PSP, now=now)


def is_in_other_currency(refund_id: UUID, end: RefundEnd, *, now: datetime) -> bool:
    """Whether the PSP says that it executed a refund in another currency than ours: a case, and nothing is booked on that."""
    refund = Refund.objects.select_related("merchant_account", "capture__intent__entity", "capture__attempt").get(pk=refund_id)
    if not is_other_currency(refund, end.told):
        return False
    tell_told(REFUNDED, refund, end.told, occurred_at=end.occurred_at, now=now)
    return True


def read_refund(found: LookupResult, refund: Refund) -> PspResult | None:
    """This refund, found by itself or among those of the payment, by our id."""
    if found.kind == "refund" and found.merchant_reference == refund.public_id:
        states = {"SUCCEEDED": Outcome.APPROVED, "REVERSED": Outcome.APPROVED, "FAILED": Outcome.REFUSED}
        outcome = states.get(found.state, Outcome.SUBMITTED)
        return PspResult(outcome, found.psp_ref, found.object_ref, found.amount_minor, found.currency, occurred_at=found.occurred_at)
    mine = [movement for movement in found.refunds if movement.merchant_reference == refund.public_id]
    return movement_result(mine[0], psp_ref=found.psp_ref) if mine else None


REFUND = Act(
    name="refund",
    task=TASK,
    model=Refund,
    related=("capture__attempt", "capture__intent"),
    reference=lambda refund: refund.public_id,
    send=send_refund,
    read=read_refund,
    finish=finish_refund,
)
