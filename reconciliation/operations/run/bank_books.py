"""A bank line in the books and among the matches: its posting, its match, its way out of suspense."""

from datetime import UTC, date, datetime, time
from typing import Any

from cashier.models import BankAccount
from ledger.operations import Posting, post
from reconciliation.models import BankLine, Match, SettlementBatch, SuspenseItem
from reconciliation.operations.cases import ENGINE
from reconciliation.operations.run.context import BankRun


def post_line(step: BankRun, rule: str, key: str, source: dict[str, Any], booked: date | None) -> str:
    """Post into the booking date's business day (L16), or as of now where a line is only moved out of suspense; the transaction's id."""
    instant = datetime.combine(booked, time(12), tzinfo=UTC) if booked else step.now
    posting = Posting(rule=rule, key=key, entity_id=step.account.entity_id, source=source, occurred_at=instant, business_date=booked)
    return post(posting, actor=ENGINE, now=step.now).public_id


def match_line(
    step: BankRun, line: BankLine, *, rule: str, item_kind: str, compared: dict[str, Any], batch: SettlementBatch | None = None,
    line_minor: int | None = None, difference_minor: int = 0, item_part: int = 0, line_part: int = 0,
) -> Match:  # fmt: skip
    """The line is consumed, by a payout or by what it is itself. `line_minor`: this part of it, where it is not all of it."""
    return Match.objects.create(
        rule=rule, item_part=item_part, line_kind="bank", line_id=line.pk, line_part=line_part, item_kind=item_kind,
        item_id=batch.pk if batch else None, batch=batch, run=step.run, currency=line.currency,
        line_minor=line.amount_minor if line_minor is None else line_minor, difference_minor=difference_minor, compared=compared,
        matched_at=step.now,
    )  # fmt: skip


def leave_suspense(step: BankRun, line: BankLine, item: SuspenseItem, *, by: Match, rule: str, source: dict[str, Any]) -> None:
    """The line that waited there is identified by this match. Needs its place under `lock_waiting`."""
    item.cleared_txn = post_line(step, rule, f"bank.identified:{line.ref}:{by.pk}", source, None)
    item.cleared_at = step.now
    item.save(update_fields=["cleared_txn", "cleared_at"])


def holders(account: BankAccount) -> dict[str, Any]:
    """Whose books, which bank account, which currency: as the sources of bank lines name them."""
    return {"entity": account.entity.public_id, "bank_account": account.public_id, "currency": account.currency}
