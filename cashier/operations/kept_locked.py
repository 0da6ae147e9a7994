"""Money that would come back to a player who may not be credited stays in `locked`, and a case asks where it goes (POSTINGS.md 3.2)."""

from datetime import datetime

from cashier.models import Hold, MerchantAccount, Player
from ledger.actors import Actor
from ledger.calendar import business_date
from ledger.notices import tell
from ledger.transitions import move


def keep_locked(
    *,
    player: Player,
    ref: str,
    target_kind: str,
    merchant_account: MerchantAccount | None,
    amount_minor: int,
    currency: str,
    psp_reference: str,
    why: str,
    now: datetime,
    part: str = "",
) -> Hold:
    """Name what stays in `locked` by a hold of its own (one per `ref`, a public id, and `part` of it) and raise ABNORMAL_PENDING."""
    hold = Hold.objects.create(
        kind=Hold.Kind.CASE,
        ref=f"{ref}:{part}" if part else ref,
        player=player,
        entity=player.brand.entity,
        currency=currency,
        amount_minor=amount_minor,
        created_at=now,
        updated_at=now,
    )
    tell(
        "case.raise",
        code="ABNORMAL_PENDING",
        entity_id=player.brand.entity_id,
        business_date=business_date(player.brand.entity, now),
        amount_minor=amount_minor,
        currency=currency,
        merchant_account=merchant_account,
        merchant_reference=ref,
        psp_reference=psp_reference,
        dedupe_key=f"kept-locked:{hold.ref}",
        facts={"why": why, "player_state": player.status, "hold": hold.ref},
        links=[(target_kind, ref), ("player", player.public_id)],
        now=now,
    )
    return hold


def take_kept(ref: str, *, most_minor: int, event: str, actor: Actor, now: datetime) -> int:
    """What `event` takes of the money that is kept under `ref`, at most `most_minor`; the wallet is locked. What it leaves stays held.

    The caller posts it, out of `locked`. 0 where nothing is kept (any more).
    """
    hold = Hold.objects.select_for_update().filter(kind=Hold.Kind.CASE, ref=ref, state=Hold.State.HELD).first()
    if hold is None:
        return 0
    taken_minor = min(int(hold.amount_minor), most_minor)
    if taken_minor == hold.amount_minor:
        move(hold, "take", actor=actor, now=now, event=event, extra_fields=["ended_by"], ended_by=event)
    else:
        hold.amount_minor -= taken_minor
        hold.updated_at = now
        hold.save(update_fields=["amount_minor", "updated_at"])
    return taken_minor
