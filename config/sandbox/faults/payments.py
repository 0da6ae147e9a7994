"""Faults on deposits, refunds and chargebacks. The table in config/sandbox/faults says what each leaves behind."""

import sqlite3

from config.sandbox.captures import add_capture
from config.sandbox.disputes import open_dispute
from config.sandbox.faults.breaker import Breaker, other_amount
from config.sandbox.ids import derived_ref
from config.sandbox.movements import misreport_movement, repeat_movement, withhold_movement
from config.sandbox.refunds import record_refund_movement
from config.sandbox.shapes import get_payment
from config.sandbox.tokens import parse_token

# A sale that is fit for a fault: reported in this batch, captured once and whole, at once, never refunded nor disputed.
SALES = """
SELECT movement.*, payment.token, payment.amount_minor AS asked_minor FROM movement JOIN payment USING (psp_ref)
WHERE movement.account = ? AND movement.batch IS NULL AND movement.kind = 'Settled' AND movement.fault = '' AND movement.occurred_at < ?
  AND movement.occurred_at >= ? AND movement.amount_minor = payment.amount_minor
  AND NOT EXISTS (SELECT 1 FROM refund WHERE refund.psp_ref = movement.psp_ref)
  AND NOT EXISTS (SELECT 1 FROM dispute WHERE dispute.psp_ref = movement.psp_ref)
  AND (SELECT count(*) FROM capture WHERE capture.psp_ref = movement.psp_ref) = 1
ORDER BY movement.id"""

REFUNDS = """
SELECT movement.*, refund.merchant_reference AS refund_reference FROM movement JOIN refund ON refund_id = object_id
WHERE movement.account = ? AND movement.batch IS NULL AND movement.kind = 'Refunded' AND movement.fault = '' AND movement.occurred_at < ?
  AND movement.occurred_at >= ? AND refund.state = 'SUCCEEDED' AND refund.merchant_reference <> ''
  AND NOT EXISTS (SELECT 1 FROM dispute WHERE dispute.psp_ref = movement.psp_ref)
ORDER BY movement.id"""

UNFINISHED = """
SELECT * FROM payment
WHERE account = ? AND state IN ('PENDING', 'ACTION_REQUIRED', 'CANCELED') AND amount_minor > 0 AND created_at < ? ORDER BY rowid"""

SALE_BEHAVIOURS = frozenset({"approve", "frictionless", "slow"})


def break_unfinished_payments(breaker: Breaker, *, until: str) -> None:
    """Late captures without a word: of payments that hang at the bank, and of challenges that were given up."""
    rows = breaker.connection.execute(UNFINISHED, (breaker.account["code"], until)).fetchall()
    held = [row for row in rows if row["state"] == "PENDING" and _behaviour(row) == "pending_hold"]
    given_up = [row for row in rows if row["state"] != "PENDING" and _behaviour(row) == "challenge_abandon"]
    for code, payments in (("LEDGER_CREDIT_MISSING_PSP_SUCCESS", held), ("PSP_SUCCESS_AFTER_TERMINAL", given_up)):
        for payment in breaker.choose(code, payments, key=_psp_ref):
            _capture_silently(breaker, payment, code=code, amount_minor=payment["amount_minor"])


def break_refunds(breaker: Breaker, *, since: str, until: str) -> None:
    """Refund rows that differ or never come."""
    for code in ("REFUND_AMOUNT_DIFFERS", "REFUND_MISSING_AT_PSP"):
        source = breaker.random_for(code + ":amount")
        rows = breaker.connection.execute(REFUNDS, (breaker.account["code"], until, since)).fetchall()
        for row in breaker.choose(code, rows, key=_psp_ref):
            if code == "REFUND_MISSING_AT_PSP":
                withhold_movement(breaker.connection, movement_id=row["id"], fault=code)
                amount_minor = row["amount_minor"]
            else:
                amount_minor = _misreport(breaker, row, reported_minor=other_amount(row["amount_minor"], source), code=code)
            _tell(breaker, code, row, amount_minor=amount_minor, reference=row["refund_reference"])


def break_sales(breaker: Breaker, *, since: str, until: str) -> None:
    """Everything that can be wrong with a deposit that went right."""
    found = breaker.connection.execute(SALES, (breaker.account["code"], until, since)).fetchall()
    rows = [row for row in found if _behaviour(row) in SALE_BEHAVIOURS and not parse_token(row["token"]).has("chargeback")]
    for code, fault in SALE_FAULTS.items():
        for row in breaker.choose(code, rows, key=_psp_ref):
            fault(breaker, row, code)


def _chargeback_not_booked(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    moment, dispute_id = breaker.late_moment(), derived_ref("dsp_", code, row["psp_ref"])
    open_dispute(breaker.connection, breaker.sandbox, capture_id=row["object_id"], occurred_at=moment, fault=code, dispute_id=dispute_id)
    _tell(breaker, code, row, amount_minor=row["amount_minor"], occurred_at=moment)


def _refund_unknown(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    moment, refund_id = breaker.late_moment(), derived_ref("rfd_", code, row["psp_ref"])
    whole = row["amount_minor"]
    amount_minor = whole if whole < 2 or breaker.random_for(f"{code}:{row['id']}").random() < 0.5 else whole // 2
    breaker.connection.execute(
        "INSERT INTO refund VALUES (?, ?, ?, ?, '', ?, ?, 'SUCCEEDED', '', ?, ?)",
        (refund_id, row["psp_ref"], row["object_id"], row["account"], amount_minor, row["currency"], code, moment),
    )
    payment = get_payment(breaker.connection, row["psp_ref"])
    record_refund_movement(breaker.connection, payment, refund_id=refund_id, reference="", fault=code)
    _tell(breaker, code, row, amount_minor=amount_minor, occurred_at=moment)


def _duplicate_capture(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    _capture_silently(breaker, get_payment(breaker.connection, row["psp_ref"]), code=code, amount_minor=row["amount_minor"])


def _duplicate_line(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    repeat_movement(breaker.connection, movement_id=row["id"], fault=code)
    _tell(breaker, code, row, amount_minor=row["amount_minor"])


def _gross_differs(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    wrong = other_amount(row["amount_minor"], breaker.random_for(f"{code}:{row['id']}"))
    _tell(breaker, code, row, amount_minor=_misreport(breaker, row, reported_minor=wrong, code=code))


def _not_settled(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    withhold_movement(breaker.connection, movement_id=row["id"], fault=code)
    if code == "LEDGER_CREDIT_WITHOUT_PSP":
        breaker.connection.execute("UPDATE payment SET forgotten = 1 WHERE psp_ref = ?", (row["psp_ref"],))
    _tell(breaker, code, row, amount_minor=row["amount_minor"])


SALE_FAULTS = {
    "CHARGEBACK_NOT_BOOKED": _chargeback_not_booked,
    "REFUND_UNKNOWN_TO_PLATFORM": _refund_unknown,
    "DUPLICATE_PSP_CAPTURE": _duplicate_capture,
    "DUPLICATE_PSP_LINE": _duplicate_line,
    "GROSS_AMOUNT_DIFFERS": _gross_differs,
    "CAPTURE_NOT_SETTLED": _not_settled,
    "LEDGER_CREDIT_WITHOUT_PSP": _not_settled,
}


def _capture_silently(breaker: Breaker, payment: sqlite3.Row, *, code: str, amount_minor: int) -> None:
    moment, capture_id = breaker.late_moment(), derived_ref("cpt_", code, payment["psp_ref"])
    add_capture(
        breaker.connection, breaker.sandbox, payment, amount_minor=amount_minor, occurred_at=moment, fault=code, capture_id=capture_id
    )
    _tell(breaker, code, payment, amount_minor=amount_minor, occurred_at=moment)


def _misreport(breaker: Breaker, row: sqlite3.Row, *, reported_minor: int, code: str) -> int:
    misreport_movement(breaker.connection, movement_id=row["id"], reported_minor=reported_minor, fault=code)
    return int(abs(reported_minor - row["amount_minor"]))


def _tell(breaker: Breaker, code: str, row: sqlite3.Row, *, amount_minor: int, occurred_at: str = "", reference: str | None = None) -> None:
    breaker.tell(
        code,
        amount_minor=amount_minor,
        currency=row["currency"],
        occurred_at=occurred_at or row["occurred_at"],
        merchant_reference=reference or row["merchant_reference"],
        psp_reference=row["psp_ref"],
    )


def _psp_ref(row: sqlite3.Row) -> str:
    return str(row["psp_ref"])


def _behaviour(row: sqlite3.Row) -> str:
    return parse_token(row["token"]).behaviour
