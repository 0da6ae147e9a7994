"""Faults on payouts."""

import sqlite3

from config.sandbox.faults.breaker import Breaker, other_amount
from config.sandbox.ids import derived_ref
from config.sandbox.movements import misreport_movement, record_movement, withhold_movement
from config.sandbox.payouts import pay_payout, return_payout
from config.sandbox.tokens import parse_token

PAID = """
SELECT movement.*, payout.token, payout.state FROM movement JOIN payout ON payout_id = object_id
WHERE movement.account = ? AND movement.batch IS NULL AND movement.kind = 'PaidOut' AND movement.fault = '' AND movement.occurred_at < ?
  AND movement.occurred_at >= ? AND payout.state = 'SUCCEEDED' ORDER BY movement.id"""

FAILED = """
SELECT *, payout_id AS object_id FROM payout
WHERE account = ? AND occurred_at < ? AND occurred_at >= ? AND state = 'FAILED' AND injected = '' ORDER BY rowid"""


def break_payouts(breaker: Breaker, *, since: str, until: str) -> None:
    """Held payouts paid without a word; paid ones returned, misreported or left out."""
    _pay_silently(breaker, until=until)
    _pay_released(breaker, since=since, until=until)
    found = breaker.connection.execute(PAID, (breaker.account["code"], until, since)).fetchall()
    rows = [row for row in found if not parse_token(row["token"]).has("payout_return")]
    for code, fault in PAYOUT_FAULTS.items():
        for row in breaker.choose(code, rows, key=_payout_id):
            fault(breaker, row, code)


def _pay_silently(breaker: Breaker, *, until: str) -> None:
    code = "PAYOUT_PAID_NOT_RECORDED"
    query = "SELECT *, payout_id AS object_id FROM payout WHERE account = ? AND state = 'PENDING' AND occurred_at < ? ORDER BY rowid"
    for row in breaker.choose(code, breaker.connection.execute(query, (breaker.account["code"], until)).fetchall(), key=_payout_id):
        moment = breaker.late_moment()
        pay_payout(breaker.connection, breaker.sandbox, payout_id=row["object_id"], occurred_at=moment, fault=code)
        _tell(breaker, code, row, amount_minor=row["amount_minor"], occurred_at=moment)


def _returned(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    moment = breaker.late_moment()
    return_payout(breaker.connection, breaker.sandbox, payout_id=row["object_id"], occurred_at=moment, fault=code)
    _tell(breaker, code, row, amount_minor=row["amount_minor"], occurred_at=moment)


def _amount_differs(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    wrong = other_amount(row["amount_minor"], breaker.random_for(f"{code}:{row['id']}"))
    misreport_movement(breaker.connection, movement_id=row["id"], reported_minor=wrong, fault=code)
    _tell(breaker, code, row, amount_minor=abs(wrong - row["amount_minor"]))


def _paid_twice(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    """A second row with a payout id of its own."""
    moment, second = breaker.late_moment(), derived_ref("pyt_", code, row["object_id"])
    _record(breaker, row, object_id=second, occurred_at=moment, code=code)
    _tell(breaker, code, row, amount_minor=row["amount_minor"], occurred_at=moment, psp_reference=second)


def _pay_released(breaker: Breaker, *, since: str, until: str) -> None:
    """A payout that was told as failed is paid all the same, without a word."""
    code = "PAYOUT_PAID_AFTER_RELEASE"
    rows = breaker.connection.execute(FAILED, (breaker.account["code"], until, since)).fetchall()
    for row in breaker.choose(code, rows, key=_payout_id):
        moment = breaker.late_moment()
        _record(breaker, row, object_id=row["object_id"], occurred_at=moment, code=code)
        breaker.connection.execute("UPDATE payout SET state = 'SUCCEEDED', injected = ? WHERE payout_id = ?", (code, row["object_id"]))
        _tell(breaker, code, row, amount_minor=row["amount_minor"], occurred_at=moment)


def _record(breaker: Breaker, row: sqlite3.Row, *, object_id: str, occurred_at: str, code: str) -> None:
    record_movement(
        breaker.connection,
        account=row["account"],
        kind="PaidOut",
        psp_ref=object_id,
        object_id=object_id,
        merchant_reference=row["merchant_reference"],
        method="payout",
        currency=row["currency"],
        amount_minor=row["amount_minor"],
        occurred_at=occurred_at,
        fault=code,
    )


def _not_paid(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    withhold_movement(breaker.connection, movement_id=row["id"], fault=code)
    _tell(breaker, code, row, amount_minor=row["amount_minor"])


PAYOUT_FAULTS = {
    "PAYOUT_RETURNED": _returned,
    "PAYOUT_AMOUNT_DIFFERS": _amount_differs,
    "WITHDRAWAL_SENT_PSP_NOT_PAID": _not_paid,
    "PAYOUT_PAID_TWICE": _paid_twice,
}


def _tell(breaker: Breaker, code: str, row: sqlite3.Row, *, amount_minor: int, occurred_at: str = "", psp_reference: str = "") -> None:
    breaker.tell(
        code,
        amount_minor=amount_minor,
        currency=row["currency"],
        occurred_at=occurred_at or row["occurred_at"],
        merchant_reference=row["merchant_reference"],
        psp_reference=psp_reference or row["object_id"],
    )


def _payout_id(row: sqlite3.Row) -> str:
    return str(row["object_id"])
