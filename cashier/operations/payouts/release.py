"""Money of a payout that will not be paid goes back to the player."""

from datetime import datetime

from cashier.models import PayoutIntent
from cashier.operations.kept_locked import keep_locked
from cashier.operations.payouts.books import post_payout
from ledger.actors import Actor


def release_payout(payout: PayoutIntent, event: str, *, occurred_at: datetime, actor: Actor, now: datetime, sha256: str = "") -> None:
    """Post `event` (payout.rejected, .canceled, .failed): locked to playable. Who may not be credited keeps it in `locked`, with a case."""
    if payout.player.is_creditable:
        post_payout(payout, event, {"amount_minor": payout.amount_minor}, occurred_at=occurred_at, actor=actor, now=now, sha256=sha256)
    else:
        keep_payout_locked(payout, why=event, now=now)


def keep_payout_locked(payout: PayoutIntent, *, why: str, now: datetime, part: str = "") -> None:
    keep_locked(
        player=payout.player,
        ref=payout.public_id,
        target_kind="payout",
        merchant_account=payout.merchant_account,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        psp_reference=payout.psp_ref,
        why=why,
        now=now,
        part=part,
    )
