"""Reports and statements written by hand, small enough to be read by eye."""

import io
from typing import Any

from ledger.actors import system_actor
from reconciliation.operations import ingest_file
from tests.reconciliation.house import NOW

ACTOR = system_actor("tests")
HEADER = (
    "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference,"
    "Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),"
    "Markup (NC),"
    "Scheme Fees (NC),Interchange (NC),Payment Method Variant,Modification Merchant Reference,Batch Number"
)
SALE = ("Settled", "psp_1", "pi_unknown", "obj_1", "", "50", "", "49.20", ".8")
PAYOUT = ("MerchantPayout", "", "", "TX635094301XT batch 38, COUNTROOM_SANDBOX_EU", "", "", "49.20", "", "")


def row(kind: str, psp: str, ours: str, theirs: str, *amounts: str, account: str = "SANDBOX_EU", batch: str = "38") -> str:
    """One line; amounts: gross debit, gross credit, net debit, net credit, commission."""
    gross_debit, gross_credit, net_debit, net_credit, commission = amounts
    return (
        f'COUNTROOM,{account},{psp},{ours},mc,2026-11-19 12:00:00,CET,{kind},"{theirs}",EUR,{gross_debit},{gross_credit},,EUR,'
        f"{net_debit},{net_credit},{commission},,,,mc,,{batch}"
    )


def report(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


def sound_report(batch: str = "38", **options: str) -> bytes:
    """One sale of 50.00 that is none of ours, less 0.80, and the payout of 49.20."""
    return report(row(*SALE, batch=batch, **options), row(*PAYOUT, batch=batch, **options))


def statement(*amounts: str, number: int = 1, opening: str = "1000,00", day: str = "261119") -> bytes:
    """An MT940 statement of BANK_EUR: each amount like "C12,50" or "D3,"; closing follows from them."""
    value = _cents(opening) + sum(_cents(amount[1:]) * (1 if amount[0] == "C" else -1) for amount in amounts)
    lines = [f":61:{day}{day[2:]}{amount}NMSCREF{index}//B{number}{index}\n:86:PAYMENT {index}" for index, amount in enumerate(amounts)]
    sign = "C" if value >= 0 else "D"
    closing = f"{abs(value) // 100},{abs(value) % 100:02d}"
    body = "\n".join(lines)
    head = f":20:STMT{number}\n:25:MT84MALT011000012345MTLCAST001S\n:28C:{number}\n:60F:C{day}EUR{opening}\n"
    return f"{head}{body}\n:62F:{sign}{day}EUR{closing}\n-\n".encode()


def _cents(amount: str) -> int:
    whole, _, part = amount.partition(",")
    return int(whole) * 100 + int(part.ljust(2, "0"))


def ingest(content: bytes, *, name: str = "report.csv", source: str = "adyen_sdr", account: str = "SANDBOX_EU") -> dict[str, Any]:
    return ingest_file(file=io.BytesIO(content), name=name, source=source, account=account, actor=ACTOR, now=NOW)
