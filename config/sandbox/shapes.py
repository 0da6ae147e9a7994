"""How the sandbox shows its objects in answers (docs/sandbox.md, Calling it)."""

import json
import sqlite3
from typing import Any

from config.sandbox.tokens import OTHER_IBAN, InvalidToken, parse_token


def money(amount_minor: int, currency: str) -> dict[str, Any]:
    """{"minor_units", "currency"}."""
    return {"minor_units": amount_minor, "currency": currency}


def show_payment(connection: sqlite3.Connection, psp_ref: str) -> dict[str, Any]:
    """A payment with its captures, refunds and disputes."""
    row = get_payment(connection, psp_ref)
    held = [] if row["capture_forgotten"] else connection.execute("SELECT * FROM capture WHERE psp_ref = ? ORDER BY rowid", (psp_ref,))
    captures = [show_capture(each) for each in held]
    refunds = [show_refund(each) for each in connection.execute("SELECT * FROM refund WHERE psp_ref = ? ORDER BY rowid", (psp_ref,))]
    disputes = [show_dispute(each) for each in connection.execute("SELECT * FROM dispute WHERE psp_ref = ? ORDER BY rowid", (psp_ref,))]
    return {
        "psp_ref": psp_ref,
        "merchant_reference": row["merchant_reference"],
        "state": "AUTHORIZED" if row["capture_forgotten"] else row["state"],
        "amount": money(row["amount_minor"], row["currency"]),
        "captured": money(_sum(captures, "SUCCEEDED"), row["currency"]),
        "refunded": money(_sum(refunds, "SUCCEEDED"), row["currency"]),
        "idempotency_key": row["call_key"],
        "capture_mode": row["capture_mode"],
        "method": row["method"],
        "decline_code": row["decline_code"],
        **{"eci": "", "cavv": "", "ds_trans_id": "", "three_ds_version": "", "avs": "", "cvv": ""},
        **json.loads(row["card"]),
        "payer": _payer(row),
        "action": json.loads(row["action"]) if row["action"] else None,
        "occurred_at": row["occurred_at"],
        "captures": captures,
        "refunds": refunds,
        "disputes": disputes,
    }


def _payer(row: sqlite3.Row) -> dict[str, str] | None:
    """Who paid, once the rail has seen money, where it names them."""
    try:
        token = parse_token(row["token"])
    except InvalidToken:
        return None
    if not token.payer or row["state"] not in ("AUTHORIZED", "PENDING", "CAPTURED"):
        return None
    return {"name": token.payer, "iban": OTHER_IBAN if token.has("payer_other") else ""}


def get_payment(connection: sqlite3.Connection, psp_ref: str) -> sqlite3.Row:
    """The stored payment."""
    row: sqlite3.Row = connection.execute("SELECT * FROM payment WHERE psp_ref = ?", (psp_ref,)).fetchone()
    return row


def show_capture(row: sqlite3.Row) -> dict[str, Any]:
    """One capture."""
    return {"capture_id": row["capture_id"], **_common(row)}


def show_refund(row: sqlite3.Row) -> dict[str, Any]:
    """One refund."""
    return {"refund_id": row["refund_id"], "psp_ref": row["psp_ref"], "capture_id": row["capture_id"], **_common(row)}


def show_payout(row: sqlite3.Row) -> dict[str, Any]:
    """One payout; its id is its psp_ref too."""
    return {"payout_id": row["payout_id"], "psp_ref": row["payout_id"], "decline_code": row["decline_code"], **_common(row)}


def show_dispute(row: sqlite3.Row) -> dict[str, Any]:
    """One dispute."""
    return {
        "dispute_id": row["dispute_id"],
        "psp_ref": row["psp_ref"],
        "capture_id": row["capture_id"],
        "state": row["state"],
        "amount": money(row["amount_minor"], row["currency"]),
        "scheme": row["scheme"],
        "reason_code": row["reason_code"],
        "movement": str(row["movement"]),
        "respond_by": row["respond_by"],
        "evidence": json.loads(row["evidence"]),
        "occurred_at": row["occurred_at"],
    }


def _common(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "merchant_reference": row["merchant_reference"],
        "idempotency_key": row["call_key"],
        "state": row["state"],
        "amount": money(row["amount_minor"], row["currency"]),
        "occurred_at": row["occurred_at"],
    }


def _sum(objects: list[dict[str, Any]], state: str) -> int:
    return sum(each["amount"]["minor_units"] for each in objects if each["state"] == state)
