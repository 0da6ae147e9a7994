"""Statement and trial balance as CSV, streamed (L13): amounts as decimals and as minor units, each currency in its own column."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

from ledger.admin.accounts.asking import Asked
from ledger.exports import Major, csv_lines, sides
from ledger.models import Account, LegalEntity
from ledger.queries import TrialAccount, Wanted, stream_statement

STATEMENT_HEADER = (
    "posted_at", "business_date", "corrects_date", "transaction_id", "kind", "intent_id", "reference", "label", "currency",
    "debit", "credit", "balance", "amount_minor", "balance_minor",
)  # fmt: skip
TRIAL_HEADER = (
    "entity", "as_of_business_date", "as_of_posted_at", "group", "account_kind", "holder", "currency", "debit", "credit",
    "debit_minor", "credit_minor",
)  # fmt: skip


def statement_rows(wanted: Wanted) -> Iterator[Sequence[Any]]:
    """One row per entry, oldest first; balance and `_minor` columns are debit positive."""
    for line in stream_statement(wanted):
        debit, credit = sides(line.amount_minor, line.asset)
        yield (
            line.posted_at, line.business_date, line.corrects_date, line.public_id, line.kind, line.intent_ref, line.ref, line.label,
            line.asset, debit, credit, Major(line.balance_minor, line.asset), line.amount_minor, line.balance_minor,
        )  # fmt: skip


def trial_rows(entity: LegalEntity, groups: Iterable[tuple[str, Sequence[TrialAccount]]], asked: Asked) -> Iterator[Sequence[Any]]:
    """One row per account of the house, one per kind of players' accounts."""
    for group, rows in groups:
        for row in rows:
            yield (
                entity.code, asked.asof.business_date, asked.asof.posted_at, group, row.kind, row.holder, row.asset,
                Major(row.debit_minor, row.asset), Major(row.credit_minor, row.asset), row.debit_minor, row.credit_minor,
            )  # fmt: skip


def statement_name(account: Account) -> str:
    return f"statement_{account.kind}_{account.pk}_{account.asset}.csv"


def csv_answer(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """The file, a row at a time."""
    answer = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer
