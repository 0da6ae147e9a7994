"""The three-way proof of one batch: what the report's lines add up to, what it says it pays, what the bank shows (R8)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Sum

from ledger.admin.frames import Panel, Term
from ledger.admin.frames.records import proof
from ledger.admin.frames.text import sentence
from reconciliation.models import PspLine, SettlementBatch
from reconciliation.queries.proof import bank_side

LABELS = {
    "sale": "Gross captured",
    "refund": "Refunds",
    "payout": "Payouts to players",
    "chargeback": "Chargebacks",
    "reversal": "Reversals",
    "reserve": "Reserve",
    "fee": "Fees without an item",
    "adjustment": "Adjustments",
    "fx": "FX",
    "unknown": "Lines of unknown kind",
}
NOT_EARNED = ("transfer", "balance_transfer")
FEES = F("commission_minor") + F("markup_minor") + F("scheme_minor") + F("interchange_minor")


@dataclass(frozen=True, slots=True)
class Sums:
    """Of one kind of line: how many, their value before fees, and the fees; minor units, signed in our favour."""

    kind: str
    count: int
    base_minor: int
    fees_minor: int


def sums_of(batch: SettlementBatch) -> list[Sums]:
    """By kind of line, in one query over the batch's own partition."""
    lines = PspLine.objects.filter(bucket=batch.bucket, batch=batch, net_currency=batch.currency).order_by()
    rows: Any = lines.values("kind").annotate(count=Count("pk"), net=Sum("net_minor"), fees=Sum(FEES))
    return [Sums(row["kind"], row["count"], int(row["net"]) + int(row["fees"]), int(row["fees"])) for row in rows]


def batch_proof(batch: SettlementBatch) -> Panel:
    """Terms that add up exactly to the expected figure; expected less bank (or less the stated payout) is the residual."""
    sums = sums_of(batch)
    earned = sorted(
        (each for each in sums if each.kind not in NOT_EARNED),
        key=lambda each: list(LABELS).index(each.kind) if each.kind in LABELS else 99,
    )
    fees, fee_lines = sum(each.fees_minor for each in earned), sum(each.count for each in earned if each.fees_minor)
    carried = sum(each.base_minor for each in sums if each.kind == "balance_transfer")
    left = [Term(LABELS.get(each.kind, sentence(each.kind)), each.base_minor, each.count) for each in earned]
    left += [Term("PSP fees", -fees, fee_lines)] if fees else []
    left += [Term("Carried from or to another batch", carried)] if carried else []
    expected = sum(each.base_minor for each in earned) - fees + carried
    left.append(Term("= expected in bank", expected, kind="total"))
    shown, charge = bank_side(batch)
    right = [Term("The report says it pays", batch.payout_minor), Term("The bank shows", shown)]
    right += [Term("The bank kept as its charge", charge)] if charge else []
    day = batch.payout_date
    note = f"batch {batch.number} · {batch.get_state_display().lower()}" + (f" · payout of {day.day} {day:%b %Y}" if day else "")
    residual = (batch.payout_minor if shown is None else shown + charge) - expected
    waits = "waits for the bank" if shown is None and batch.payout_minor else ""
    return proof(f"Proof · {batch.currency}", batch.currency, left, right, residual, note=note, waits=waits)
