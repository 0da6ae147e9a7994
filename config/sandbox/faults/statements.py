"""Faults of a bank's own statements: an entry marked as a reversal, a statement that comes two days late."""

import json
import random
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from config.sandbox.faults.breaker import truth_row
from config.sandbox.faults.plan import how_many
from config.sandbox.reports.bank import CHARGE_MINOR, CHARGE_TEXT, add_charge, add_line, is_open

LATE_DAYS = 2


def reverse_charges(
    connection: sqlite3.Connection, *, banks: Sequence[sqlite3.Row], plan: Mapping[str, Any], day: date
) -> list[dict[str, Any]]:
    """BANK_ENTRY_REVERSED: the bank takes its charge back, by an entry marked so."""
    truth = []
    for bank in _chosen("BANK_ENTRY_REVERSED", banks, plan, day):
        reference = add_line(
            connection,
            bank=bank["code"],
            booking_date=day,
            amount_minor=CHARGE_MINOR,
            kind="reversal",
            counterparty="",
            narrative=f"REVERSAL {CHARGE_TEXT}",
            seed=("reversal",),
        )
        truth.append(_row("BANK_ENTRY_REVERSED", bank, day, amount_minor=CHARGE_MINOR, bank_reference=reference))
    return truth


def repeat_charges(
    connection: sqlite3.Connection, *, banks: Sequence[sqlite3.Row], plan: Mapping[str, Any], day: date
) -> list[dict[str, Any]]:
    """BANK_LINE_DUPLICATED: the bank's charge stands twice under one id, and the balances count both."""
    truth = []
    for bank in _chosen("BANK_LINE_DUPLICATED", banks, plan, day):
        reference = add_charge(connection, bank=bank["code"], day=day)
        truth.append(_row("BANK_LINE_DUPLICATED", bank, day, amount_minor=CHARGE_MINOR, bank_reference=reference))
    return truth


def withhold_statements(
    connection: sqlite3.Connection, files: Sequence[dict[str, str]], *, banks: Sequence[sqlite3.Row], plan: Mapping[str, Any], day: date
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """STATEMENT_GAP: a statement comes after the next one. Gives the files that come today, and the truth rows.

    Only where statements came before: without them nothing shows that one is missing; and where the next day has one
    and none is kept back already: two in a row leave one gap.
    """
    following = day + timedelta(days=1)
    kept = {json.loads(row["file"])["account"] for row in connection.execute("SELECT file FROM withheld")}
    banks = [bank for bank in banks if _numbers(connection, bank) > 1 and is_open(bank, following) and bank["code"] not in kept]
    late = {bank["code"]: bank for bank in _chosen("STATEMENT_GAP", banks, plan, day)}
    for file in files:
        if file["account"] in late:
            keep_back(connection, file, until=day + timedelta(days=LATE_DAYS))
    return [file for file in files if file["account"] not in late], [_row("STATEMENT_GAP", bank, following) for bank in late.values()]


def keep_back(connection: sqlite3.Connection, file: Mapping[str, str], *, until: date) -> None:
    """Give the file with those of the day `until`, before them."""
    connection.execute("INSERT INTO withheld VALUES (?, ?, ?)", (file["path"], until.isoformat(), json.dumps(file)))


def give_withheld(connection: sqlite3.Connection, *, day: date) -> list[dict[str, str]]:
    """What was kept back until today."""
    rows = connection.execute("SELECT * FROM withheld WHERE give_on <= ? ORDER BY path", (day.isoformat(),)).fetchall()
    connection.execute("DELETE FROM withheld WHERE give_on <= ?", (day.isoformat(),))
    return [json.loads(row["file"]) for row in rows]


def _numbers(connection: sqlite3.Connection, bank: sqlite3.Row) -> int:
    return int(connection.execute("SELECT count(*) FROM statement WHERE bank = ?", (bank["code"],)).fetchone()[0])


def _chosen(code: str, banks: Sequence[sqlite3.Row], plan: Mapping[str, Any], day: date) -> list[sqlite3.Row]:
    rule = plan.get("codes", {}).get(code)
    source = random.Random(f"{plan.get('seed', 0)}:{day}:{code}")
    return source.sample(list(banks), how_many(rule, candidates=len(banks), random_source=source)) if rule and banks else []


def _row(code: str, bank: sqlite3.Row, day: date, *, amount_minor: int = 0, bank_reference: str | None = None) -> dict[str, Any]:
    return truth_row(
        code,
        account=bank["code"],
        business_date=day,
        amount_minor=amount_minor,
        currency=bank["currency"],
        bank_reference=bank_reference,
    )
