"""Batches: what a merchant account's day comes to in each currency, and how it is paid."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from config.sandbox.faults.lines import fee_label
from config.sandbox.ids import derived_number
from config.sandbox.movements import record_movement
from config.sandbox.reports.bank import next_open
from config.sandbox.reports.fees import PER_PAYMENT_MINOR, fixed_minor
from config.sandbox.reports.sdr import Row, movement_rows

PAYER = "SANDBOX PAYMENTS B.V."


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money on its way to a bank account, to be booked on `booking_date`: the day after the batch's on which the bank is open."""

    account: str
    number: int
    currency: str
    amount_minor: int
    token: str
    narrative: str
    bank: str
    batch_date: date
    booking_date: date


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch with all its rows, and the transfers that pay it."""

    number: int
    rows: Sequence[Row]
    transfers: Sequence[Transfer]


def charge_per_payment(connection: sqlite3.Connection, *, account: sqlite3.Row, since: str, until: str, moment: str) -> None:
    """Book the day's "Transaction Fees", one row per currency with payments."""
    counts = connection.execute(
        "SELECT currency, count(*) AS n FROM payment WHERE account = ? AND created_at >= ? AND created_at < ?"
        " GROUP BY currency ORDER BY currency",
        (account["code"], since, until),
    ).fetchall()
    for row in counts:
        record_movement(
            connection,
            account=account["code"],
            kind="Fee",
            psp_ref="",
            object_id="",
            merchant_reference="",
            currency=row["currency"],
            amount_minor=row["n"] * fixed_minor(PER_PAYMENT_MINOR, row["currency"]),
            occurred_at=moment,
            label=fee_label("Transaction Fees", moment, account["zone"]),
        )


def close_batch(connection: sqlite3.Connection, *, account: sqlite3.Row, day: date, until: str, moment: str) -> Batch | None:
    """Put all that is not yet reported into the next batch, and settle each currency. None where there is nothing.

    `moment` is the instant of the batch's own rows (MerchantPayout, Balancetransfer).
    """
    movements = connection.execute(
        "SELECT * FROM movement WHERE account = ? AND batch IS NULL AND occurred_at < ? ORDER BY occurred_at, id", (account["code"], until)
    ).fetchall()
    if not movements:
        return None
    number = account["next_batch"]
    rows = [row for movement in movements for row in movement_rows(movement, pricing=account["pricing"])]
    transfers: list[Transfer] = []
    before = _number_before(connection, account["code"], number)
    carried = _carried(connection, account["code"], before)
    for currency in sorted({row.currency for row in rows} | set(carried)):
        rows += _settle(connection, account, day, (before, number), currency, rows, carried.get(currency, 0), moment, transfers)
    connection.execute(
        "UPDATE movement SET batch = ? WHERE account = ? AND batch IS NULL AND occurred_at < ?", (number, account["code"], until)
    )
    connection.execute("UPDATE merchant_account SET next_batch = ? WHERE code = ?", (number + 1, account["code"]))
    return Batch(number=number, rows=rows, transfers=transfers)


def _settle(
    connection: sqlite3.Connection,
    account: sqlite3.Row,
    day: date,
    numbers: tuple[int, int],
    currency: str,
    rows: Sequence[Row],
    carried_minor: int,
    moment: str,
    transfers: list[Transfer],
) -> list[Row]:
    """The closing rows of one currency, so that it sums to zero: brought forward, then paid out or carried on.

    `numbers`: of the batch before, and of this one.
    """
    before, number = numbers
    closing = [_carry(currency, -carried_minor, moment, f"Balancetransfer from batch {before}")] if carried_minor else []
    net = sum(row.net_minor for row in rows if row.currency == currency) - carried_minor
    token = narrative = ""
    if net > 0:
        token = f"TX{derived_number(account['code'], number, currency, digits=9)}XT"
        narrative = f"{token} batch {number}, {account['company']}_{account['code']}"
        closing.append(Row(kind="MerchantPayout", currency=currency, net_minor=-net, occurred_at=moment, modification=narrative))
        code = json.loads(account["settlement"])[currency]
        bank = connection.execute("SELECT * FROM bank_account WHERE code = ?", (code,)).fetchone()
        booked = next_open(bank, day + timedelta(days=1))
        transfers.append(Transfer(account["code"], number, currency, net, token, narrative, code, day, booked))
    elif net < 0:
        closing.append(_carry(currency, -net, moment, f"Balancetransfer to batch {number + 1}"))
    connection.execute(
        "INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (account["code"], number, day.isoformat(), currency, max(net, 0), max(-net, 0), token, narrative),
    )
    return closing


def _carry(currency: str, net_minor: int, moment: str, text: str) -> Row:
    return Row(kind="Balancetransfer", currency=currency, net_minor=net_minor, occurred_at=moment, modification=text)


def _number_before(connection: sqlite3.Connection, account: str, number: int) -> int:
    """The batch before this one; numbers may have been left out."""
    found = connection.execute("SELECT max(number) FROM batch WHERE account = ? AND number < ?", (account, number)).fetchone()[0]
    return number - 1 if found is None else int(found)


def _carried(connection: sqlite3.Connection, account: str, number: int) -> dict[str, int]:
    """What the batch before left owing, by currency."""
    query = "SELECT currency, carried_minor FROM batch WHERE account = ? AND number = ? AND carried_minor > 0"
    return {row["currency"]: row["carried_minor"] for row in connection.execute(query, (account, number))}
