"""The settlement details report: one batch of one merchant account, in the columns of Adyen's report of that name.

Layout: FORMATS.md 1.1 (docs.adyen.com/reporting/settlement-reconciliation/transaction-level/settlement-details-report).
"""

import csv
import io
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from config.sandbox.clock import local
from config.sandbox.movements import CREDITS
from config.sandbox.reports.amounts import trimmed
from config.sandbox.reports.fees import Fees, fees_of, with_extra

COLUMNS = (
    "Company Account",
    "Merchant Account",
    "Psp Reference",
    "Merchant Reference",
    "Payment Method",
    "Creation Date",
    "TimeZone",
    "Type",
    "Modification Reference",
    "Gross Currency",
    "Gross Debit (GC)",
    "Gross Credit (GC)",
    "Exchange Rate",
    "Net Currency",
    "Net Debit (NC)",
    "Net Credit (NC)",
    "Commission (NC)",
    "Markup (NC)",
    "Scheme Fees (NC)",
    "Interchange (NC)",
    "Payment Method Variant",
    "Modification Merchant Reference",
    "Batch Number",
    "Reserved4",
    "Reserved5",
    "Reserved6",
    "Reserved7",
    "Reserved8",
    "Reserved9",
    "Reserved10",
    "Booking Date",
    "Booking Date TimeZone",
    "Dispute Reference",
)
# Rows of a net amount alone, with its sign.
PLAIN = {"Fee": -1, "DepositCorrection": -1, "BankInstructionReturned": 1}
METHODS = {
    "card": ("visa", "visastandarddebit"),
    "wallet_card": ("visa_applepay", "visastandardcredit"),
    "payout": ("banktransfer_payout", ""),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row before it is text. `gross_minor` and `net_minor` are signed: positive is a credit to the merchant."""

    kind: str
    currency: str
    net_minor: int
    occurred_at: str
    gross_minor: int = 0
    fees: Fees = field(default_factory=Fees)
    psp_ref: str = ""
    merchant_reference: str = ""
    modification: str = ""
    modification_reference: str = ""
    method: str = ""
    dispute: str = ""
    gross_currency: str = ""  # where it is not the net's
    exchange_rate: str = "1"


def movement_rows(movement: sqlite3.Row, *, pricing: str) -> list[Row]:
    """The rows of one movement: one, or as many as a fault wants."""
    gross = movement["amount_minor"] if movement["reported_minor"] is None else movement["reported_minor"]
    kind = movement["kind"]
    if kind in PLAIN:
        row = Row(
            kind=kind,
            currency=movement["currency"],
            net_minor=PLAIN[kind] * gross,
            occurred_at=movement["occurred_at"],
            psp_ref=movement["psp_ref"],
            merchant_reference=movement["merchant_reference"],
            modification=movement["label"] or movement["object_id"],
        )
        return [row]
    signed = gross if kind in CREDITS or movement["fault"] == "UNKNOWN_LINE_TYPE" else -gross
    is_converted = bool(movement["settled_currency"])
    base = movement["settled_minor"] if is_converted else signed  # only sales are converted
    settled = movement["settled_currency"] or movement["currency"]
    usual = fees_of(kind, gross_minor=abs(base), pricing=pricing, currency=settled)
    fees = with_extra(usual, movement["extra_fee_minor"], pricing=pricing)
    row = Row(
        kind=kind,
        currency=settled,
        net_minor=base - fees.total,
        occurred_at=movement["occurred_at"],
        gross_minor=signed,
        fees=fees,
        psp_ref=movement["psp_ref"],
        merchant_reference=movement["merchant_reference"],
        modification=movement["object_id"],
        modification_reference=movement["object_reference"],
        method=movement["method"],
        dispute=movement["object_id"] if kind.startswith("Chargeback") else "",
        gross_currency=movement["currency"] if is_converted else movement["reported_currency"],
        exchange_rate=movement["exchange_rate"],
    )
    return [row] * movement["copies"]


def write_report(rows: Sequence[Row], *, account: sqlite3.Row, number: int, booking_date: str) -> bytes:
    """The file: UTF-8, comma, header in the first line, no trailer."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = _cells(row, zone=account["zone"])
        common = {"Company Account": account["company"], "Merchant Account": account["code"], "Batch Number": str(number)}
        booked = {"Booking Date": booking_date, "Booking Date TimeZone": cells["TimeZone"]}
        line = cells | common | booked
        writer.writerow([line.get(column, "") for column in COLUMNS])
    return target.getvalue().encode()


def _cells(row: Row, *, zone: str) -> dict[str, str]:
    created = local(row.occurred_at, zone)
    method, variant = METHODS.get(row.method, (row.method, ""))
    gross_currency = row.gross_currency or row.currency
    gross_debit, gross_credit = _sides(row.gross_minor, gross_currency)
    net_debit, net_credit = _sides(row.net_minor, row.currency)
    return {
        "Psp Reference": row.psp_ref,
        "Merchant Reference": row.merchant_reference,
        "Payment Method": method,
        "Creation Date": f"{created:%Y-%m-%d %H:%M:%S}",
        "TimeZone": created.tzname() or "UTC",
        "Type": row.kind,
        "Modification Reference": row.modification,
        "Gross Currency": gross_currency if row.gross_minor else "",
        "Gross Debit (GC)": gross_debit,
        "Gross Credit (GC)": gross_credit,
        "Exchange Rate": row.exchange_rate if row.gross_minor else "",
        "Net Currency": row.currency,
        "Net Debit (NC)": net_debit,
        "Net Credit (NC)": net_credit,
        "Commission (NC)": trimmed(row.fees.commission, row.currency),
        "Markup (NC)": trimmed(row.fees.markup, row.currency),
        "Scheme Fees (NC)": trimmed(row.fees.scheme, row.currency),
        "Interchange (NC)": trimmed(row.fees.interchange, row.currency),
        "Payment Method Variant": variant,
        "Modification Merchant Reference": row.modification_reference,
        "Dispute Reference": row.dispute,
    }


def _sides(signed_minor: int, currency: str) -> tuple[str, str]:
    text = trimmed(abs(signed_minor), currency)
    return (text, "") if signed_minor < 0 else ("", text)
