"""Payouts: accepted at once; paid, failed or returned a moment later, as the destination's token says."""

import sqlite3

from config.sandbox.calls import Call, Done, hang, is_first_try
from config.sandbox.events import emit
from config.sandbox.ids import new_ref
from config.sandbox.messages import Refused, amount_field, text_field
from config.sandbox.movements import record_movement
from config.sandbox.sandbox import Sandbox, schedule
from config.sandbox.shapes import show_payout
from config.sandbox.tokens import InvalidToken, Token, parse_token


def request_payout(connection: sqlite3.Connection, sandbox: Sandbox, call: Call) -> Done:
    """Accept a payout. Raises Refused 422 for a destination that can't be paid."""
    token = _destination(call)
    if token.has("payout_timeout_before") and is_first_try(connection, call):
        return Done(504, {}, shown=hang(sandbox), keep=False)
    amount_minor, currency = amount_field(call.body)
    payout_id = new_ref("pyt_")
    state = "PENDING" if token.has("payout_pending") else "SUBMITTED"
    connection.execute(
        "INSERT INTO payout VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, 0, '', ?)",
        (payout_id, call.account["code"], text_field(call.body, "merchant_reference", longest=80), amount_minor, currency)
        + (text_field(call.body, "destination_token"), state, call.key, sandbox.clock.now_text()),
    )
    if state == "SUBMITTED":
        schedule(connection, kind="payout.finish", object_id=payout_id, after=sandbox.delays.payout)
    shown = hang(sandbox) if token.has("payout_timeout_after") else None
    return Done(201, show_payout(get_payout(connection, payout_id)), shown=shown)


def finish_payout(connection: sqlite3.Connection, sandbox: Sandbox, *, payout_id: str) -> None:
    """Pay or fail an accepted payout, and tell it."""
    payout = get_payout(connection, payout_id)
    if payout["state"] not in ("SUBMITTED", "PENDING"):
        return
    token = parse_token(payout["token"])
    if token.has("payout_fail"):
        connection.execute(
            "UPDATE payout SET state = 'FAILED', decline_code = 'account_closed', occurred_at = ? WHERE payout_id = ?",
            (sandbox.clock.now_text(), payout_id),
        )
        _tell(connection, sandbox, payout_id, event="payout.failed")
        return
    pay_payout(connection, sandbox, payout_id=payout_id, occurred_at=sandbox.clock.now_text())
    if token.has("payout_return"):
        schedule(connection, kind="payout.return", object_id=payout_id, after=sandbox.delays.reverse)


def pay_payout(connection: sqlite3.Connection, sandbox: Sandbox, *, payout_id: str, occurred_at: str, fault: str = "") -> None:
    """The money leaves; told unless it is a fault."""
    _set(connection, payout_id, state="SUCCEEDED", occurred_at=occurred_at, fault=fault)
    connection.execute("UPDATE payout SET paid = paid + 1 WHERE payout_id = ?", (payout_id,))
    _record(connection, payout_id, kind="PaidOut", fault=fault)
    if not fault:
        _tell(connection, sandbox, payout_id, event="payout.settled")


def return_payout(connection: sqlite3.Connection, sandbox: Sandbox, *, payout_id: str, occurred_at: str = "", fault: str = "") -> None:
    """A paid payout comes back whole, and is told."""
    if get_payout(connection, payout_id)["state"] != "SUCCEEDED":
        return
    _set(connection, payout_id, state="RETURNED", occurred_at=occurred_at or sandbox.clock.now_text(), fault=fault)
    _record(connection, payout_id, kind="PaidOutReversed", fault=fault)
    _tell(connection, sandbox, payout_id, event="payout.returned")


def get_payout(connection: sqlite3.Connection, payout_id: str) -> sqlite3.Row:
    """The stored payout."""
    row: sqlite3.Row = connection.execute("SELECT * FROM payout WHERE payout_id = ?", (payout_id,)).fetchone()
    return row


def _destination(call: Call) -> Token:
    try:
        token = parse_token(text_field(call.body, "destination_token"))
    except InvalidToken as error:
        raise Refused(422, "DESTINATION_INVALID", "no such destination", decline_code="invalid_token") from error
    if token.has("payout_refuse"):
        raise Refused(422, "PAYOUT_REFUSED", "the destination takes no payouts", decline_code="not_permitted")
    return token


def _set(connection: sqlite3.Connection, payout_id: str, *, state: str, occurred_at: str, fault: str) -> None:
    connection.execute(
        "UPDATE payout SET state = ?, occurred_at = ?, injected = CASE WHEN ?3 <> '' THEN ?3 ELSE injected END WHERE payout_id = ?4",
        (state, occurred_at, fault, payout_id),
    )


def _record(connection: sqlite3.Connection, payout_id: str, *, kind: str, fault: str) -> None:
    payout = get_payout(connection, payout_id)
    record_movement(
        connection,
        account=payout["account"],
        kind=kind,
        psp_ref=payout_id,
        object_id=payout_id,
        merchant_reference=payout["merchant_reference"],
        method="payout",
        currency=payout["currency"],
        amount_minor=payout["amount_minor"],
        occurred_at=payout["occurred_at"],
        fault=fault,
    )


def _tell(connection: sqlite3.Connection, sandbox: Sandbox, payout_id: str, *, event: str) -> None:
    payout = get_payout(connection, payout_id)
    emit(
        connection,
        sandbox,
        account=payout["account"],
        event=event,
        shard=payout_id,
        token=payout["token"],
        amount_minor=payout["amount_minor"],
        currency=payout["currency"],
        occurred_at=payout["occurred_at"],
        idempotency_key=payout["call_key"],
        psp_ref=payout_id,
        intent_id=None,
        payout_id=payout_id,
        merchant_reference=payout["merchant_reference"],
    )
