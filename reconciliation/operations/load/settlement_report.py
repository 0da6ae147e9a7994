"""A PSP's settlement report into batches and lines (R2, R3)."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction

from cashier.models import MerchantAccount
from ledger.calendar import business_date
from reconciliation.bulk.parts import DayRule, Noted, batch_id, rows_of
from reconciliation.bulk.text_rows import PSP_COLUMNS
from reconciliation.formats import Batch, FormatRefused, ReadResult
from reconciliation.models import SettlementBatch, SourceFile
from reconciliation.operations.load.accounts import hold_accounts, merchant_named, names_of
from reconciliation.operations.load.activity import SOURCES as ACTIVITY
from reconciliation.operations.load.activity import load_activity
from reconciliation.operations.load.halves import NotInHalves, can_be_halved, rows_in_halves
from reconciliation.operations.load.line_taxes import store_line_taxes
from reconciliation.operations.load.opening import open_reader
from reconciliation.operations.load.partitions import choose_bucket, close_partition, copy_lines, open_partition
from reconciliation.operations.load.progress import counted, reading
from reconciliation.operations.load.told_payouts import TELLERS, compare_told
from reconciliation.queries.stored import stored_path
from reconciliation.windows import due_date

TABLE = "reconciliation_psp_line"
log = structlog.get_logger(__name__)


def load_report(*, source_file: SourceFile, account: MerchantAccount | None, now: datetime) -> tuple[ReadResult, list[SettlementBatch]]:
    """Load every line of the report; needs a transaction, which the caller rolls back if the result is not accepted.

    Without `account` the file's own name of it decides. A large report is read in halves; where that fails, whole, by this process.
    Raises FormatRefused: also for a report of an account that is none of ours, or of two accounts.
    """
    is_given = account is not None
    account = account or _account_of(source_file)
    hold_accounts([account])
    if source_file.source in TELLERS | ACTIVITY:
        source_file.merchant_account = account
        if source_file.source in ACTIVITY:
            result = load_activity(source_file, account, is_given=is_given)
        else:
            result = _read_only(source_file, account, is_given)
            compare_told(account, result.statements, now=now)
        source_file.lines = result.lines
        return result, []
    bucket = choose_bucket(source_file.byte_size, now)
    days = DayRule(account.entity.zone, account.entity.cutoff)
    names = names_of(account) if is_given else ()
    result, noted = _copy_in_halves(source_file, names, bucket, days) or _copy_whole(source_file, account, is_given, bucket, days)
    _require_one_account(result)
    source_file.merchant_account, source_file.bucket, source_file.lines = account, bucket, result.lines
    batches = [_batch(batch, account, noted, source_file, bucket, now) for batch in result.batches]
    SettlementBatch.objects.bulk_create(batches)
    store_line_taxes(noted, batches)
    close_partition(TABLE, bucket)
    return result, batches


def _copy_in_halves(row: SourceFile, names: Sequence[str], bucket: int, days: DayRule) -> tuple[ReadResult, Noted] | None:
    """None where one process must read it all; then nothing of it is left in the transaction."""
    if not can_be_halved(row, bucket):
        return None
    noted, done = Noted(), list[ReadResult]()
    try:
        with closing(rows_in_halves(row, names, bucket=bucket, days=days, noted=noted, done=done)) as rows, transaction.atomic():
            open_partition(TABLE, bucket)
            copy_lines(TABLE, bucket, PSP_COLUMNS, rows)
    except NotInHalves as reason:
        log.info("report not read in halves", file=row.public_id, reason=str(reason))
        return None
    return done[0], noted


def _copy_whole(row: SourceFile, account: MerchantAccount, is_given: bool, bucket: int, days: DayRule) -> tuple[ReadResult, Noted]:
    noted = Noted()
    with stored_path(row.storage_path).open("rb") as file:
        reading(file, stage="Reading and loading")
        reader = open_reader(row.source, file, account, is_given=is_given)
        open_partition(TABLE, bucket)
        rows = rows_of(reader, file_id=row.pk, bucket=bucket, days=days, noted=noted)  # type: ignore[arg-type]
        copy_lines(TABLE, bucket, PSP_COLUMNS, rows)
        return reader.finish(), noted


def _read_only(row: SourceFile, account: MerchantAccount, is_given: bool) -> ReadResult:
    """A paper that states payouts: checked and kept, with no lines to post."""
    with stored_path(row.storage_path).open("rb") as file:
        reader = open_reader(row.source, file, account, is_given=is_given)
        for _ in counted(reader):
            pass
        return reader.finish()


def _account_of(row: SourceFile) -> MerchantAccount:
    """The account that the first line names."""
    with stored_path(row.storage_path).open("rb") as file:
        line: Any = next(iter(open_reader(row.source, file, None)), None)
    if line is None:
        raise FormatRefused("empty", "there is no line in the file", line=1, column=1)
    account = merchant_named(line.merchant_account)
    if account is None:
        said = f"{line.merchant_account!r} is no merchant account of ours" if line.merchant_account else "the file names no account"
        message = f"{said}; give the right one with --account"
        raise FormatRefused("account", message, line=line.line_number, column=1)
    return account


def _require_one_account(result: ReadResult) -> None:
    """A report that speaks of a second account can't be posted to one; two batches of one number would be one here."""
    names = sorted({batch.merchant_account for batch in result.batches})
    if len(names) > 1:
        raise FormatRefused("account", f"the report holds lines of {len(names)} merchant accounts: {', '.join(names)}")


def _batch(found: Batch, account: MerchantAccount, noted: Noted, source_file: SourceFile, bucket: int, now: datetime) -> SettlementBatch:
    own_id = batch_id(source_file.pk, found.number, found.currency)
    when, narrative = noted.transfers.get((found.number, found.currency), (None, ""))
    payout_date = business_date(account.entity, when) if when else None
    return SettlementBatch(
        id=own_id,
        merchant_account=account,
        number=found.number,
        currency=found.currency,
        version=_next_version(account, found),
        source_file=source_file,
        bucket=bucket,
        lines=found.lines,
        business_date=payout_date or _last_day(own_id, bucket),
        payout_date=payout_date,
        due_date=due_date("bank", found.currency, payout_date) if payout_date else None,
        payout_minor=found.payout_minor,
        carried_minor=found.carried_minor,
        transfer_reference=narrative[:200],
        taxes=noted.taxes.get((found.number, found.currency), {}),
        updated_at=now,
    )


def _next_version(account: MerchantAccount, found: Batch) -> int:
    same = SettlementBatch.objects.filter(merchant_account=account, number=found.number, currency=found.currency)
    return same.count() + 1


def _last_day(batch_id: UUID, bucket: int) -> date:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(business_date) FROM {partition(bucket)} WHERE batch_id = %s", [batch_id])
        day: date = cursor.fetchone()[0]
    return day


def partition(bucket: int) -> str:
    """The table that holds the bucket while it is being loaded."""
    return f"lines.psp_line_{int(bucket)}"
