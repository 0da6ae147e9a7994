"""How tests of the ledger write: lines as an accountant says them, posted as they are."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ledger.actors import system_actor
from ledger.models import Entry, JournalTransaction, LegalEntity
from ledger.operations import PostedTransaction, Posting, post

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TESTER = system_actor("tests")
Line = dict[str, Any]


def dr(kind: str, holder: str, amount_minor: int, asset: str = "EUR", *, ref: str = "", label: str = "") -> Line:
    return {"kind": kind, "holder": holder, "asset": asset, "amount_minor": amount_minor, "ref": ref, "label": label}


def cr(kind: str, holder: str, amount_minor: int, asset: str = "EUR", *, ref: str = "", label: str = "") -> Line:
    return dr(kind, holder, -amount_minor, asset, ref=ref, label=label)


def deposit(player: str, amount_minor: int, *, merchant: str = "ma_1") -> list[Line]:
    return [dr("clearing", merchant, amount_minor), cr("playable", player, amount_minor)]


def posting(entity: LegalEntity, key: str, *lines: Line, at: datetime = NOON, on: date | None = None, **facts: Any) -> Posting:
    """A posting of just these lines."""
    return Posting("OPENING_BALANCE@1", key, entity.pk, {"lines": list(lines)}, at, business_date=on, **facts)


def book(entity: LegalEntity, key: str, *lines: Line, at: datetime = NOON, **facts: Any) -> PostedTransaction:
    """Post it in a transaction of its own."""
    with transaction.atomic():
        return post(posting(entity, key, *lines, at=at, **facts), actor=TESTER, now=at)


def lines_of(identity: UUID) -> list[tuple[str, str, str, int]]:
    """What is posted: (kind, holder, asset, amount), debit positive, in the order of posting."""
    entries = Entry.objects.filter(transaction_id=identity).select_related("account").order_by("id")
    return [(entry.account.kind, entry.account.owner_ref, entry.asset, entry.amount_minor) for entry in entries]


def journal_size() -> tuple[int, int]:
    """Transactions and entries."""
    return JournalTransaction.objects.count(), Entry.objects.count()
