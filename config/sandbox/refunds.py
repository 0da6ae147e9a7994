"""Refunds: accepted at once, executed or refused a moment later."""

import sqlite3

from config.sandbox.calls import Call, Done
from config.sandbox.captures import own_payment
from config.sandbox.events import emit
from config.sandbox.ids import new_ref
from config.sandbox.messages import Refused, amount_field, text_field
from config.sandbox.movements import record_movement
from config.sandbox.sandbox import Sandbox, schedule
from config.sandbox.shapes import get_payment, show_refund
from config.sandbox.tokens import parse_token


def refund_payment(connection: sqlite3.Connection, sandbox: Sandbox, call: Call, psp_ref: str) -> Done:
    """Accept a refund of part or all of a capture. Raises Refused 422 above what is left of it."""
    payment = own_payment(connection, call, psp_ref)
    amount_minor, currency = amount_field(call.body)
    capture_id = text_field(call.body, "capture_id")
    if currency != payment["currency"] or amount_minor > refundable(connection, psp_ref=psp_ref, capture_id=capture_id):
        raise Refused(422, "AMOUNT_TOO_HIGH", "above what was captured and neither refunded nor disputed, or another currency")
    refund_id = new_ref("rfd_")
    connection.execute(
        "INSERT INTO refund VALUES (?, ?, ?, ?, ?, ?, ?, 'SUBMITTED', ?, '', ?)",
        (refund_id, psp_ref, capture_id, payment["account"], text_field(call.body, "merchant_reference", longest=80))
        + (amount_minor, currency, call.key, sandbox.clock.now_text()),
    )
    is_slow = parse_token(payment["token"]).has("refund_pending")
    schedule(connection, kind="refund.finish", object_id=refund_id, after=sandbox.delays.refund * (10 if is_slow else 1))
    return Done(201, show_refund(get_refund(connection, refund_id)))


def finish_refund(connection: sqlite3.Connection, sandbox: Sandbox, *, refund_id: str) -> None:
    """Execute or refuse a submitted refund, as its payment's token says, and tell it."""
    refund = get_refund(connection, refund_id)
    if refund["state"] != "SUBMITTED":
        return
    payment = get_payment(connection, refund["psp_ref"])
    token, now = parse_token(payment["token"]), sandbox.clock.now_text()
    if token.has("refund_fail"):
        _move(connection, sandbox, refund, payment, state="FAILED", event="refund.failed", occurred_at=now)
        return
    _move(connection, sandbox, refund, payment, state="SUCCEEDED", event="refund.processed", occurred_at=now)
    record_refund_movement(connection, payment, refund_id=refund_id, reference=refund["merchant_reference"])
    if token.has("refund_reverse"):
        schedule(connection, kind="refund.reverse", object_id=refund_id, after=sandbox.delays.reverse)


def reverse_refund(connection: sqlite3.Connection, sandbox: Sandbox, *, refund_id: str, occurred_at: str = "", fault: str = "") -> None:
    """An executed refund comes back, and is told."""
    refund = get_refund(connection, refund_id)
    if refund["state"] != "SUCCEEDED":
        return
    payment, moment = get_payment(connection, refund["psp_ref"]), occurred_at or sandbox.clock.now_text()
    _move(connection, sandbox, refund, payment, state="REVERSED", event="refund.reversed", occurred_at=moment)
    record_refund_movement(
        connection, payment, refund_id=refund_id, reference=refund["merchant_reference"], kind="RefundedReversed", fault=fault
    )


def record_refund_movement(
    connection: sqlite3.Connection, payment: sqlite3.Row, *, refund_id: str, reference: str, kind: str = "Refunded", fault: str = ""
) -> int:
    """The report row of a refund or of its reversal, dated as the refund now stands."""
    refund = get_refund(connection, refund_id)
    return record_movement(
        connection,
        account=payment["account"],
        kind=kind,
        psp_ref=payment["psp_ref"],
        object_id=refund_id,
        merchant_reference=payment["merchant_reference"],
        object_reference=reference,
        method=payment["method"],
        currency=refund["currency"],
        amount_minor=refund["amount_minor"],
        occurred_at=refund["occurred_at"],
        fault=fault,
    )


def refundable(connection: sqlite3.Connection, *, psp_ref: str, capture_id: str) -> int:
    """What of a capture is neither refunded (or about to be) nor disputed, in minor units; 0 where there is no such capture."""
    captured = connection.execute(
        "SELECT amount_minor FROM capture WHERE capture_id = ? AND psp_ref = ? AND state = 'SUCCEEDED'", (capture_id, psp_ref)
    ).fetchone()
    if captured is None:
        return 0
    used = connection.execute(
        "SELECT (SELECT COALESCE(SUM(amount_minor), 0) FROM refund"
        " WHERE capture_id = ?1 AND state IN ('SUBMITTED', 'PENDING', 'SUCCEEDED'))"
        " + (SELECT COALESCE(SUM(amount_minor), 0) FROM dispute WHERE capture_id = ?1 AND state NOT IN ('WON'))",
        (capture_id,),
    ).fetchone()
    return int(captured[0] - used[0])


def get_refund(connection: sqlite3.Connection, refund_id: str) -> sqlite3.Row:
    """The stored refund."""
    row: sqlite3.Row = connection.execute("SELECT * FROM refund WHERE refund_id = ?", (refund_id,)).fetchone()
    return row


def _move(
    connection: sqlite3.Connection, sandbox: Sandbox, refund: sqlite3.Row, payment: sqlite3.Row, *, state: str, event: str, occurred_at: str
) -> None:
    connection.execute("UPDATE refund SET state = ?, occurred_at = ? WHERE refund_id = ?", (state, occurred_at, refund["refund_id"]))
    emit(
        connection,
        sandbox,
        account=payment["account"],
        event=event,
        shard=payment["psp_ref"],
        token=payment["token"],
        amount_minor=refund["amount_minor"],
        currency=refund["currency"],
        occurred_at=occurred_at,
        idempotency_key=refund["call_key"] or refund["refund_id"],
        psp_ref=payment["psp_ref"],
        intent_id=payment["merchant_reference"],
        capture_id=refund["capture_id"],
        refund_id=refund["refund_id"],
        merchant_reference=refund["merchant_reference"],
    )
