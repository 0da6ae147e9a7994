"""Faults between the PSP's transfer and our statement, and money that nobody knows."""

import random
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from config.sandbox.faults.breaker import other_amount, truth_row
from config.sandbox.faults.plan import how_many
from config.sandbox.reports.bank import add_line
from config.sandbox.reports.batches import PAYER, Transfer

TRANSFER_FAULTS = ("BANK_SETTLEMENT_AMOUNT_DIFFERS", "PSP_SUCCESS_MISSING_BANK_SETTLEMENT")
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
        source = random.Random(f"{plan.get('seed', 0)}:{day}:{transfer.token}")
        amount_minor = other_amount(transfer.amount_minor, source) if code == TRANSFER_FAULTS[0] else transfer.amount_minor
        reference = None if code == TRANSFER_FAULTS[1] else _book(connection, transfer, amount_minor)
        if code:
            is_missing = reference is None
            row = truth_row(
                code,
                account=transfer.account,
                business_date=transfer.batch_date if is_missing else transfer.booking_date,
                amount_minor=transfer.amount_minor if is_missing else abs(amount_minor - transfer.amount_minor),
                currency=transfer.currency,
                psp_reference=transfer.token,
                bank_reference=reference,
            )
            truth.append(row)
    return truth


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


def _book(connection: sqlite3.Connection, transfer: Transfer, amount_minor: int) -> str:
    return add_line(
        connection,
        bank=transfer.bank,
        booking_date=transfer.booking_date,
        amount_minor=amount_minor,
        kind="transfer",
        counterparty=PAYER,
        narrative=transfer.narrative,
        seed=(transfer.token,),
        end_to_end=transfer.token,
    )
