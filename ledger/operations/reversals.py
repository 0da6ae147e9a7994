"""Corrections of our own postings (L2, L12): the first one mirrored, naming it; four eyes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from ledger.actors import Actor
from ledger.errors import ApprovalRefused
from ledger.locks import lock_wallet
from ledger.models import ApprovalRequest, Entry, JournalTransaction
from ledger.operations.approvals import request_approval
from ledger.operations.posting_values import PostedTransaction, Posting
from ledger.operations.postings import lines_of, post
from ledger.operations.present_state import wallet_facts
from ledger.values import Line


def propose_reversal(*, transaction_id: UUID, held_minor: int = 0, reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Ask to mirror a posted transaction. `held_minor`: what a case already moved from playable to locked for it.

    Raises ApprovalRefused where it is reversed already, is a reversal itself, or credits more than one player.
    """
    original = JournalTransaction.objects.get(pk=transaction_id)
    _require_reversible(original)
    payload = {"transaction_id": original.public_id, "held_minor": held_minor, "player_id": original.player_ref}
    amount = sum(line["amount_minor"] for line in posted_lines(original) if line["amount_minor"] > 0)
    return request_approval(
        kind="ledger.reversal", payload=payload, summary=f"Reverse {original.kind} {original.public_id}", reason=reason, maker=maker,
        entity_id=original.entity_id, amount_minor=amount, currency=original.currency,
        target_kind="JournalTransaction", target_id=original.public_id, player_ref=original.player_ref, now=now,
    )  # fmt: skip


def execute_reversal(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> PostedTransaction:
    """Post the mirror, under lock: what the player no longer has becomes a debt (L6).

    It goes to the day of the original while that is open, else to the open day, naming the day it corrects (L16).
    Raises ApprovalRefused, InsufficientFunds.
    """
    original = JournalTransaction.by_public(payload["transaction_id"])
    maker = Actor(request.maker_kind, request.maker_id)
    return reverse_posting(original=original, key=f"approval:{request.public_id}", held_minor=payload["held_minor"], actor=maker, now=now)


def reverse_posting(*, original: JournalTransaction, key: str, held_minor: int = 0, actor: Actor, now: datetime) -> PostedTransaction:
    """Post the mirror of a transaction under `key`, for an act that two people decided on. Needs an open transaction.

    `held_minor`: what is taken from locked before playable. Raises ApprovalRefused, InsufficientFunds.
    """
    _serialise(original)
    _require_reversible(original)
    rule, source = mirror_of(original, held_minor=held_minor)
    posting = Posting(
        rule=rule, key=key, entity_id=original.entity_id, source=source, occurred_at=now, intent_id=original.intent_ref,
        player_id=original.player_ref, reverses_id=original.pk, business_date=original.business_date,
    )  # fmt: skip
    return post(posting, actor=actor, now=now)


def preview_reversal(payload: dict[str, Any]) -> list[Line]:
    """The mirror of the posted lines; a debt in place of missing money is decided at execution."""
    return lines_of("REVERSAL@1", {"lines": posted_lines(JournalTransaction.by_public(payload["transaction_id"]))})


def look_at_reversal(payload: dict[str, Any]) -> dict[str, str]:
    """Whether it is reversed by now, and what the player it credited still has."""
    original = JournalTransaction.by_public(payload["transaction_id"])
    reversal = original.reversed_by.first()
    credited = [line for line in posted_lines(original) if line["kind"] == "playable" and line["amount_minor"] < 0]
    wallet = wallet_facts(credited[0]["holder"], credited[0]["asset"]) if credited else {}
    return {"Reversed by": reversal.public_id if reversal else "nothing", **wallet}


def posted_lines(original: JournalTransaction) -> list[dict[str, Any]]:
    """The lines of a posted transaction as a source holds them."""
    return [
        {"kind": entry.account.kind, "holder": entry.account.owner_ref, "asset": entry.asset, "amount_minor": entry.amount_minor,
         "ref": entry.ref, "label": entry.label}
        for entry in Entry.objects.filter(transaction=original).select_related("account").order_by("id")
    ]  # fmt: skip


def mirror_of(original: JournalTransaction, *, held_minor: int = 0, released_minor: int = 0) -> tuple[str, dict[str, Any]]:
    """Rule and source of the mirror: a plain one, or, where a player was credited playable money, split over what is there.

    The wallet is locked. `held_minor`: what is taken from locked first; `released_minor`: what comes back to playable before the
    mirror is posted, in the same transaction. A debt names what was credited, or the transaction itself where its lines name nothing.
    """
    lines = posted_lines(original)
    credited = [line for line in lines if line["kind"] == "playable" and line["amount_minor"] < 0]
    if not credited:
        return "REVERSAL@1", {"lines": lines}
    player, asset = credited[0]["holder"], credited[0]["asset"]
    wallet = lock_wallet(entity_id=original.entity_id, player_id=player, asset=asset)
    amount = -sum(line["amount_minor"] for line in credited)
    held = min(held_minor, wallet.locked, amount)
    playable = min(wallet.playable + released_minor, amount - held)
    return "REVERSAL_FROM_HOLD@1", {
        "lines": lines, "player": player, "asset": asset, "held_minor": held, "playable_minor": playable,
        "receivable_minor": amount - held - playable, "ref": credited[0]["ref"] or original.public_id,
    }  # fmt: skip


def _serialise(original: JournalTransaction) -> None:
    """One reversal of a transaction at a time; its own row is append-only and can't be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s::text, 0))", [f"reversal:{original.pk}"])


def _require_reversible(original: JournalTransaction) -> None:
    if original.reverses_id is not None:
        raise ApprovalRefused(f"{original.public_id} is a reversal itself.")
    if original.reversed_by.exists():
        raise ApprovalRefused(f"{original.public_id} is reversed already.")
    credited = {line["holder"] for line in posted_lines(original) if line["kind"] == "playable" and line["amount_minor"] < 0}
    if len(credited) > 1:
        raise ApprovalRefused(f"{original.public_id} credits several players; correct each by an adjustment.")
