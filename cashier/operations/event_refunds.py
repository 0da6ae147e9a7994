"""What events of refunds and payouts do (C6, P2)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from cashier.models import PayoutIntent, PspEvent, Refund
from cashier.operations import payouts
from cashier.operations.event_objects import find_payout, find_refund, kind_of, told_in
from cashier.operations.event_values import Answer, BadEvent, NotYet
from cashier.operations.refund_outcomes import RefundEnd, fail_refund, pend_refund, process_refund, reverse_refund, tell_executed
from cashier.operations.told_amounts import NONE_STATED, REVERSAL, OtherAmount, Told, asked_minor, differs, is_other_currency, told_by
from cashier.psp.base import LookupMovement, LookupResult
from ledger.actors import Actor


def refund_effect(event: PspEvent, answer: Answer, *, actor: Actor, now: datetime) -> str:
    refund = find_refund(event)
    if refund.merchant_account_id != event.merchant_account_id:
        raise BadEvent(f"signed by {event.merchant_account.code}, the refund is at {refund.merchant_account.code}")
    require_as_asked(event, refund)
    end = RefundEnd(event.refund_ref, event.occurred_at, "failed_at_psp", event.movement or "1", event.body_sha256)
    if answer.was_asked and event.event == "refund.processed":
        return hear_executed(refund, answer, end, now=now)
    if answer.was_asked and not is_confirmed(event, answer, refund):
        raise NotYet("the PSP does not confirm it")
    back = replace(end, told=told_back(answer, refund))
    match event.event:
        case "refund.submitted":
            done = pend_refund(refund_id=refund.pk, psp_ref=event.refund_ref, actor=actor, now=now)
        case "refund.processed":
            done = process_refund(refund_id=refund.pk, end=end, actor=actor, now=now)
            if not done and is_failed(event):
                raise NotYet("it has failed since we looked")
        case "refund.failed":
            done = fail_refund(refund_id=refund.pk, end=end, actor=actor, now=now)
            done = done or reverse_refund(refund_id=refund.pk, end=back, actor=actor, now=now)
        case _:
            process_refund(refund_id=refund.pk, end=end, actor=actor, now=now)
            done = reverse_refund(refund_id=refund.pk, end=back, actor=actor, now=now)
    return event.event if done else "ignored: not ahead of what we hold"


def require_as_asked(event: PspEvent, row: Refund | PayoutIntent) -> None:
    """Raises OtherAmount where it states another amount or currency than ours: nothing moves on that."""
    kind, told = kind_of(event), told_in(event)
    if differs(kind, row, told):
        raise OtherAmount(kind, row, told)


def is_failed(event: PspEvent) -> bool:
    """Whether we hold the refund that it names as failed."""
    try:
        return bool(find_refund(event).state == Refund.State.REFUND_FAILED)
    except NotYet:
        return False


def hear_executed(refund: Refund, answer: Answer, end: RefundEnd, *, now: datetime) -> str:
    """processed, of a refund that we hold as failed: a case where the PSP holds it as executed now; else the event only came late."""
    if "SUCCEEDED" in states_in(answer, refund) and tell_executed(refund_id=refund.pk, end=end, now=now):
        return "executed although failed: case raised"
    return "ignored: the PSP does not hold it as executed"


def told_back(answer: Answer, refund: Refund) -> Told:
    """The amount that came back of it, as our own lookup says. Raises OtherAmount where that is in another currency: nothing moves."""
    found = answer.found
    if found is None:
        return NONE_STATED
    held: list[LookupMovement | LookupResult] = [*found.refunds, *([found] if found.kind == "refund" else [])]
    mine = [each for each in held if each.merchant_reference == refund.public_id and each.state == "REVERSED"]
    told = told_by(mine[0]) if mine else NONE_STATED
    if is_other_currency(refund, told):
        raise OtherAmount(REVERSAL, refund, told)
    return told


def states_in(answer: Answer, refund: Refund) -> list[str]:
    """What our own lookup says of this refund."""
    found = answer.found
    if found is None:
        return []
    mine = [movement.state for movement in found.refunds if refund.public_id == movement.merchant_reference]
    return [found.state, *mine] if found.kind == "refund" else mine


def is_confirmed(event: PspEvent, answer: Answer, refund: Refund) -> bool:
    """Whether our own lookup says the same of this refund: money goes back to the player only then."""
    states = states_in(answer, refund)
    return ("FAILED" if event.event == "refund.failed" else "REVERSED") in states or (
        event.event == "refund.failed" and "REVERSED" in states
    )


def payout_effect(event: PspEvent, *, actor: Actor, now: datetime) -> str:
    payout = find_payout(event)
    if payout.merchant_account_id != event.merchant_account_id:
        raise BadEvent(f"signed by {event.merchant_account.code}, the payout is at another account")
    require_as_asked(event, payout)
    told: dict[str, Any] = {"occurred_at": event.occurred_at, "actor": actor, "now": now, "payload_sha256": event.body_sha256}
    before = payout.state
    match event.event:
        case "payout.settled":
            after = payouts.settle_payout(payout_id=payout.pk, psp_ref=event.payout_ref, **told)
        case "payout.failed":
            after = payouts.fail_payout(payout_id=payout.pk, psp_ref=event.payout_ref, **told)
        case _:
            returned_minor = asked_minor(payout) if event.amount_minor is None else event.amount_minor
            ref = event.movement or event.payout_ref
            after = payouts.return_payout(payout_id=payout.pk, return_ref=ref, returned_minor=returned_minor, **told)
    return event.event if after.state != before else "ignored: not ahead of what we hold"
