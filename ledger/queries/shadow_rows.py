"""Rows of the CSV of a comparison (L11, L13): one per line that both rules don't make alike."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from ledger.exports import Major
from ledger.models import Shadow
from ledger.queries.shadows import stream_line_differences

DIFFERENCES_HEADER = (
    "transaction_id", "business_date", "posted_rule", "account_kind", "holder", "currency", "reference", "label", "current", "candidate",
    "difference", "current_minor", "candidate_minor", "difference_minor",
)  # fmt: skip


def difference_rows(shadow: Shadow, since: date, until: date) -> Iterator[Sequence[Any]]:
    """Amounts as decimals and as minor units, debit positive; difference is candidate less current."""
    for line in stream_line_differences(shadow, since, until):
        amounts = [int(line.current_minor), int(line.candidate_minor), int(line.candidate_minor - line.current_minor)]
        yield (
            line.public_id, line.business_date, line.posted_rule, line.kind, line.holder, line.asset, line.ref, line.label,
            *(Major(amount, line.asset) for amount in amounts), *amounts,
        )  # fmt: skip
