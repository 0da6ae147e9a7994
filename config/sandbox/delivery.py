"""Delivers queued webhooks: signed anew each time, in order per payment, retried until they are taken.

Delivered events are marked a few at a time, so a kill between delivery and mark sends some again: receivers see duplicates, as from
any provider, never a loss.
"""

import hashlib
import hmac
import logging
import secrets
import sqlite3
import threading
import time

import httpx

from config.sandbox.sandbox import Sandbox, get_setting

log = logging.getLogger(__name__)
POLL_SECONDS = 0.5
LEAST_WAIT_SECONDS = 0.005
CHUNK = 16
MOST_TRIES = 200
TIMEOUT_SECONDS = 15.0


def run_delivery(sandbox: Sandbox, stop: threading.Event, slot: int) -> None:
    """Deliver the events of one slot until `stop`."""
    with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        while not stop.is_set():
            try:
                if deliver_due(sandbox, client, slot):
                    continue
            except Exception:
                log.exception("delivery stumbled; going on")
            with sandbox.bell:
                sandbox.bell.wait(min(POLL_SECONDS, seconds_to_next(sandbox, slot)))


def deliver_due(sandbox: Sandbox, client: httpx.Client, slot: int) -> int:
    """Deliver a chunk of what is due in `slot` now; returns how many were tried."""
    reader = sandbox.store.read()
    url = get_setting(reader, "webhook_url")
    if not url:
        return 0
    due = reader.execute(
        "SELECT outbox.*, merchant_account.webhook_secret AS secret FROM outbox JOIN merchant_account ON code = account"
        " WHERE slot = ? AND state = 'PENDING' AND due_at <= ? ORDER BY due_at, id LIMIT ?",
        (slot, time.time(), CHUNK),
    ).fetchall()
    if due:
        results = [(_deliver(client, url, event), event) for event in due]
        with sandbox.store.write() as connection:
            for answer, event in results:
                _mark(connection, sandbox, event, answer)
    return len(due)


def seconds_to_next(sandbox: Sandbox, slot: int) -> float:
    """Until something is due in `slot`, at least a moment."""
    query = "SELECT MIN(due_at) AS due_at FROM outbox WHERE slot = ? AND state = 'PENDING'"
    due_at = sandbox.store.read().execute(query, (slot,)).fetchone()["due_at"]
    return POLL_SECONDS if due_at is None else max(LEAST_WAIT_SECONDS, due_at - time.time())


def signed_headers(*, account: str, secret: str, body: bytes, timestamp: int, nonce: str) -> dict[str, str]:
    """The canonical webhook's headers (INTERFACES.md 3). The key is the secret's UTF-8 bytes."""
    signature = hmac.new(secret.encode(), f"{timestamp}.{nonce}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Merchant-Account": account,
        "X-Timestamp": str(timestamp),
        "X-Nonce": nonce,
        "X-Signature": f"sha256={signature}",
    }


def _deliver(client: httpx.Client, url: str, event: sqlite3.Row) -> str:
    body = event["body"].encode()
    headers = signed_headers(
        account=event["account"], secret=event["secret"], body=body, timestamp=int(time.time()), nonce=secrets.token_urlsafe(18)
    )
    try:
        return str(client.post(url, content=body, headers=headers).status_code)
    except httpx.HTTPError as error:
        return type(error).__name__


def _mark(connection: sqlite3.Connection, sandbox: Sandbox, event: sqlite3.Row, answer: str) -> None:
    tries = event["tries"] + 1
    if answer.startswith("2"):
        state, due_at = "DELIVERED", event["due_at"]
    else:
        wait = min(sandbox.delays.retry_most, sandbox.delays.retry_first * 2 ** min(tries - 1, 10))
        state, due_at = ("DEAD" if tries >= MOST_TRIES else "PENDING"), time.time() + wait
    connection.execute(
        "UPDATE outbox SET state = ?, tries = ?, due_at = ?, last_answer = ? WHERE id = ?", (state, tries, due_at, answer, event["id"])
    )
