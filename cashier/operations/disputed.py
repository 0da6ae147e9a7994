"""How much of a capture is disputed: written for the disputes app, which may not write the cashier's rows itself."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import connection

from cashier.locks import lock_captures, lock_intent
from cashier.models import Capture
from ledger.actors import Actor
from ledger.errors import NoOpenTransaction


def lock_disputed_capture(*, capture_id: UUID) -> Capture:
    """The capture with its intent, player and merchant account, rows of intent and captures locked in the cashier's order.

    Needs an open transaction. Raises Capture.DoesNotExist.
    """
    if not connection.in_atomic_block:
        raise NoOpenTransaction("A capture is locked within a transaction.")
    intent = lock_intent(Capture.objects.values_list("intent_id", flat=True).get(pk=capture_id))
    capture = next(capture for capture in lock_captures(intent.id) if capture.id == capture_id)
    capture.intent = intent
    return capture


def change_disputed(*, capture: Capture, by_minor: int, actor: Actor, now: datetime) -> None:
    """Add `by_minor` (negative takes back) to what is disputed of a capture locked by `lock_disputed_capture`, and of its intent.

    Refunds count it from then on (C6). Raises ValueError below zero.
    """
    if capture.disputed_minor + by_minor < 0:
        raise ValueError(f"{capture.public_id} has only {capture.disputed_minor} minor units disputed")
    for row in (capture, capture.intent) if capture.intent.counts(capture) else (capture,):
        row.disputed_minor += by_minor
        row.updated_at = now
        cast(Any, row)._change_reason = f"disputed by {actor.kind} {actor.id}"[:100]
        row.save(update_fields=["disputed_minor", "updated_at"])
