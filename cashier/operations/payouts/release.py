"""Money of a payout that will not be paid goes back to the player."""

from datetime import datetime

from cashier.models import Hold, PayoutIntent
from cashier.operations.payouts.books import post_payout
from ledger.actors import Actor
from ledger.calendar import business_date
from ledger.notices import tell


def release_payout(payout: PayoutIntent, event: str, *, occurred_at: datetime, actor: Actor, now: datetime, sha256: str = "") -> None:
    """Post `event` (payout.rejected, .canceled, .failed): locked to playable. Who may not be credited keeps it in `locked`, with a case."""
    if payout.player.is_creditable:
        post_payout(payout, event, {"amount_minor": payout.amount_minor}, occurred_at=occurred_at, actor=actor, now=now, sha256=sha256)
        return
    keep_locked(payout, amount_minor=payout.amount_minor, why=event, now=now)


def keep_locked(payout: PayoutIntent, *, amount_minor: int, why: str, now: datetime) -> None:
    """The money stays in (or came to) `locked` as a hold of its own, and a case asks where it goes (POSTINGS.md 3.2, last line)."""
    Hold.objects.create(
        kind=Hold.Kind.CASE,
        ref=payout.public_id,
        player=payout.player,
        entity=payout.entity,
        currency=payout.currency,
        amount_minor=amount_minor,
        created_at=now,
        updated_at=now,
    )
    tell(
        "case.raise",
        code="ABNORMAL_PENDING",
        entity_id=payout.entity_id,
        business_date=business_date(payout.entity, now),
        amount_minor=amount_minor,
        currency=payout.currency,
        merchant_account=payout.merchant_account,
        merchant_reference=payout.public_id,
        psp_reference=payout.psp_ref,
        dedupe_key=f"payout-kept-locked:{payout.public_id}",
        facts={"why": why, "player_state": payout.player.status},
        links=[("payout", payout.public_id), ("player", payout.player.public_id)],
        now=now,
    )
