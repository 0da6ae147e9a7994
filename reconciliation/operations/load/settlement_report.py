"""A PSP's settlement report into batches and lines (R2, R3)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import connection

from cashier.models import MerchantAccount
from ledger.calendar import business_date
from ledger.ids import new_id
from reconciliation.formats import Batch, FormatRefused, PspLine, Reader, ReadResult
from reconciliation.models import SettlementBatch, SourceFile
from reconciliation.operations.load.partitions import choose_bucket, close_partition, copy_lines, open_partition
from reconciliation.operations.load.text_rows import PSP_COLUMNS, psp_rows
from reconciliation.windows import due_date

TABLE = "reconciliation_psp_line"


@dataclass(slots=True)
class Seen:
    """What is noted while lines pass by: the id of each batch, its first and last day, its transfer."""

    account: MerchantAccount
    ids: dict[tuple[str, str], UUID] = field(default_factory=dict)
    transfers: dict[tuple[str, str], tuple[datetime, str]] = field(default_factory=dict)
    last_day: dict[str, date] = field(default_factory=lambda: defaultdict(lambda: date.min))

    def batch_id(self, line: PspLine) -> UUID:
        return self.ids.setdefault((line.batch_number, line.net_currency), new_id())

    def day(self, instant: datetime) -> date:
        return business_date(self.account.entity, instant)


def load_report(
    *, source_file: SourceFile, reader: Reader, account: MerchantAccount | None, now: datetime
) -> tuple[ReadResult, list[SettlementBatch]]:
    """Load every line of the report; needs a transaction, which the caller rolls back if the result is not accepted.

    Without `account` the file's own name of it decides. Raises FormatRefused: also for a report of an account that is none of ours.
    """
    lines: Iterator[Any] = iter(reader)
    first = next(lines)
    account = account or _account_of(first)
    seen = Seen(account)
    bucket = choose_bucket(source_file.byte_size, now)
    open_partition(TABLE, bucket)
    rows = psp_rows(_watched(chain([first], lines), seen), bucket=bucket, batch_id_of=seen.batch_id, day_of=seen.day)
    copy_lines(TABLE, bucket, tuple(PSP_COLUMNS), rows)
    result = reader.finish()
    source_file.merchant_account, source_file.bucket, source_file.lines = account, bucket, result.lines
    batches = [_batch(batch, seen, source_file, bucket, now) for batch in result.batches]
    SettlementBatch.objects.bulk_create(batches)
    close_partition(TABLE, bucket)
    return result, batches


def _account_of(line: PspLine) -> MerchantAccount:
    account = MerchantAccount.objects.select_related("entity").filter(code__iexact=line.merchant_account).first()
    if account is None:
        message = f"{line.merchant_account!r} is no merchant account of ours; give the right one with --account"
        raise FormatRefused("account", message, line=line.line_number, column=1)
    return account


def _watched(lines: Iterable[PspLine], seen: Seen) -> Iterator[PspLine]:
    """The lines as they come; transfers are noted in passing."""
    for line in lines:
        if line.kind == "transfer" and line.net_minor < 0:
            key = (line.batch_number, line.net_currency)
            reference = " ".join(filter(None, [line.payout_reference, line.modification_reference]))
            seen.transfers.setdefault(key, (line.created_at, reference))
        yield line


def _batch(read: Batch, seen: Seen, source_file: SourceFile, bucket: int, now: datetime) -> SettlementBatch:
    key = (read.number, read.currency)
    batch_id = seen.ids[key]
    when, narrative = seen.transfers.get(key, (None, ""))
    payout_date = seen.day(when) if when else None
    return SettlementBatch(
        id=batch_id,
        merchant_account=seen.account,
        number=read.number,
        currency=read.currency,
        version=_next_version(seen.account, read),
        source_file=source_file,
        bucket=bucket,
        lines=read.lines,
        business_date=payout_date or _last_day(batch_id, bucket),
        payout_date=payout_date,
        due_date=due_date("bank", read.currency, payout_date) if payout_date else None,
        payout_minor=read.payout_minor,
        carried_minor=read.carried_minor,
        transfer_reference=narrative[:200],
        updated_at=now,
    )


def _next_version(account: MerchantAccount, read: Batch) -> int:
    same = SettlementBatch.objects.filter(merchant_account=account, number=read.number, currency=read.currency)
    return same.count() + 1


def _last_day(batch_id: UUID, bucket: int) -> date:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(business_date) FROM {partition(bucket)} WHERE batch_id = %s", [batch_id])
        day: date = cursor.fetchone()[0]
    return day


def partition(bucket: int) -> str:
    """The table that holds the bucket while it is being loaded."""
    return f"lines.psp_line_{int(bucket)}"
