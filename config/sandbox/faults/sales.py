"""Faults that undo, rename or misroute a deposit that went right."""

import sqlite3

from config.sandbox.events import emit
from config.sandbox.faults.breaker import Breaker
from config.sandbox.movements import misname_currency, misroute_movement, record_movement, withhold_movement
from config.sandbox.shapes import get_payment


def capture_failed(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    """The capture that was told as done fails, and that is told too: no row comes."""
    _take_back(breaker, row, code, state="FAILED", event="payment.failed")


def deposit_returned(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    """Its rail takes the money back before it was settled: told, and no row comes."""
    _take_back(breaker, row, code, state="RETURNED", event="payment.returned")


def only_authorised(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    """The PSP told a capture and then knows of an authorisation only."""
    withhold_movement(breaker.connection, movement_id=row["id"], fault=code)
    breaker.connection.execute("UPDATE payment SET capture_forgotten = 1 WHERE psp_ref = ?", (row["psp_ref"],))
    tell_sale(breaker, code, row)


def currency_differs(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    """The row's gross stands in another currency."""
    currency = "USD" if row["currency"] != "USD" else "EUR"
    misname_currency(breaker.connection, movement_id=row["id"], currency=currency, fault=code)
    tell_sale(breaker, code, row)


def wrong_account(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    """The row stands in another merchant account's report, and is paid with it."""
    other = other_account(breaker)
    misroute_movement(breaker.connection, movement_id=row["id"], account=other, fault=code)
    tell_sale(breaker, code, row, account=other)


def funds_held(breaker: Breaker, row: sqlite3.Row, code: str) -> None:
    """The row is there, and beside it one that holds all of it back."""
    moment = breaker.late_moment()
    record_movement(
        breaker.connection,
        account=row["account"],
        kind="DepositCorrection",
        psp_ref=row["psp_ref"],
        object_id=row["object_id"],
        merchant_reference=row["merchant_reference"],
        currency=row["currency"],
        amount_minor=row["amount_minor"],
        occurred_at=moment,
        fault=code,
    )
    tell_sale(breaker, code, row, occurred_at=moment)


def other_account(breaker: Breaker) -> str:
    """The merchant account after this one, around: "" where there is no other."""
    codes = [row["code"] for row in breaker.connection.execute("SELECT code FROM merchant_account ORDER BY code")]
    following = codes[(codes.index(breaker.account["code"]) + 1) % len(codes)]
    return following if following != breaker.account["code"] else ""


def _take_back(breaker: Breaker, row: sqlite3.Row, code: str, *, state: str, event: str) -> None:
    withhold_movement(breaker.connection, movement_id=row["id"], fault=code)
    breaker.connection.execute("UPDATE capture SET state = ?, injected = ? WHERE capture_id = ?", (state, code, row["object_id"]))
    if state == "FAILED":  # a payment whose rail took it back stays a captured one
        breaker.connection.execute("UPDATE payment SET state = ? WHERE psp_ref = ?", (state, row["psp_ref"]))
    payment = get_payment(breaker.connection, row["psp_ref"])
    moment = breaker.late_moment()
    emit(
        breaker.connection,
        breaker.sandbox,
        account=payment["account"],
        event=event,
        shard=payment["psp_ref"],
        token=payment["token"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        occurred_at=moment,
        idempotency_key=f"{row['object_id']}:{event}",
        psp_ref=payment["psp_ref"],
        intent_id=payment["merchant_reference"],
        capture_id=row["object_id"],
        merchant_reference=payment["merchant_reference"],
    )
    tell_sale(breaker, code, row, occurred_at=moment)


def tell_sale(
    breaker: Breaker, code: str, row: sqlite3.Row, *, amount_minor: int = 0, occurred_at: str = "", account: str | None = None
) -> None:
    """The truth row of a fault on a sale; `amount_minor` 0 is all of it."""
    breaker.tell(
        code,
        amount_minor=amount_minor or row["amount_minor"],
        currency=row["currency"],
        occurred_at=occurred_at or row["occurred_at"],
        merchant_reference=row["merchant_reference"],
        psp_reference=row["psp_ref"],
        account=account,
    )
