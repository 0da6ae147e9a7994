"""A PSP's activity export into rows (R1, R3): what it says happened, kept to be held against our books by the account's runs (R4)."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from cashier.models import MerchantAccount
from ledger.calendar import business_date
from reconciliation.bulk.text_rows import decode
from reconciliation.formats import ReadResult
from reconciliation.formats.values import PspEvent
from reconciliation.models import Activity, SourceFile
from reconciliation.operations.load.opening import open_reader
from reconciliation.operations.load.progress import counted
from reconciliation.queries.stored import stored_path

SOURCES = frozenset({"adyen_accounting"})
_TOGETHER = 1000


def load_activity(row: SourceFile, account: MerchantAccount, *, is_given: bool) -> ReadResult:
    """Every event of the file; needs a transaction, which the caller rolls back if the result is not accepted."""
    with stored_path(row.storage_path).open("rb") as file:
        reader = open_reader(row.source, file, account, is_given=is_given)
        events: Iterable[Any] = counted(reader)
        rows = _rows(events, row, account)
        while together := list(islice(rows, _TOGETHER)):
            Activity.objects.bulk_create(together)
        return reader.finish()


def _rows(events: Iterable[PspEvent], row: SourceFile, account: MerchantAccount) -> Iterator[Activity]:
    for event in events:
        reference, ours = _decoded(event.merchant_reference), _decoded(event.modification_merchant_reference)
        yield Activity(
            source_file=row, merchant_account=account, line_number=event.line_number, kind=event.kind, record_type=event.record_type[:60],
            merchant_reference=event.merchant_reference[:120], psp_reference=event.psp_reference[:80],
            object_reference=(event.modification_reference or event.psp_reference)[:200],
            reference_kind=reference[0], reference_id=reference[1], object_kind=ours[0], object_id=ours[1],
            currency=event.payment_currency, amount_minor=_moved(event), booked_at=event.booked_at,
            business_date=business_date(account.entity, event.booked_at),
        )  # fmt: skip


def _moved(event: PspEvent) -> int:
    """What the event is about: what left or reached a bucket of the payment's currency; of one that names none, what is paid for it."""
    return max(abs(event.captured_minor), abs(event.authorised_minor), abs(event.received_minor)) or abs(event.payable_minor)


def _decoded(reference: str) -> tuple[str, UUID | None]:
    kind, _, digits = decode(reference).partition("\t")
    return (kind, UUID(digits)) if kind else ("", None)
