"""Payouts taken back before they are sent (P1), by the caller or because a chargeback needs the money (X5)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from cashier.models import PayoutIntent, PayoutState, PspCall
from cashier.operations.payouts.errors import PayoutNotCancelable
from cashier.operations.payouts.locked import lock_payout
from cashier.operations.payouts.release import release_payout
from ledger.actors import Actor
from ledger.duties import require_not_own_player
from ledger.models import ApprovalRequest
from ledger.operations import withdraw_approval
from ledger.transitions import move

UNSENT_STATES = (PayoutState.REQUESTED, PayoutState.UNDER_REVIEW, PayoutState.APPROVED)


def cancel_payout(*, payout_id: UUID, reason: str, actor: Actor, now: datetime) -> PayoutIntent:
    """Cancel a payout that has not been sent; its money goes back to the player.

    Raises PayoutNotCancelable, DoesNotExist, ApprovalRefused for the player account of the person of the staff who asks (P4).

    The approval request is locked before the payout, in the order in which `decide` locks them.
    """
    with transaction.atomic():
        withdraw_open_approval(payout_id, now=now)
        payout = lock_payout(payout_id)
        require_not_own_player(actor, {payout.player.public_id})
        if payout.state not in UNSENT_STATES:
            raise PayoutNotCancelable(state=payout.state)
        payout.call_state = PspCall.CallState.DONE
        move(payout, "cancel", actor=actor, now=now, event="payout.canceled", extra_fields=["reason", "call_state"], reason=reason[:300])
        release_payout(payout, "payout.canceled", occurred_at=now, actor=actor, now=now)
    return payout


def cancel_unsent_payouts(*, player_id: UUID, currency: str, needed_minor: int, reason: str, actor: Actor, now: datetime) -> int:
    """Cancel the player's unsent payouts in this currency, newest first, until `needed_minor` has come back. Returns what came back.

    Needs an open transaction, and must run before the wallet is locked (payouts are locked before wallets everywhere but at
    their birth). One that is sent at this very moment is passed over.
    """
    if needed_minor <= 0:
        return 0
    unsent = PayoutIntent.objects.filter(player_id=player_id, currency=currency, state__in=UNSENT_STATES)
    payouts = list(unsent.order_by("-id").values_list("id", "amount_minor"))
    lock_before_wallet([payout_id for payout_id, _ in payouts])
    freed_minor = 0
    for payout_id, amount_minor in payouts:
        if freed_minor >= needed_minor:
            break
        try:
            cancel_payout(payout_id=payout_id, reason=reason, actor=actor, now=now)
        except PayoutNotCancelable:
            continue
        freed_minor += int(amount_minor)
    return freed_minor


def lock_before_wallet(payout_ids: list[UUID]) -> None:
    """Lock all of these with their open requests, requests first: the first one cancelled locks the wallet, and who sends or decides on
    another one meanwhile holds that one and waits for the wallet."""
    list(open_approvals(payout_ids).order_by("pk"))
    list(PayoutIntent.objects.select_for_update(of=("self",)).filter(pk__in=payout_ids).order_by("pk"))


def open_approvals(payout_ids: list[UUID]) -> QuerySet[ApprovalRequest]:
    """The open four-eyes requests of these payouts, to be locked when read."""
    targets = [PayoutIntent(pk=payout_id).public_id for payout_id in payout_ids]
    pending = ApprovalRequest.objects.filter(target_kind="payout", target_id__in=targets, state=ApprovalRequest.State.PENDING)
    return pending.select_for_update(of=("self",))


def withdraw_open_approval(payout_id: UUID, *, now: datetime) -> None:
    """The open four-eyes request of this payout has nothing left to decide: it is taken back for its maker.

    The row is locked before its state is judged: a decision that is being made at this moment is waited for.
    """
    for request in list(open_approvals([payout_id])):
        withdraw_approval(request_id=request.id, maker=Actor(request.maker_kind, request.maker_id), now=now)
