"""Chargebacks: opened and debited at once, answered or accepted, ruled upon a moment later."""

import json
import sqlite3
from datetime import timedelta

from config.sandbox.calls import Call, Done
from config.sandbox.clock import from_text, to_text
from config.sandbox.events import emit
from config.sandbox.ids import new_ref
from config.sandbox.messages import Refused
from config.sandbox.movements import record_movement
from config.sandbox.refunds import refundable
from config.sandbox.sandbox import Sandbox, schedule
from config.sandbox.shapes import get_payment, show_dispute
from config.sandbox.tokens import parse_token

ANSWER_DAYS = 14
NAMES = {"debit": "Chargeback", "credit": "ChargebackReversed"}


def open_dispute(
    connection: sqlite3.Connection,
    sandbox: Sandbox,
    *,
    capture_id: str,
    amount_minor: int = 0,
    reason_code: str = "10.4",
    occurred_at: str = "",
    fault: str = "",
    dispute_id: str = "",
    whole: bool = False,
) -> sqlite3.Row:
    """Open a dispute on a capture and take the money; told by dispute.opened and dispute.debited, unless it is a fault.

    `amount_minor` 0 is all that is left of the capture; with `whole` all of it, refunded or not. Raises Refused 422 above that.
    """
    capture = connection.execute("SELECT * FROM capture WHERE capture_id = ?", (capture_id,)).fetchone()
    left = capture["amount_minor"] if whole else refundable(connection, psp_ref=capture["psp_ref"], capture_id=capture_id)
    amount_minor = amount_minor or left
    if not 0 < amount_minor <= left:
        raise Refused(422, "AMOUNT_TOO_HIGH", "above what is left of the capture")
    dispute_id, now = dispute_id or new_ref("dsp_"), occurred_at or sandbox.clock.now_text()
    connection.execute(
        "INSERT INTO dispute VALUES (?, ?, ?, ?, ?, ?, 'visa', ?, 'NEEDS_RESPONSE', 1, '[]', ?, ?, ?)",
        (dispute_id, capture["psp_ref"], capture_id, capture["account"], amount_minor, capture["currency"], reason_code)
        + (to_text(from_text(now) + timedelta(days=ANSWER_DAYS)), fault, now),
    )
    if not fault:
        _tell(connection, sandbox, dispute_id, event="dispute.opened")
    _book(connection, sandbox, dispute_id, side="debit", fault=fault)
    return get_dispute(connection, dispute_id)


def submit_evidence(connection: sqlite3.Connection, sandbox: Sandbox, call: Call, dispute_id: str) -> Done:
    """Take the answer to a dispute; the ruling follows. Raises Refused 422 where none is awaited."""
    dispute = _awaiting(connection, call, dispute_id)
    files = call.body.get("files")
    if not isinstance(files, list) or not files:
        raise Refused(400, "INVALID_FIELD", "files must name at least one file")
    connection.execute("UPDATE dispute SET evidence = ? WHERE dispute_id = ?", (json.dumps(files), dispute_id))
    _move(connection, sandbox, dispute["dispute_id"], state="UNDER_REVIEW")
    schedule(connection, kind="dispute.rule", object_id=dispute_id, after=sandbox.delays.ruling)
    return Done(201, show_dispute(get_dispute(connection, dispute_id)))


def accept_dispute(connection: sqlite3.Connection, sandbox: Sandbox, call: Call, dispute_id: str) -> Done:
    """The merchant gives up. Raises Refused 422 where no answer is awaited."""
    _awaiting(connection, call, dispute_id)
    _move(connection, sandbox, dispute_id, state="ACCEPTED")
    _tell(connection, sandbox, dispute_id, event="dispute.accepted")
    return Done(201, show_dispute(get_dispute(connection, dispute_id)))


def rule_dispute(connection: sqlite3.Connection, sandbox: Sandbox, *, dispute_id: str) -> None:
    """The ruling, as the payment's token says."""
    dispute = get_dispute(connection, dispute_id)
    if dispute["state"] == "UNDER_REVIEW":
        loses = parse_token(get_payment(connection, dispute["psp_ref"])["token"]).has("dispute_lost")
        (lose_dispute if loses else win_dispute)(connection, sandbox, dispute_id=dispute_id)


def credit_dispute(connection: sqlite3.Connection, sandbox: Sandbox, *, dispute_id: str) -> None:
    """The money comes back, provisionally. Raises Refused 422 where it is back already."""
    if get_dispute(connection, dispute_id)["state"] not in ("NEEDS_RESPONSE", "UNDER_REVIEW"):
        raise Refused(422, "WRONG_STATE", "the dispute has been credited or has ended")
    _move(connection, sandbox, dispute_id, state="CREDITED")
    _book(connection, sandbox, dispute_id, side="credit")


def credit_silently(connection: sqlite3.Connection, sandbox: Sandbox, *, dispute_id: str, occurred_at: str, fault: str) -> None:
    """A fault: the money comes back at `occurred_at`, and nobody is told."""
    connection.execute("UPDATE dispute SET state = 'CREDITED', occurred_at = ? WHERE dispute_id = ?", (occurred_at, dispute_id))
    _book(connection, sandbox, dispute_id, side="credit", fault=fault)


def win_dispute(connection: sqlite3.Connection, sandbox: Sandbox, *, dispute_id: str) -> None:
    """Won for good: credited, if it was not yet, and told."""
    if get_dispute(connection, dispute_id)["state"] != "CREDITED":
        credit_dispute(connection, sandbox, dispute_id=dispute_id)
    _move(connection, sandbox, dispute_id, state="WON")
    _tell(connection, sandbox, dispute_id, event="dispute.won")


def lose_dispute(connection: sqlite3.Connection, sandbox: Sandbox, *, dispute_id: str) -> None:
    """Lost: the money stays where it went. Raises Refused 422 where it was credited."""
    if get_dispute(connection, dispute_id)["state"] not in ("NEEDS_RESPONSE", "UNDER_REVIEW"):
        raise Refused(422, "WRONG_STATE", "the dispute has been credited or has ended")
    _move(connection, sandbox, dispute_id, state="LOST")
    _tell(connection, sandbox, dispute_id, event="dispute.lost")


def debit_again(connection: sqlite3.Connection, sandbox: Sandbox, *, dispute_id: str) -> None:
    """A further chargeback of a dispute that was credited or won: the next movement. Raises Refused 422 otherwise."""
    if get_dispute(connection, dispute_id)["state"] not in ("CREDITED", "WON"):
        raise Refused(422, "WRONG_STATE", "the dispute holds no credit")
    connection.execute("UPDATE dispute SET movement = movement + 1 WHERE dispute_id = ?", (dispute_id,))
    _move(connection, sandbox, dispute_id, state="NEEDS_RESPONSE")
    _book(connection, sandbox, dispute_id, side="debit")


def get_dispute(connection: sqlite3.Connection, dispute_id: str) -> sqlite3.Row:
    """The stored dispute. Raises Refused 404."""
    row: sqlite3.Row | None = connection.execute("SELECT * FROM dispute WHERE dispute_id = ?", (dispute_id,)).fetchone()
    if row is None:
        raise Refused(404, "DISPUTE_UNKNOWN", dispute_id)
    return row


def _awaiting(connection: sqlite3.Connection, call: Call, dispute_id: str) -> sqlite3.Row:
    dispute = get_dispute(connection, dispute_id)
    if dispute["account"] != call.account["code"]:
        raise Refused(404, "DISPUTE_UNKNOWN", dispute_id)
    if dispute["state"] != "NEEDS_RESPONSE":
        raise Refused(422, "WRONG_STATE", f"the dispute is {dispute['state']}")
    return dispute


def _move(connection: sqlite3.Connection, sandbox: Sandbox, dispute_id: str, *, state: str) -> None:
    now = sandbox.clock.now_text()
    connection.execute("UPDATE dispute SET state = ?, occurred_at = ? WHERE dispute_id = ?", (state, now, dispute_id))


def _book(connection: sqlite3.Connection, sandbox: Sandbox, dispute_id: str, *, side: str, fault: str = "") -> None:
    """The PSP's money moves: a report row, and dispute.debited or dispute.credited."""
    dispute = get_dispute(connection, dispute_id)
    payment = get_payment(connection, dispute["psp_ref"])
    record_movement(
        connection,
        account=dispute["account"],
        kind=NAMES[side],
        psp_ref=dispute["psp_ref"],
        object_id=dispute_id,
        merchant_reference=payment["merchant_reference"],
        method=payment["method"],
        currency=dispute["currency"],
        amount_minor=dispute["amount_minor"],
        occurred_at=dispute["occurred_at"],
        fault=fault,
    )
    if not fault:
        _tell(connection, sandbox, dispute_id, event=f"dispute.{side}ed")


def _tell(connection: sqlite3.Connection, sandbox: Sandbox, dispute_id: str, *, event: str) -> None:
    dispute = get_dispute(connection, dispute_id)
    payment = get_payment(connection, dispute["psp_ref"])
    emit(
        connection,
        sandbox,
        account=dispute["account"],
        event=event,
        shard=payment["psp_ref"],
        token=payment["token"],
        amount_minor=dispute["amount_minor"],
        currency=dispute["currency"],
        occurred_at=dispute["occurred_at"],
        idempotency_key=f"{dispute_id}:{event}:{dispute['movement']}",
        psp_ref=dispute["psp_ref"],
        intent_id=payment["merchant_reference"],
        capture_id=dispute["capture_id"],
        dispute_id=dispute_id,
        movement=str(dispute["movement"]),
        merchant_reference=payment["merchant_reference"],
        scheme=dispute["scheme"],
        reason_code=dispute["reason_code"],
        respond_by=dispute["respond_by"],
    )
