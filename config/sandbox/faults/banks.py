"""Faults between the PSP's transfer and our statement, and money that nobody knows."""

import random
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from config.sandbox.clock import to_text
from config.sandbox.faults.breaker import other_amount, truth_row
from config.sandbox.faults.plan import how_many
from config.sandbox.movements import record_movement
from config.sandbox.reports.bank import add_line
from config.sandbox.reports.batches import PAYER, Transfer

TRANSFER_FAULTS = (
    "BANK_SETTLEMENT_AMOUNT_DIFFERS",
    "PSP_SUCCESS_MISSING_BANK_SETTLEMENT",
    "SETTLEMENT_SPLIT_OR_MERGED",
    "SETTLEMENT_TRANSFER_RETURNED",
)
STRANGERS = {
    "BANK_CREDIT_UNIDENTIFIED": ("BLUE HARBOUR TRADING LTD", "INVOICE 2217/A THANK YOU", 1, (5_000, 90_000)),
    "BANK_DEBIT_UNIDENTIFIED": ("NORTHGATE OFFICE SUPPLIES", "DIRECT DEBIT MANDATE NG-771", -1, (2_000, 30_000)),
}


def book_transfers(
    connection: sqlite3.Connection, *, transfers: Sequence[Transfer], plan: Mapping[str, Any], day: date
) -> list[dict[str, Any]]:
    """Put the day's transfers on the statements to come, some wrong or not at all; returns the truth rows."""
    faults = _choose(transfers, plan=plan, day=day)
    truth = []
    for transfer in transfers:
        code = faults.get((transfer.account, transfer.currency), "")
        row = FAULTS[code](connection, transfer, random.Random(f"{plan.get('seed', 0)}:{day}:{transfer.token}"))
        truth += [row] if row else []
    return truth


def _as_sent(connection: sqlite3.Connection, transfer: Transfer, source: random.Random) -> None:
    _book(connection, transfer, transfer.amount_minor)


def _differs(connection: sqlite3.Connection, transfer: Transfer, source: random.Random) -> dict[str, Any]:
    amount_minor = other_amount(transfer.amount_minor, source)
    reference = _book(connection, transfer, amount_minor)
    difference = abs(amount_minor - transfer.amount_minor)
    return _row("BANK_SETTLEMENT_AMOUNT_DIFFERS", transfer, transfer.booking_date, difference, reference)


def _never_comes(connection: sqlite3.Connection, transfer: Transfer, source: random.Random) -> dict[str, Any]:
    return _row("PSP_SUCCESS_MISSING_BANK_SETTLEMENT", transfer, transfer.batch_date, transfer.amount_minor)


def _split(connection: sqlite3.Connection, transfer: Transfer, source: random.Random) -> dict[str, Any]:
    """Two lines, which together are less than was sent."""
    half, rest = transfer.amount_minor // 2, min(transfer.amount_minor // 4, 100)
    _book(connection, transfer, half)
    reference = _book(connection, transfer, transfer.amount_minor - half - rest, part="2")
    return _row("SETTLEMENT_SPLIT_OR_MERGED", transfer, transfer.booking_date, rest, reference)


def _bounces(connection: sqlite3.Connection, transfer: Transfer, source: random.Random) -> dict[str, Any]:
    """Our bank sends it back: the next day's batch has it again, and pays it."""
    zone = connection.execute("SELECT zone FROM merchant_account WHERE code = ?", (transfer.account,)).fetchone()["zone"]
    record_movement(
        connection,
        account=transfer.account,
        kind="BankInstructionReturned",
        psp_ref="",
        object_id="",
        merchant_reference="",
        currency=transfer.currency,
        amount_minor=transfer.amount_minor,
        occurred_at=to_text(datetime.combine(transfer.booking_date, time(12), tzinfo=ZoneInfo(zone))),
        label=transfer.narrative,
        fault="SETTLEMENT_TRANSFER_RETURNED",
    )
    return _row("SETTLEMENT_TRANSFER_RETURNED", transfer, transfer.booking_date, transfer.amount_minor)


FAULTS: dict[str, Callable[[sqlite3.Connection, Transfer, random.Random], dict[str, Any] | None]] = {
    "": _as_sent,
    "BANK_SETTLEMENT_AMOUNT_DIFFERS": _differs,
    "PSP_SUCCESS_MISSING_BANK_SETTLEMENT": _never_comes,
    "SETTLEMENT_SPLIT_OR_MERGED": _split,
    "SETTLEMENT_TRANSFER_RETURNED": _bounces,
}


def _row(code: str, transfer: Transfer, day: date, amount_minor: int, bank_reference: str | None = None) -> dict[str, Any]:
    return truth_row(
        code,
        account=transfer.account,
        business_date=day,
        amount_minor=amount_minor,
        currency=transfer.currency,
        psp_reference=transfer.token,
        bank_reference=bank_reference,
    )


def book_strangers(
    connection: sqlite3.Connection, *, banks: Sequence[sqlite3.Row], plan: Mapping[str, Any], day: date
) -> list[dict[str, Any]]:
    """Add lines of unknown people to the statements of `day`; returns the truth rows."""
    truth = []
    for code, (name, text, sign, (low, high)) in STRANGERS.items():
        rule = plan.get("codes", {}).get(code)
        source = random.Random(f"{plan.get('seed', 0)}:{day}:{code}")
        wanted = how_many({**rule, "max": len(banks)}, candidates=len(banks), random_source=source) if rule and banks else 0
        for bank in source.sample(list(banks), wanted):
            amount_minor = source.randint(low, high)
            reference = add_line(
                connection,
                bank=bank["code"],
                booking_date=day,
                amount_minor=sign * amount_minor,
                kind="payment",
                counterparty=name,
                narrative=text,
                seed=(code,),
            )
            row = truth_row(
                code,
                account=bank["code"],
                business_date=day,
                amount_minor=amount_minor,
                currency=bank["currency"],
                bank_reference=reference,
            )
            truth.append(row)
    return truth


def _choose(transfers: Sequence[Transfer], *, plan: Mapping[str, Any], day: date) -> dict[tuple[str, str], str]:
    """A transfer's code, by (account, currency): each has at most one."""
    source = random.Random(f"{plan.get('seed', 0)}:{day}:transfers")
    codes = [code for code in TRANSFER_FAULTS if code in plan.get("codes", {})]
    source.shuffle(codes)
    free = source.sample(list(transfers), len(transfers))
    chosen: dict[tuple[str, str], str] = {}
    for code in codes:
        for _ in range(how_many(plan["codes"][code], candidates=len(free), random_source=source)):
            transfer = free.pop()
            chosen[transfer.account, transfer.currency] = code
    return chosen


def _book(connection: sqlite3.Connection, transfer: Transfer, amount_minor: int, *, part: str = "") -> str:
    return add_line(
        connection,
        bank=transfer.bank,
        booking_date=transfer.booking_date,
        amount_minor=amount_minor,
        kind="transfer",
        counterparty=PAYER,
        narrative=transfer.narrative,
        seed=(transfer.token, part) if part else (transfer.token,),
        end_to_end=transfer.token,
    )
