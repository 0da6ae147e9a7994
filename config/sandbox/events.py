"""Canonical webhooks on their way out: written with what they tell, delivered by config.sandbox.delivery."""

import json
import sqlite3
import time
import zlib
from typing import Any

from config.sandbox.dark import seconds_dark
from config.sandbox.ids import new_ref
from config.sandbox.profile import event_modifiers
from config.sandbox.sandbox import Sandbox
from config.sandbox.shapes import money

SLOTS = 6  # delivering threads; a payment's events always take the same one, so they keep their order
DUPLICATES = 3


def emit(
    connection: sqlite3.Connection,
    sandbox: Sandbox,
    *,
    account: str,
    event: str,
    shard: str,
    token: str,
    amount_minor: int,
    currency: str,
    occurred_at: str,
    idempotency_key: str,
    **fields: Any,
) -> None:
    """Queue `event` in the caller's transaction, as the token's modifiers, or the running profile's shares, want it.

    `shard` (payment or payout id) keeps order among its own events. `fields` are the further fields of the body.
    """
    modifiers = event_modifiers(connection, token=token, shard=shard)
    body = {
        "event_id": new_ref("evt_"),
        "event": event,
        **fields,
        "amount": money(amount_minor, currency),
        "occurred_at": occurred_at,
        "idempotency_key": idempotency_key,
    }
    delay = seconds_dark(connection, shard) + (sandbox.delays.late if "late" in modifiers else 0.0)
    if "reorder" in modifiers and event == "payment.authorized":
        delay += sandbox.delays.reorder
    state = "LOST" if "lost" in modifiers else "PENDING"
    for _ in range(DUPLICATES if "dup" in modifiers else 1):
        _queue(connection, account=account, shard=shard, body=body, delay=delay, state=state)
    if "retimed" in modifiers:
        again = {**body, "event_id": new_ref("evt_"), "occurred_at": sandbox.clock.now_text()}
        _queue(connection, account=account, shard=shard, body=again, delay=delay + sandbox.delays.retime, state=state)


def sends_authorized_too(connection: sqlite3.Connection, *, token: str, shard: str) -> bool:
    """True where an automatic capture is told by two events, the authorisation's last."""
    return "reorder" in event_modifiers(connection, token=token, shard=shard)


def _queue(connection: sqlite3.Connection, *, account: str, shard: str, body: dict[str, Any], delay: float, state: str) -> None:
    connection.execute(
        "INSERT INTO outbox (account, slot, body, due_at, state) VALUES (?, ?, ?, ?, ?)",
        (account, zlib.crc32(shard.encode()) % SLOTS, json.dumps(body, separators=(",", ":")), time.time() + delay, state),
    )
