"""Faults on deposits. docs/sandbox.md, "What each fault leaves behind", has the table."""

import sqlite3

from config.sandbox.captures import add_capture
from config.sandbox.faults.breaker import Breaker, other_amount
from config.sandbox.faults.chargebacks import (
    chargeback_differs,
    chargeback_line_missing,
    chargeback_not_booked,
    is_heard,
    reversal_not_booked,
)
from config.sandbox.faults.prices import converted_badly, fee_differs, has_fraction, is_convertible, rounded_otherwise
from config.sandbox.faults.sales import (
    capture_failed,
    currency_differs,
    deposit_returned,
    funds_held,
    only_authorised,
    other_account,
    tell_sale,
    wrong_account,
)
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


def break_sales(breaker: Breaker, *, since: str, until: str) -> None:
    """Everything that can be wrong with a deposit that went right."""
    found = breaker.connection.execute(SALES, (breaker.account["code"], until, since)).fetchall()
    rows = [row for row in found if _is_plain(row)]
    for code, fault in SALE_FAULTS.items():
        fits = FITS.get(code, _any)
        for row in breaker.choose(code, [row for row in rows if fits(breaker, row)], key=_psp_ref):
            fault(breaker, row, code)


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
    tell_sale(breaker, code, row, amount_minor=amount_minor, occurred_at=moment)


def _duplicate_capture(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    _capture_silently(breaker, get_payment(breaker.connection, row["psp_ref"]), code=code, amount_minor=row["amount_minor"])


def _duplicate_line(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    repeat_movement(breaker.connection, movement_id=row["id"], fault=code)
    tell_sale(breaker, code, row, amount_minor=row["amount_minor"])


def _gross_differs(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    wrong = other_amount(row["amount_minor"], breaker.random_for(f"{code}:{row['id']}"))
    tell_sale(breaker, code, row, amount_minor=_misreport(breaker, row, reported_minor=wrong, code=code))


def _not_settled(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    withhold_movement(breaker.connection, movement_id=row["id"], fault=code)
    if code == "LEDGER_CREDIT_WITHOUT_PSP":
        breaker.connection.execute("UPDATE payment SET forgotten = 1 WHERE psp_ref = ?", (row["psp_ref"],))
    tell_sale(breaker, code, row, amount_minor=row["amount_minor"])


def _any(breaker: Breaker, row: sqlite3.Row) -> bool:
    return True


def _has_neighbour(breaker: Breaker, row: sqlite3.Row) -> bool:
    return bool(other_account(breaker))


# What a sale must be for a code, where not every one will do.
FITS = {
    "WRONG_MERCHANT_ACCOUNT": _has_neighbour,
    "FX_RATE_DIFFERS": is_convertible,
    "ROUNDING_DIFFERENCE": has_fraction,
    "CHARGEBACK_AMOUNT_DIFFERS": is_heard,
    "CHARGEBACK_LINE_MISSING": is_heard,
    "CHARGEBACK_REVERSAL_NOT_BOOKED": is_heard,
}
SALE_FAULTS = {
    "FX_RATE_DIFFERS": converted_badly,
    "ROUNDING_DIFFERENCE": rounded_otherwise,
    "WRONG_MERCHANT_ACCOUNT": wrong_account,
    "CURRENCY_DIFFERS": currency_differs,
    "CAPTURE_FAILED_AFTER_CREDIT": capture_failed,
    "DEPOSIT_RETURNED": deposit_returned,
    "CREDITED_ON_AUTHORISATION": only_authorised,
    "FEE_DIFFERS": fee_differs,
    "PSP_FUNDS_HELD": funds_held,
    "CHARGEBACK_NOT_BOOKED": chargeback_not_booked,
    "CHARGEBACK_AMOUNT_DIFFERS": chargeback_differs,
    "CHARGEBACK_LINE_MISSING": chargeback_line_missing,
    "CHARGEBACK_REVERSAL_NOT_BOOKED": reversal_not_booked,
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
    tell_sale(breaker, code, payment, amount_minor=amount_minor, occurred_at=moment)


def _misreport(breaker: Breaker, row: sqlite3.Row, *, reported_minor: int, code: str) -> int:
    misreport_movement(breaker.connection, movement_id=row["id"], reported_minor=reported_minor, fault=code)
    return int(abs(reported_minor - row["amount_minor"]))


def _psp_ref(row: sqlite3.Row) -> str:
    return str(row["psp_ref"])


def _is_plain(row: sqlite3.Row) -> bool:
    """A sale that nothing follows by itself: neither a dispute nor a question of who paid."""
    token = parse_token(row["token"])
    return token.behaviour in SALE_BEHAVIOURS and not (token.has("chargeback") or token.has("payer_other"))


def _behaviour(row: sqlite3.Row) -> str:
    return parse_token(row["token"]).behaviour
