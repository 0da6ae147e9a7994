"""The banks: which lines a day has, and one statement per account and day, balances running on."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from config.sandbox.ids import derived_ref

SATURDAY = 5
CHARGE_MINOR = 150
CHARGE_TEXT = "ACCOUNT MAINTENANCE CHARGE"


@dataclass(frozen=True, slots=True)
class Line:
    """A booked line. `kind` is transfer, payment (to or from anyone), charge, or reversal (of a charge).

    `amount_minor` is signed, positive = money in.
    """

    amount_minor: int
    kind: str
    counterparty: str
    narrative: str
    end_to_end: str
    reference: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One account's day. Opening + lines = closing; `previous_date` is the day of the opening balance."""

    bank: sqlite3.Row
    number: int
    day: date
    previous_date: date
    opening_minor: int
    closing_minor: int
    lines: Sequence[Line]


def is_open(bank: sqlite3.Row, day: date) -> bool:
    """Whether the bank books and states anything that day: one that rests does not at weekends."""
    return not bank["rests"] or day.weekday() < SATURDAY


def next_open(bank: sqlite3.Row, day: date) -> date:
    """The day, or the first one after it on which the bank is open."""
    while not is_open(bank, day):
        day += timedelta(days=1)
    return day


def add_line(
    connection: sqlite3.Connection,
    *,
    bank: str,
    booking_date: date,
    amount_minor: int,
    kind: str,
    counterparty: str,
    narrative: str,
    seed: tuple[object, ...],
    end_to_end: str = "",
) -> str:
    """Book a line for the statement of `booking_date`; returns the bank's reference for it, which follows from `seed`."""
    reference = derived_ref("B", bank, booking_date, *seed)[:16]
    connection.execute(
        "INSERT INTO bank_line (bank, booking_date, amount_minor, kind, counterparty, narrative, end_to_end, bank_reference)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (bank, booking_date.isoformat(), amount_minor, kind, counterparty, narrative, end_to_end, reference),
    )
    return reference


def add_charge(connection: sqlite3.Connection, *, bank: str, day: date) -> str:
    """What the bank takes for keeping the account that day; always of one reference."""
    return add_line(
        connection,
        bank=bank,
        booking_date=day,
        amount_minor=-CHARGE_MINOR,
        kind="charge",
        counterparty="",
        narrative=CHARGE_TEXT,
        seed=("charge",),
    )


def close_statement(connection: sqlite3.Connection, *, bank: sqlite3.Row, day: date) -> Statement:
    """The account's next statement, with everything booked up to `day` that no statement has yet, and the account's charge."""
    before = connection.execute("SELECT * FROM statement WHERE bank = ? ORDER BY number DESC LIMIT 1", (bank["code"],)).fetchone()
    number = before["number"] + 1 if before else 1
    opening = before["closing_minor"] if before else bank["opening_minor"]
    add_charge(connection, bank=bank["code"], day=day)
    rows = connection.execute(
        "SELECT * FROM bank_line WHERE bank = ? AND statement IS NULL AND booking_date <= ? ORDER BY id", (bank["code"], day.isoformat())
    ).fetchall()
    closing = opening + sum(row["amount_minor"] for row in rows)
    connection.execute("INSERT INTO statement VALUES (?, ?, ?, ?, ?)", (bank["code"], number, day.isoformat(), opening, closing))
    connection.executemany("UPDATE bank_line SET statement = ? WHERE id = ?", [(number, row["id"]) for row in rows])
    lines = [
        Line(row["amount_minor"], row["kind"], row["counterparty"], row["narrative"], row["end_to_end"], row["bank_reference"])
        for row in rows
    ]
    previous = date.fromisoformat(before["date"]) if before else day - timedelta(days=1)
    return Statement(bank, number, day, previous, opening, closing, lines)
