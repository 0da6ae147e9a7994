"""Faults on chargebacks of deposits that went right."""

import sqlite3

from config.sandbox.disputes import credit_silently, open_dispute
from config.sandbox.faults.breaker import Breaker, other_amount
from config.sandbox.faults.sales import tell_sale
from config.sandbox.ids import derived_ref
from config.sandbox.movements import misreport_movement, movement_of, withhold_movement
from config.sandbox.profile import event_modifiers
from config.sandbox.shapes import get_payment


def is_heard(breaker: Breaker, row: sqlite3.Row) -> bool:
    """Whether the payment's events are sent at all: a chargeback that is to be told of would not be, where they are lost."""
    payment = get_payment(breaker.connection, row["psp_ref"])
    return "lost" not in event_modifiers(breaker.connection, token=payment["token"], shard=payment["psp_ref"])


def dispute_told(breaker: Breaker, row: sqlite3.Row, code: str, *, whole: bool = False) -> tuple[str, str]:
    """A chargeback as it should be, opened and told, of a payment that `is_heard`; its id and moment."""
    moment, dispute_id = breaker.late_moment(), derived_ref("dsp_", code, row["psp_ref"])
    capture_id = breaker.connection.execute("SELECT capture_id FROM capture WHERE psp_ref = ?", (row["psp_ref"],)).fetchone()[0]
    open_dispute(breaker.connection, breaker.sandbox, capture_id=capture_id, occurred_at=moment, dispute_id=dispute_id, whole=whole)
    return dispute_id, moment


def chargeback_differs(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    dispute_id, moment = dispute_told(breaker, row, code)
    wrong = other_amount(row["amount_minor"], breaker.random_for(f"{code}:{row['id']}"))
    number = movement_of(breaker.connection, object_id=dispute_id, kind="Chargeback")
    misreport_movement(breaker.connection, movement_id=number, reported_minor=wrong, fault=code)
    tell_sale(breaker, code, row, amount_minor=abs(wrong - row["amount_minor"]), occurred_at=moment)


def chargeback_line_missing(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    dispute_id, moment = dispute_told(breaker, row, code)
    number = movement_of(breaker.connection, object_id=dispute_id, kind="Chargeback")
    withhold_movement(breaker.connection, movement_id=number, fault=code)
    # What the books hold of it is a dispute: neither the payment's reference nor the PSP's id.
    breaker.tell(
        code,
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        occurred_at=moment,
        merchant_reference=None,
        psp_reference=None,
    )


def reversal_not_booked(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    dispute_id, _ = dispute_told(breaker, row, code)
    moment = breaker.late_moment()
    credit_silently(breaker.connection, breaker.sandbox, dispute_id=dispute_id, occurred_at=moment, fault=code)
    tell_sale(breaker, code, row, amount_minor=row["amount_minor"], occurred_at=moment)


def chargeback_not_booked(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    moment, dispute_id = breaker.late_moment(), derived_ref("dsp_", code, row["psp_ref"])
    open_dispute(breaker.connection, breaker.sandbox, capture_id=row["object_id"], occurred_at=moment, fault=code, dispute_id=dispute_id)
    tell_sale(breaker, code, row, amount_minor=row["amount_minor"], occurred_at=moment)
