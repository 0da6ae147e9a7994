"""Deposits that a routing rule holds for a person (C10): queued, looked at by risk, let through or refused before any PSP is called."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from cashier.locks import lock_intent
from cashier.models import DepositIntent, DepositReview, DepositState, RoutingDecision
from cashier.operations.endings import end_intent
from cashier.refusals import Invalid, NotInThisState
from ledger.actors import Actor, user_actor
from ledger.errors import ApprovalRefused
from ledger.models import User
from ledger.operations import record_audit
from ledger.outbox import publish
from ledger.transitions import move, record_birth

WAITS_FOR = timedelta(hours=24)  # longer than any rail lets a deposit wait that nobody looks at
State = DepositReview.State


def hold_for_review(intent: DepositIntent, decision: RoutingDecision, *, actor: Actor, now: datetime) -> DepositReview:
    """Queue the deposit, once; it is open for a day from now. Needs the intent locked."""
    waiting = DepositReview.objects.filter(intent=intent, state=State.WAITING).first()
    if waiting is not None:
        return waiting
    review = DepositReview(intent=intent, decision=decision, created_at=now, updated_at=now)
    review.save(force_insert=True)
    record_birth(review, actor=actor, now=now, event="review.opened")
    intent.expires_at = max(intent.expires_at, now + WAITS_FOR)
    intent.save(update_fields=["expires_at"])
    publish(intent, "deposit.held_for_review", now=now)
    return review


def is_allowed(intent: DepositIntent) -> bool:
    """Whether a person let this deposit through."""
    return DepositReview.objects.filter(intent=intent, state=State.ALLOWED).exists()


def decide_review(*, review_id: UUID, allow: bool, reason: str, checker: User, now: datetime) -> DepositReview:
    """Let it through (the platform asks again to authorise it), or refuse it: the deposit fails. Audited.

    Raises Invalid without a reason, NotInThisState where it was decided or the deposit has ended, ApprovalRefused for one's own account.
    """
    if not reason.strip():
        raise Invalid("Say why.", field="reason", rule="required")
    actor = user_actor(checker)
    with transaction.atomic():
        intent = lock_intent(DepositReview.objects.values_list("intent_id", flat=True).get(pk=review_id))
        review = DepositReview.objects.select_for_update(of=("self",)).get(pk=review_id)
        if review.state != State.WAITING or intent.state != DepositState.INITIATED:
            raise NotInThisState(state=str(review.state), deposit=str(intent.state))
        if intent.player.public_id in checker.player_refs:
            raise ApprovalRefused("It is your own player account: somebody else decides.")
        _decide(review, allow=allow, reason=reason, actor=actor, now=now)
        if allow:
            publish(intent, "deposit.review_allowed", now=now)
        else:
            end_intent(
                intent=intent, state=DepositState.FAILED, occurred_at=now, actor=actor, now=now, decline_code="blocked_by_rule",
                retry="never",
            )  # fmt: skip
    return review


def _decide(review: DepositReview, *, allow: bool, reason: str, actor: Actor, now: datetime) -> None:
    review.reason, review.decided_at = reason[:300], now
    review.decided_by_kind, review.decided_by_id = actor.kind, actor.id
    edge, event = ("allow", "review.allowed") if allow else ("refuse", "review.refused")
    fields = ["reason", "decided_at", "decided_by_kind", "decided_by_id"]
    move(review, edge, actor=actor, now=now, event=event, extra_fields=fields)
    record_audit(
        act=event, actor=actor, target_kind="deposit", target_id=review.intent.public_id, detail={"review": review.public_id},
        reason=reason, now=now,
    )  # fmt: skip
