"""Chargeback fees that stand alone in a report: with no dispute to carry them (CHARGEBACK_FEE_NOT_BOOKED)."""

from reconciliation.matching.facts import LineFacts
from reconciliation.matching.sql import UNMATCHED_OF_BATCH
from reconciliation.models import PspLine, SettlementBatch
from reconciliation.queries.unpaired import fee_lines, lines_of

_WORDS = ("chargeback fee", "dispute fee", "chargeback cost", "fee chargeback")


def names_chargeback_fee(line: LineFacts) -> bool:
    """Whether a fee row says that it is of a chargeback, in its text or its type."""
    text = " ".join(f"{line.object_reference} {line.type}".casefold().split())
    return any(words in text for words in _WORDS)


def chargeback_fees(batch: SettlementBatch) -> list[tuple[LineFacts, int]]:
    """(line, its cost in minor units of the settlement) for each fee row of a chargeback that names no payment with a chargeback line,
    and for each chargeback line that takes a fee and nothing else."""
    rows = [line for line in fee_lines(batch) if names_chargeback_fee(line) and not _is_carried(line)]
    alone = lines_of(UNMATCHED_OF_BATCH, {"batch": batch.pk, "bucket": batch.bucket, "kinds": ["chargeback"]})
    return [*((line, -line.net_minor) for line in rows), *((line, line.fees_minor) for line in alone if is_fee_alone(line))]


def is_fee_alone(line: LineFacts) -> bool:
    """A chargeback line that takes a fee and no money: there is nothing to dispute."""
    return line.kind == "chargeback" and not line.gross_minor and bool(line.fees_minor)


def _is_carried(line: LineFacts) -> bool:
    """Whether a chargeback of the same payment is in a report: then the fee is its dispute's."""
    return (
        bool(line.psp_reference)
        and PspLine.objects.filter(kind="chargeback", psp_reference=line.psp_reference).exclude(gross_minor=0).exists()
    )
