"""Captures: the moment at which a payment becomes money."""

import sqlite3

from config.sandbox.calls import Call, Done
from config.sandbox.dark import require_light
from config.sandbox.events import emit, sends_authorized_too
from config.sandbox.ids import new_ref
from config.sandbox.messages import Refused, amount_field, text_field
from config.sandbox.movements import record_movement
from config.sandbox.sandbox import Sandbox, schedule
from config.sandbox.shapes import get_payment, show_capture, show_payment
from config.sandbox.tokens import parse_token


def capture_payment(connection: sqlite3.Connection, sandbox: Sandbox, call: Call, psp_ref: str) -> Done:
    """Capture all or part of what is authorised and not yet captured. Raises Refused 422 above it."""
    payment = own_payment(connection, call, psp_ref)
    amount_minor, currency = amount_field(call.body)
    if payment["state"] not in ("AUTHORIZED", "CAPTURED"):
        raise Refused(422, "NOT_AUTHORIZED", f"the payment is {payment['state']}")
    if currency != payment["currency"] or amount_minor > capturable(connection, payment):
        raise Refused(422, "AMOUNT_TOO_HIGH", "above what is authorised and not captured, or another currency")
    reference = text_field(call.body, "merchant_reference", default="")
    capture = add_capture(connection, sandbox, payment, amount_minor=amount_minor, merchant_reference=reference, call_key=call.key)
    return Done(201, {"capture": show_capture(capture), "payment": show_payment(connection, psp_ref)})


def add_capture(
    connection: sqlite3.Connection,
    sandbox: Sandbox,
    payment: sqlite3.Row,
    *,
    amount_minor: int,
    merchant_reference: str = "",
    call_key: str = "",
    occurred_at: str = "",
    fault: str = "",
    capture_id: str = "",
) -> sqlite3.Row:
    """Book a capture and tell it by event (a fault is silent). `occurred_at` defaults to now, the id to a new one."""
    capture_id, moment = capture_id or new_ref("cpt_"), occurred_at or sandbox.clock.now_text()
    connection.execute(
        "INSERT INTO capture VALUES (?, ?, ?, ?, ?, ?, 'SUCCEEDED', ?, ?, ?)",
        (
            capture_id,
            payment["psp_ref"],
            payment["account"],
            merchant_reference,
            amount_minor,
            payment["currency"],
            call_key,
            fault,
            moment,
        ),
    )
    connection.execute(
        "UPDATE payment SET state = 'CAPTURED', action = '', occurred_at = ? WHERE psp_ref = ?", (moment, payment["psp_ref"])
    )
    record_movement(
        connection,
        account=payment["account"],
        kind="Settled",
        psp_ref=payment["psp_ref"],
        object_id=capture_id,
        merchant_reference=payment["merchant_reference"],
        object_reference=merchant_reference,
        method=payment["method"],
        currency=payment["currency"],
        amount_minor=amount_minor,
        occurred_at=moment,
        fault=fault,
    )
    capture: sqlite3.Row = connection.execute("SELECT * FROM capture WHERE capture_id = ?", (capture_id,)).fetchone()
    if not fault:
        _tell(connection, sandbox, payment, capture)
    return capture


def own_payment(connection: sqlite3.Connection, call: Call, psp_ref: str) -> sqlite3.Row:
    """The caller's payment. Raises Refused 404, and 503 while it is dark."""
    payment: sqlite3.Row | None = get_payment(connection, psp_ref)
    if payment is None or payment["account"] != call.account["code"] or payment["forgotten"]:
        raise Refused(404, "PAYMENT_UNKNOWN", psp_ref)
    require_light(connection, psp_ref)
    return payment


def capturable(connection: sqlite3.Connection, payment: sqlite3.Row) -> int:
    """What is authorised and neither captured nor voided, in minor units."""
    query = "SELECT COALESCE(SUM(amount_minor), 0) FROM capture WHERE psp_ref = ? AND state = 'SUCCEEDED' AND injected = ''"
    captured = connection.execute(query, (payment["psp_ref"],)).fetchone()[0]
    return int(payment["amount_minor"] - payment["voided_minor"] - captured)


def tell_payment(
    connection: sqlite3.Connection, sandbox: Sandbox, payment: sqlite3.Row, *, event: str, occurred_at: str, call_key: str = ""
) -> None:
    """Queue an event about the payment as a whole. A verification of a card (amount 0) is nobody's payment: it is not told."""
    if payment["amount_minor"] == 0:
        return
    emit(
        connection,
        sandbox,
        account=payment["account"],
        event=event,
        shard=payment["psp_ref"],
        token=payment["token"],
        amount_minor=payment["amount_minor"],
        currency=payment["currency"],
        occurred_at=occurred_at,
        idempotency_key=call_key or payment["call_key"],
        psp_ref=payment["psp_ref"],
        intent_id=payment["merchant_reference"],
        merchant_reference=payment["merchant_reference"],
    )


def _tell(connection: sqlite3.Connection, sandbox: Sandbox, payment: sqlite3.Row, capture: sqlite3.Row) -> None:
    emit(
        connection,
        sandbox,
        account=payment["account"],
        event="payment.captured",
        shard=payment["psp_ref"],
        token=payment["token"],
        amount_minor=capture["amount_minor"],
        currency=capture["currency"],
        occurred_at=capture["occurred_at"],
        idempotency_key=capture["call_key"] or capture["capture_id"],
        psp_ref=payment["psp_ref"],
        intent_id=payment["merchant_reference"],
        capture_id=capture["capture_id"],
        merchant_reference=capture["merchant_reference"] or payment["merchant_reference"],
    )
    if payment["capture_mode"] == "auto" and sends_authorized_too(connection, token=payment["token"], shard=payment["psp_ref"]):
        tell_payment(connection, sandbox, payment, event="payment.authorized", occurred_at=capture["occurred_at"])
    if parse_token(payment["token"]).has("chargeback"):
        schedule(connection, kind="dispute.open", object_id=capture["capture_id"], after=sandbox.delays.chargeback)
