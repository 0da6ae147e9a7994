"""Money that would come back to a player who may not be credited stays in `locked`, and a case asks where it goes (POSTINGS.md 3.2)."""

from datetime import datetime

from cashier.models import Hold, MerchantAccount, Player
from ledger.calendar import business_date
from ledger.notices import tell


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
) -> Hold:
    """Name what stays in `locked` by a hold of its own (one per `ref`, a public id) and raise ABNORMAL_PENDING."""
    hold = Hold.objects.create(
        kind=Hold.Kind.CASE,
        ref=ref,
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
        dedupe_key=f"kept-locked:{ref}",
        facts={"why": why, "player_state": player.status},
        links=[(target_kind, ref), ("player", player.public_id)],
        now=now,
    )
    return hold
