"""Money of a player held in `locked` for a case, or because a refund was found at the PSP (POSTINGS.md 3.2)."""

from datetime import datetime

from django.db import transaction

from cashier.locks import lock_captures, lock_intent
from cashier.models import Capture, Hold, Player
from cashier.operations.bookings import book_deposit, book_hold
from cashier.refusals import NotInThisState
from ledger.actors import Actor
from ledger.locks import lock_wallet
from ledger.transitions import move


def place_hold(
    *, kind: str, ref: str, player: Player, currency: str, amount_minor: int, occurred_at: datetime, actor: Actor, now: datetime
) -> Hold | None:
    """Hold what is there of `amount_minor`, at once: playable to locked. None where the wallet is empty; the same ref once.

    kind: Hold.Kind CASE (ref = case id) or FOUND_REFUND (ref = the PSP's refund reference).
    """
    entity = player.brand.entity
    with transaction.atomic():
        wallet = lock_wallet(entity_id=entity.pk, player_id=player.public_id, asset=currency)  # two at once: the second sees the first's
        existing = Hold.objects.filter(kind=kind, ref=ref).first()
        if existing is not None:
            return existing
        held_minor = min(wallet.playable, amount_minor)
        if not held_minor:
            return None
        hold = Hold.objects.create(
            kind=kind, ref=ref, player=player, entity=entity, currency=currency, amount_minor=held_minor, created_at=now, updated_at=now
        )
        event = "refund.found" if kind == Hold.Kind.FOUND_REFUND else "hold.placed"
        book_hold(
            event,
            player=player,
            entity=entity,
            currency=currency,
            ref=ref,
            amount_minor=held_minor,
            occurred_at=occurred_at,
            actor=actor,
            now=now,
        )
    return hold


def release_hold(*, kind: str, ref: str, actor: Actor, now: datetime) -> Hold:
    """The case ends without taking it: locked to playable. Raises NotInThisState where nothing is held."""
    with transaction.atomic():
        lock_wallet_of(kind, ref)
        hold = lock_hold(kind, ref)
        book_hold(
            "hold.released",
            player=hold.player,
            entity=hold.entity,
            currency=hold.currency,
            ref=ref,
            amount_minor=hold.amount_minor,
            occurred_at=now,
            actor=actor,
            now=now,
        )
        move(hold, "release", actor=actor, now=now, event="hold.released", extra_fields=["ended_by"], ended_by="hold.released")
    return hold


def adopt_refund(*, capture: Capture, psp_refund_ref: str, amount_minor: int, occurred_at: datetime, actor: Actor, now: datetime) -> None:
    """A person confirms a refund made at the PSP: what was held is taken, the rest is owed (refund.adopted).

    The capture's ceiling shrinks by it, and its deposit says so: both are read anew under their locks.
    """
    with transaction.atomic():
        intent = lock_intent(capture.intent_id)
        capture = next(row for row in lock_captures(intent.pk) if row.pk == capture.pk)
        lock_wallet_of(Hold.Kind.FOUND_REFUND, psp_refund_ref)
        hold = Hold.objects.select_for_update().filter(kind=Hold.Kind.FOUND_REFUND, ref=psp_refund_ref, state=Hold.State.HELD).first()
        held_minor = min(hold.amount_minor, amount_minor) if hold else 0
        book_deposit(
            "refund.adopted",
            intent=intent,
            capture=capture,
            ref=psp_refund_ref,
            occurred_at=occurred_at,
            actor=actor,
            now=now,
            locked_minor=held_minor,
            receivable_minor=amount_minor - held_minor,
        )
        if hold is not None:
            move(hold, "take", actor=actor, now=now, event="refund.adopted", extra_fields=["ended_by"], ended_by=psp_refund_ref)
        for row in (capture, intent) if intent.counts(capture) else (capture,):
            row.refunded_minor += amount_minor
            row.updated_at = now
            row.save(update_fields=["refunded_minor", "updated_at"])


def lock_wallet_of(kind: str, ref: str) -> None:
    """The wallet of what is held is locked before the hold, as by whoever takes of a hold what a late payout needs: else the two wait for
    each other."""
    found = Hold.objects.select_related("player").filter(kind=kind, ref=ref).first()
    if found is not None:
        lock_wallet(entity_id=found.entity_id, player_id=found.player.public_id, asset=found.currency)


def lock_hold(kind: str, ref: str) -> Hold:
    hold = Hold.objects.select_for_update(of=("self",)).select_related("player", "entity").filter(kind=kind, ref=ref).first()
    if hold is None or hold.state != Hold.State.HELD:
        raise NotInThisState("Nothing is held under this reference.", ref=ref)
    return hold
