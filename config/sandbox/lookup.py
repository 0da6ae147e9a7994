"""What the sandbox holds for a reference, a key or an id of its own."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from config.sandbox.dark import require_light
from config.sandbox.messages import Refused
from config.sandbox.shapes import show_payment, show_payout, show_refund

# Of several payments with one reference the one that went furthest answers; the rest are named beside it.
FURTHEST_FIRST = ["CAPTURED", "AUTHORIZED", "PENDING", "ACTION_REQUIRED", "VOIDED", "CANCELED", "EXPIRED", "FAILED", "DECLINED", "NEW"]


def look_up(connection: sqlite3.Connection, *, account: str, query: Mapping[str, str]) -> dict[str, Any]:
    """{kind, payment | refund | payout, payments: [psp_ref of all with that reference]}.

    Raises Refused 404, 400, or 503 while a payment is dark.
    """
    for name, find in (("psp_ref", _by_psp_ref), ("idempotency_key", _by_key), ("merchant_reference", _by_reference)):
        if query.get(name):
            found = find(connection, account, query[name])
            if found is None:
                raise Refused(404, "NOT_FOUND", f"nothing known by {name} {query[name][:80]}")
            return found
    raise Refused(400, "INVALID_FIELD", "merchant_reference, idempotency_key or psp_ref is needed")


def _by_psp_ref(connection: sqlite3.Connection, account: str, psp_ref: str) -> dict[str, Any] | None:
    payments = connection.execute(
        "SELECT * FROM payment WHERE account = ? AND psp_ref = ? AND NOT forgotten", (account, psp_ref)
    ).fetchall()
    return _payments(connection, payments) or _payout(connection, account, "payout_id", psp_ref)


def _by_key(connection: sqlite3.Connection, account: str, key: str) -> dict[str, Any] | None:
    payments = connection.execute(
        "SELECT * FROM payment WHERE account = ?1 AND NOT forgotten AND (call_key = ?2"
        " OR psp_ref IN (SELECT psp_ref FROM capture WHERE call_key = ?2 AND ?2 <> ''))",
        (account, key),
    ).fetchall()
    return _payments(connection, payments) or _refund(connection, account, "call_key", key) or _payout(connection, account, "call_key", key)


def _by_reference(connection: sqlite3.Connection, account: str, reference: str) -> dict[str, Any] | None:
    payments = connection.execute(
        "SELECT * FROM payment WHERE account = ?1 AND NOT forgotten AND (merchant_reference = ?2"
        " OR psp_ref IN (SELECT psp_ref FROM capture WHERE merchant_reference = ?2 AND ?2 <> ''))",
        (account, reference),
    ).fetchall()
    found = _payments(connection, payments) or _refund(connection, account, "merchant_reference", reference)
    return found or _payout(connection, account, "merchant_reference", reference)


def _payments(connection: sqlite3.Connection, rows: list[sqlite3.Row]) -> dict[str, Any] | None:
    if not rows:
        return None
    for row in rows:
        require_light(connection, row["psp_ref"])
    best = min(rows, key=lambda row: FURTHEST_FIRST.index(row["state"]))
    return {"kind": "payment", "payment": show_payment(connection, best["psp_ref"]), "payments": [row["psp_ref"] for row in rows]}


def _refund(connection: sqlite3.Connection, account: str, column: str, value: str) -> dict[str, Any] | None:
    row = connection.execute(f"SELECT * FROM refund WHERE account = ? AND {column} = ? ORDER BY rowid DESC", (account, value)).fetchone()
    return {"kind": "refund", "refund": show_refund(row)} if row else None


def _payout(connection: sqlite3.Connection, account: str, column: str, value: str) -> dict[str, Any] | None:
    row = connection.execute(f"SELECT * FROM payout WHERE account = ? AND {column} = ? ORDER BY rowid DESC", (account, value)).fetchone()
    return {"kind": "payout", "payout": show_payout(row)} if row else None
