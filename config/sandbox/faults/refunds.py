"""Faults on refunds: rows that differ, never come or come twice, refunds that come back, and one beside a chargeback."""

import sqlite3
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.sandbox.clock import local, to_text
from config.sandbox.faults.breaker import Breaker, other_amount
from config.sandbox.faults.chargebacks import dispute_told, is_heard
from config.sandbox.ids import derived_ref
from config.sandbox.movements import misreport_movement, record_movement, withhold_movement
from config.sandbox.refunds import record_refund_movement, reverse_refund
from config.sandbox.shapes import get_payment

FRIDAY, WEEKDAYS_LATE = 4, 5
REFUNDS = """
SELECT movement.*, refund.merchant_reference AS refund_reference FROM movement JOIN refund ON refund_id = object_id
WHERE movement.account = ? AND movement.batch IS NULL AND movement.kind = 'Refunded' AND movement.fault = '' AND movement.occurred_at < ?
  AND movement.occurred_at >= ? AND refund.state = 'SUCCEEDED' AND refund.merchant_reference <> ''
  AND NOT EXISTS (SELECT 1 FROM dispute WHERE dispute.psp_ref = movement.psp_ref)
ORDER BY movement.id"""

FAILED = """
SELECT payment.*, refund.refund_id AS object_id, refund.merchant_reference AS refund_reference, refund.amount_minor AS refund_minor
FROM refund JOIN payment USING (psp_ref)
WHERE refund.account = ? AND refund.occurred_at < ? AND refund.occurred_at >= ? AND refund.state = 'FAILED' AND refund.injected = ''
ORDER BY refund.rowid"""


def break_refunds(breaker: Breaker, *, since: str, until: str) -> None:
    """Everything that can be wrong with a refund of ours."""
    for code, fault in REFUND_FAULTS.items():
        found = breaker.connection.execute(REFUNDS, (breaker.account["code"], until, since)).fetchall()
        fits = FITS.get(code)
        rows = [row for row in found if fits is None or fits(breaker, row)]
        for row in breaker.choose(code, rows, key=_psp_ref):
            fault(breaker, row, code)
    failed = breaker.connection.execute(FAILED, (breaker.account["code"], until, since)).fetchall()
    for row in breaker.choose("STATUS_DIFFERS", failed, key=_psp_ref):
        _paid_although_failed(breaker, row, "STATUS_DIFFERS")


def _amount_differs(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    wrong = other_amount(row["amount_minor"], breaker.random_for(f"{code}:{row['id']}"))
    misreport_movement(breaker.connection, movement_id=row["id"], reported_minor=wrong, fault=code)
    _tell(breaker, code, row, amount_minor=abs(wrong - row["amount_minor"]))


def _missing(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    withhold_movement(breaker.connection, movement_id=row["id"], fault=code)
    _tell(breaker, code, row, amount_minor=row["amount_minor"])


def _paid_twice(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    """A second row with a refund id of its own."""
    moment = breaker.late_moment()
    record_movement(
        breaker.connection,
        account=row["account"],
        kind="Refunded",
        psp_ref=row["psp_ref"],
        object_id=derived_ref("rfd_", code, row["object_id"]),
        merchant_reference=row["merchant_reference"],
        object_reference=row["refund_reference"],
        method=row["method"],
        currency=row["currency"],
        amount_minor=row["amount_minor"],
        occurred_at=moment,
        fault=code,
    )
    _tell(breaker, code, row, amount_minor=row["amount_minor"], occurred_at=moment)


def _reversed(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    moment = breaker.late_moment()
    reverse_refund(breaker.connection, breaker.sandbox, refund_id=row["object_id"], occurred_at=moment, fault=code)
    _tell(breaker, code, row, amount_minor=row["amount_minor"], occurred_at=moment)


def _charged_back_too(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    """The whole payment is charged back beside its refund."""
    _, moment = dispute_told(breaker, row, code, whole=True)
    _tell(breaker, code, row, amount_minor=row["amount_minor"], occurred_at=moment, reference=row["merchant_reference"])


def _paid_although_failed(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    """A refund that was told as failed stands in the report; asked, the PSP still says failed."""
    moment = breaker.late_moment()
    payment = get_payment(breaker.connection, row["psp_ref"])
    number = record_refund_movement(breaker.connection, payment, refund_id=row["object_id"], reference=row["refund_reference"], fault=code)
    breaker.connection.execute("UPDATE movement SET occurred_at = ? WHERE id = ?", (moment, number))
    breaker.connection.execute("UPDATE refund SET injected = ? WHERE refund_id = ?", (code, row["object_id"]))
    _tell(breaker, code, row, amount_minor=row["refund_minor"], occurred_at=moment)


def is_after_midnight(breaker: Breaker, row: sqlite3.Row) -> bool:
    """Whether the PSP's day is an hour old at most: where its zone is ahead of ours, our day has not ended."""
    return local(row["occurred_at"], breaker.account["zone"]).hour == 0


def _cut_off(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    """The row comes only on the fifth weekday after our day, the last on which it is not missing."""
    zone = breaker.account["zone"]
    day = local(row["occurred_at"], zone).date() - timedelta(days=1)
    for _ in range(WEEKDAYS_LATE):
        day += timedelta(days=1)
        while day.weekday() > FRIDAY:
            day += timedelta(days=1)
    moment = to_text(datetime.combine(day, time(12), tzinfo=ZoneInfo(zone)))
    breaker.connection.execute("UPDATE movement SET occurred_at = ?, fault = ? WHERE id = ?", (moment, code, row["id"]))
    breaker.tell(
        code,
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        occurred_at=row["occurred_at"],
        merchant_reference=None,
        psp_reference=None,
    )


# What a refund must be for a code, where not every one will do.
FITS = {"CUTOFF_DIFFERENCE": is_after_midnight, "REFUND_AND_CHARGEBACK_BOTH_PAID": is_heard}
REFUND_FAULTS = {
    "CUTOFF_DIFFERENCE": _cut_off,
    "REFUND_AMOUNT_DIFFERS": _amount_differs,
    "REFUND_MISSING_AT_PSP": _missing,
    "REFUND_PAID_TWICE": _paid_twice,
    "REFUND_REVERSED": _reversed,
    "REFUND_AND_CHARGEBACK_BOTH_PAID": _charged_back_too,
}


def _tell(breaker: Breaker, code: str, row: sqlite3.Row, *, amount_minor: int, occurred_at: str = "", reference: str = "") -> None:
    breaker.tell(
        code,
        amount_minor=amount_minor,
        currency=row["currency"],
        occurred_at=occurred_at or row["occurred_at"],
        merchant_reference=reference or row["refund_reference"],
        psp_reference=row["psp_ref"],
    )


def _psp_ref(row: sqlite3.Row) -> str:
    return str(row["psp_ref"])
