"""Authorisations by magic token, challenges, voids, and what becomes of pending payments."""

import base64
import json
import secrets
import sqlite3
import uuid
from datetime import timedelta

from config.sandbox.calls import Call, Done, lost_request, spoiled_answer
from config.sandbox.captures import add_capture, capturable, own_payment, tell_payment
from config.sandbox.clock import to_text
from config.sandbox.dark import go_dark, was_dark
from config.sandbox.ids import new_ref
from config.sandbox.messages import Answer, Refused, amount_field, text_field
from config.sandbox.sandbox import Sandbox, schedule
from config.sandbox.shapes import get_payment, show_payment
from config.sandbox.tokens import DECLINES, SOFT_DECLINE, InvalidToken, Token, parse_token

CHALLENGE_MINUTES = 15
# What would be approved at once, but for a challenge that the merchant asks for.
CHALLENGED = frozenset({"approve", "frictionless", "slow"})


def authorize_payment(connection: sqlite3.Connection, sandbox: Sandbox, call: Call) -> Done:
    """Do what the payment token says (docs/sandbox.md, Tokens). Raises Refused for a malformed request."""
    try:
        token = parse_token(text_field(call.body, "payment_token"))
    except InvalidToken:
        token = None
    behaviour = token.behaviour if token else ""
    if lost := lost_request(connection, sandbox, call, behaviour):
        return lost
    payment = _new_payment(connection, sandbox, call)
    if call.body.get("challenge") == "required" and token is not None and token.behaviour in CHALLENGED:
        _challenge(connection, sandbox, payment["psp_ref"])
    else:
        _behave(connection, sandbox, payment, token)
    shown = show_payment(connection, payment["psp_ref"])
    return Done(201, shown, shown=spoiled_answer(sandbox, behaviour, Answer(201, shown)))


def void_payment(connection: sqlite3.Connection, sandbox: Sandbox, call: Call, psp_ref: str) -> Done:
    """Give back what is not captured; a payment that is not yet authorised is cancelled. Raises Refused 422 where nothing is left."""
    payment, now = own_payment(connection, call, psp_ref), sandbox.clock.now_text()
    rest = capturable(connection, payment)
    if payment["state"] in ("ACTION_REQUIRED", "PENDING"):
        _end(connection, sandbox, payment, state="CANCELED", event="payment.canceled", call_key=call.key)
    elif payment["state"] == "AUTHORIZED":
        _end(connection, sandbox, payment, state="VOIDED", event="payment.voided", call_key=call.key)
    elif payment["state"] == "CAPTURED" and rest > 0:
        connection.execute("UPDATE payment SET voided_minor = ?, occurred_at = ? WHERE psp_ref = ?", (rest, now, psp_ref))
    else:
        raise Refused(422, "NOTHING_TO_VOID", f"the payment is {payment['state']}", state=payment["state"])
    return Done(201, show_payment(connection, psp_ref))


def complete_challenge(connection: sqlite3.Connection, sandbox: Sandbox, *, psp_ref: str, approve: bool) -> str:
    """The payer ends the challenge; returns where the browser goes ("" = nowhere). A challenge that ended, or that is never
    to end, stays as it is. Raises Refused 404."""
    payment: sqlite3.Row | None = get_payment(connection, psp_ref)
    if payment is None:
        raise Refused(404, "PAYMENT_UNKNOWN", psp_ref)
    behaviour = parse_token(payment["token"]).behaviour
    if behaviour == "challenge_outage" and not was_dark(connection, psp_ref):
        go_dark(connection, psp_ref, seconds=sandbox.delays.outage)
    if payment["state"] == "ACTION_REQUIRED" and behaviour != "challenge_abandon":
        if approve:
            _set_card(connection, psp_ref, _three_ds(eci="05"))
            _approve(connection, sandbox, get_payment(connection, psp_ref), tell=True)
        else:
            _end(connection, sandbox, payment, state="FAILED", event="payment.failed", decline_code="authentication_failed")
    return str(payment["return_url"])


def finish_pending(connection: sqlite3.Connection, sandbox: Sandbox, *, psp_ref: str, capture: bool, occurred_at: str = "") -> None:
    """The bank's word on a pending payment: captured or failed. One that is no longer pending stays as it is."""
    payment = get_payment(connection, psp_ref)
    if payment["state"] != "PENDING":
        return
    if capture:
        add_capture(connection, sandbox, payment, amount_minor=payment["amount_minor"], occurred_at=occurred_at)
    else:
        _end(connection, sandbox, payment, state="FAILED", event="payment.failed", decline_code="declined", occurred_at=occurred_at)


def _new_payment(connection: sqlite3.Connection, sandbox: Sandbox, call: Call) -> sqlite3.Row:
    amount_minor, currency = amount_field(call.body, least=0)
    if currency not in json.loads(call.account["settlement"]):
        raise Refused(422, "CURRENCY_NOT_SUPPORTED", f"{call.account['code']} settles no {currency}")
    mode = text_field(call.body, "capture", default="auto")
    if mode not in ("auto", "manual"):
        raise Refused(400, "INVALID_FIELD", "capture must be auto or manual")
    psp_ref, now = new_ref("psp_"), sandbox.clock.now_text()
    connection.execute(
        "INSERT INTO payment (psp_ref, account, merchant_reference, method, token, currency, amount_minor, capture_mode, state, return_url,"
        " call_key, trace_id, occurred_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'NEW', ?, ?, ?, ?, ?)",
        (psp_ref, call.account["code"], text_field(call.body, "merchant_reference", longest=80))
        + (text_field(call.body, "method", default="card"), text_field(call.body, "payment_token"), currency, amount_minor, mode)
        + (text_field(call.body, "return_url", default="", longest=2000), call.key, call.trace_id, now, now),
    )
    return get_payment(connection, psp_ref)


def _behave(connection: sqlite3.Connection, sandbox: Sandbox, payment: sqlite3.Row, token: Token | None) -> None:
    psp_ref = payment["psp_ref"]
    if token is None:
        _set(connection, psp_ref, state="DECLINED", decline_code="invalid_token")
    elif token.behaviour in DECLINES and not (token.has("once") and _is_tried_before(connection, payment)):
        _set(connection, psp_ref, state="DECLINED", decline_code=DECLINES[token.behaviour])
        _set_card(connection, psp_ref, {"avs": "Y", "cvv": "N" if token.behaviour == "decline_invalid_cvv" else "M"})
    elif token.behaviour == SOFT_DECLINE and _is_first_attempt(connection, payment):
        _set(connection, psp_ref, state="DECLINED", decline_code="authentication_required")
    elif token.behaviour in ("challenge", "challenge_abandon", "challenge_outage", SOFT_DECLINE):
        _challenge(connection, sandbox, psp_ref)
    elif token.behaviour.startswith("pending"):
        _pend(connection, sandbox, payment, token)
    else:
        _set_card(connection, psp_ref, _card(payment, token))
        _approve(connection, sandbox, get_payment(connection, psp_ref), tell=payment["capture_mode"] == "manual")


def _approve(connection: sqlite3.Connection, sandbox: Sandbox, payment: sqlite3.Row, *, tell: bool) -> None:
    """Authorise, and with automatic capture capture (half of it where the token says partial)."""
    now = sandbox.clock.now_text()
    _set(connection, payment["psp_ref"], state="AUTHORIZED", action="", occurred_at=now)
    if payment["capture_mode"] == "auto" and payment["amount_minor"] > 0:
        whole = payment["amount_minor"]
        amount_minor = whole // 2 if whole > 1 and parse_token(payment["token"]).has("partial") else whole
        add_capture(connection, sandbox, payment, amount_minor=amount_minor, occurred_at=now)
    elif tell:
        tell_payment(connection, sandbox, payment, event="payment.authorized", occurred_at=now)


def _challenge(connection: sqlite3.Connection, sandbox: Sandbox, psp_ref: str) -> None:
    expires_at = to_text(sandbox.clock.now() + timedelta(minutes=CHALLENGE_MINUTES))
    action = {"type": "redirect", "url": f"{sandbox.public_url}/challenge/{psp_ref}", "expires_at": expires_at}
    _set(connection, psp_ref, state="ACTION_REQUIRED", action=json.dumps(action))


def _pend(connection: sqlite3.Connection, sandbox: Sandbox, payment: sqlite3.Row, token: Token) -> None:
    _set(connection, payment["psp_ref"], state="PENDING")
    tell_payment(connection, sandbox, payment, event="payment.pending", occurred_at=payment["occurred_at"])
    kind = {"pending": "payment.capture", "pending_fail": "payment.fail"}.get(token.behaviour)
    if kind:
        schedule(connection, kind=kind, object_id=payment["psp_ref"], after=sandbox.delays.pending)


def _end(
    connection: sqlite3.Connection,
    sandbox: Sandbox,
    payment: sqlite3.Row,
    *,
    state: str,
    event: str,
    decline_code: str = "",
    call_key: str = "",
    occurred_at: str = "",
) -> None:
    moment = occurred_at or sandbox.clock.now_text()
    _set(connection, payment["psp_ref"], state=state, action="", decline_code=decline_code, occurred_at=moment)
    tell_payment(connection, sandbox, payment, event=event, occurred_at=moment, call_key=call_key)


def _is_first_attempt(connection: sqlite3.Connection, payment: sqlite3.Row) -> bool:
    query = "SELECT count(*) FROM payment WHERE merchant_reference = ? AND account = ?"
    return bool(connection.execute(query, (payment["merchant_reference"], payment["account"])).fetchone()[0] == 1)


def _is_tried_before(connection: sqlite3.Connection, payment: sqlite3.Row) -> bool:
    query = "SELECT count(*) FROM payment WHERE merchant_reference = ?"
    return bool(connection.execute(query, (payment["merchant_reference"],)).fetchone()[0] > 1)


def _card(payment: sqlite3.Row, token: Token) -> dict[str, str]:
    if payment["method"] not in ("card", "wallet_card"):
        return {}
    checks = {"avs": "N" if token.has("avs_mismatch") else "Y", "cvv": "M"}
    return {**checks, **_three_ds(eci="05")} if token.behaviour == "frictionless" else {**checks, "eci": "07"}


def _three_ds(*, eci: str) -> dict[str, str]:
    cavv = base64.b64encode(secrets.token_bytes(20)).decode()
    return {"eci": eci, "cavv": cavv, "ds_trans_id": str(uuid.uuid4()), "three_ds_version": "2.2.0", "avs": "Y", "cvv": "M"}


def _set_card(connection: sqlite3.Connection, psp_ref: str, card: dict[str, str]) -> None:
    connection.execute("UPDATE payment SET card = ? WHERE psp_ref = ?", (json.dumps(card), psp_ref))


def _set(connection: sqlite3.Connection, psp_ref: str, **values: str) -> None:
    columns = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE payment SET {columns} WHERE psp_ref = ?", (*values.values(), psp_ref))
