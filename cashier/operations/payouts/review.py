"""A person's word on a payout: what the four-eyes request of kind payout.approve executes (P4, S1)."""

from datetime import datetime
from typing import Any

from cashier.models import PayoutIntent, PayoutState
from cashier.operations.freezing import freeze_payout
from cashier.operations.payouts.errors import PayoutStateConflict
from cashier.operations.payouts.gates import check_gates
from cashier.operations.payouts.locked import lock_payout
from cashier.operations.payouts.nudges import nudge_payout
from cashier.operations.payouts.release import release_payout
from cashier.operations.payouts.request import payload_of, refuse_stopped
from ledger.actors import Actor
from ledger.clock import real_now
from ledger.locks import lock_wallet
from ledger.models import ApprovalRequest
from ledger.transitions import move
from ledger.values import Line


def approve_payout(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Approve the payout of the frozen payload and send it. Runs inside `decide`, under its lock.

    Raises PayoutStateConflict if it left UNDER_REVIEW or differs from what was frozen, PayoutRefused if a gate is closed now.
    """
    payout = lock_reviewed(payload)
    wallet = lock_wallet(entity_id=payout.entity_id, player_id=payout.player.public_id, asset=payout.currency)
    refuse_stopped(check_gates(payout=payout, wallet=wallet, moment="approval", now=now))
    freeze_payout(payout, moment="approval", now=now)
    payout.nudged_at = real_now()
    move(payout, "approve", actor=actor, now=now, event="payout.approved", extra_fields=["gates", "nudged_at"])
    nudge_payout(payout.id)


def reject_payout(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Reject the payout of the frozen payload, refused or left to expire: its money goes back. Raises PayoutStateConflict.

    A request that was withdrawn rejects nothing: the act that withdrew it goes on with the payout.
    """
    if request.state == ApprovalRequest.State.WITHDRAWN:
        return
    payout = lock_reviewed(payload)
    move(
        payout,
        "reject",
        actor=actor,
        now=now,
        event="payout.rejected",
        extra_fields=["reason"],
        reason=f"refused in review {request.public_id}",
    )
    release_payout(payout, "payout.rejected", occurred_at=now, actor=actor, now=now)


def preview_payout(payload: dict[str, Any]) -> list[Line]:
    """The lines of the approval: none, an approval moves no money (POSTINGS.md 3.3)."""
    return []


def lock_reviewed(payload: dict[str, Any]) -> PayoutIntent:
    payout = lock_payout(PayoutIntent.id_of(payload["payout"]))
    if payout.state != PayoutState.UNDER_REVIEW or payload_of(payout) != payload:
        raise PayoutStateConflict("The payout is no longer what was put up for review.", state=payout.state)
    return payout
