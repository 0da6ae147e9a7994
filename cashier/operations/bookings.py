"""What deposits and refunds write into the books: one posting per event, by the rule of the same name, keyed by its object."""

from datetime import datetime
from uuid import UUID

from cashier.models import Capture, DepositIntent, Player
from ledger.actors import Actor
from ledger.locks import lock_wallet
from ledger.models import LegalEntity
from ledger.operations import PostedTransaction, Posting, post


def book_deposit(
    event: str,
    *,
    intent: DepositIntent,
    capture: Capture,
    occurred_at: datetime,
    actor: Actor,
    now: datetime,
    ref: str = "",
    suffix: str = "",
    payload_sha256: str = "",
    **numbers: int | bool | None,
) -> PostedTransaction:
    """Post `event` ("deposit.captured") of one capture. `ref` (default: the capture) is what the lines clear against and the
    posting key; `numbers` are the amounts that the rule reads, minor units."""
    ref = ref or capture.public_id
    source = deposit_source(intent, capture, ref=ref, **numbers)
    posting = Posting(
        rule=rule_of(event),
        key=":".join(part for part in (event, ref, suffix) if part),
        entity_id=intent.entity_id,
        source=source,
        occurred_at=occurred_at,
        intent_id=intent.public_id,
        player_id=intent.player.public_id,
        payload_sha256=payload_sha256,
    )
    return post(posting, actor=actor, now=now)


def deposit_source(intent: DepositIntent, capture: Capture, *, ref: str = "", **numbers: int | bool | None) -> dict[str, object]:
    """What the rules of deposits read; the asset is that of the capture, which a PSP may have taken in another currency than was asked."""
    return {
        "entity": intent.entity.public_id,
        "player": intent.player.public_id,
        "merchant_account": capture.merchant_account.public_id,
        "asset": str(capture.currency),
        "ref": ref or capture.public_id,
        "capture": capture.public_id,
        **numbers,
    }


def book_hold(
    event: str,
    *,
    player: Player,
    entity: LegalEntity,
    currency: str,
    ref: str,
    amount_minor: int,
    occurred_at: datetime,
    actor: Actor,
    now: datetime,
) -> PostedTransaction:
    """Post `hold.placed`, `hold.released` or `refund.found`: money between playable and locked, for a case or a reference."""
    source = {"player": player.public_id, "asset": currency, "ref": ref, "amount_minor": amount_minor}
    posting = Posting(
        rule=rule_of(event),
        key=f"{event}:{ref}",
        entity_id=entity.pk,
        source=source,
        occurred_at=occurred_at,
        player_id=player.public_id,
    )
    return post(posting, actor=actor, now=now)


def rule_of(event: str) -> str:
    """ "deposit.captured" -> "DEPOSIT_CAPTURED@1": the version that is posted now."""
    return f"{event.replace('.', '_').upper()}@1"


def split_taken(*, entity_id: UUID, player: Player, currency: str, amount_minor: int, held_minor: int = 0) -> dict[str, int]:
    """How an amount is taken back from a player, decided under the wallet's lock: the hold first, then playable, the rest is owed.

    {locked_minor, playable_minor, receivable_minor}, which sum to amount_minor.
    """
    wallet = lock_wallet(entity_id=entity_id, player_id=player.public_id, asset=currency)
    locked = min(held_minor, amount_minor)
    playable = min(wallet.playable, amount_minor - locked)
    return {"locked_minor": locked, "playable_minor": playable, "receivable_minor": amount_minor - locked - playable}
