"""A bank's file into statements and booked lines (R2, R3)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from django.db.models import Q

from cashier.models import BankAccount
from reconciliation.bulk.text_rows import BANK_COLUMNS, bank_rows
from reconciliation.formats import BankLine, FormatRefused, Reader, ReadResult, Statement
from reconciliation.formats.references import same_account
from reconciliation.models import BankStatement, SourceFile
from reconciliation.operations.load.accounts import hold_accounts, names_of
from reconciliation.operations.load.partitions import choose_bucket, close_partition, copy_lines, open_partition

TABLE = "reconciliation_bank_line"


def load_statements(
    *, source_file: SourceFile, read: ReadResult, reader: Reader, account: BankAccount | None, now: datetime
) -> list[BankStatement]:
    """Load every statement of the file; needs a transaction.

    `read` is the result of a first reading: statements are known only at a file's end, and each line needs its own. `reader` is a
    second reading. Raises FormatRefused for an account that is none of ours, and for a statement that is loaded already.
    """
    accounts = [_account_of(found, account) for found in read.statements]
    hold_accounts(accounts)
    bucket = choose_bucket(source_file.byte_size, now)
    open_partition(TABLE, bucket)
    statements = [_statement(found, its, source_file, bucket, now) for found, its in zip(read.statements, accounts, strict=True)]
    BankStatement.objects.bulk_create(statements)
    by_index = {row.index: (row.pk, row.bank_account_id) for row in statements}
    lines = cast(Iterator[BankLine], iter(reader))
    rows = bank_rows(lines, bucket=bucket, statement_of=lambda line: by_index[line.statement_index])
    copy_lines(TABLE, bucket, tuple(BANK_COLUMNS), rows)
    reader.finish()
    close_partition(TABLE, bucket)
    source_file.bank_account = statements[0].bank_account if statements else account
    source_file.bucket, source_file.lines = bucket, read.lines
    return statements


def find_bank_accounts(reference: str, currency: str) -> list[BankAccount]:
    """Our accounts that a bank calls `reference`: by their IBAN, a national form of it, or their name with us. Banks give accounts in
    several currencies one IBAN: those of the currency are meant where there are any."""
    accounts = BankAccount.objects.select_related("entity").order_by("code")
    named = [account for account in accounts if any(same_account(name, reference) for name in names_of(account))]
    return [account for account in named if account.currency == currency] or named


def _account_of(found: Statement, given: BankAccount | None) -> BankAccount:
    accounts = [given] if given else find_bank_accounts(found.account_ref, found.currency)
    if len(accounts) == 1 and accounts[0].currency == found.currency:
        return accounts[0]
    named = f"the statement is of {found.account_ref!r} in {found.currency}"
    if not accounts:
        message = f"{named}, which is the IBAN or name of no bank account of ours; where the file names none, give it with --account"
    elif len(accounts) > 1:
        codes = " and ".join(account.code for account in accounts)
        message = f"{named}, which may be {codes}; give the right one with --account"
    else:
        message = (
            f"{named}, and {accounts[0].code} is in {accounts[0].currency}; where the bank has one IBAN for several currencies, make an"
            f" account for each, with its currency behind the IBAN, and load the file without --account"
        )
    raise FormatRefused("account", message, line=found.line_number)


def _statement(found: Statement, account: BankAccount, source_file: SourceFile, bucket: int, now: datetime) -> BankStatement:
    if found.opening_minor is None or found.closing_minor is None:
        raise FormatRefused("not_a_statement", "the statement has no opening or closing balance", line=found.line_number)
    _refuse_loaded(found, account, source_file.source)
    _refuse_overlapping(found, account, source_file)
    closing_date = found.closing_date or found.opening_date
    return BankStatement(
        source_file=source_file,
        bank_account=account,
        index=found.index,
        number=found.number[:40],
        currency=found.currency,
        opening_minor=found.opening_minor,
        closing_minor=found.closing_minor,
        opening_date=found.opening_date or closing_date,
        closing_date=closing_date,
        lines=found.lines,
        bucket=bucket,
        loaded_at=now,
    )


def _refuse_loaded(found: Statement, account: BankAccount, source: str) -> None:
    """The same statement in another file: its lines would be posted twice. In another format its number, and its lines' texts, differ."""
    same: dict[str, Any] = {
        "bank_account": account,
        "closing_date": found.closing_date or found.opening_date,
        "opening_minor": found.opening_minor,
        "closing_minor": found.closing_minor,
    }
    is_other = ~Q(source_file__source=source) if found.lines else Q(pk=None)
    loaded = BankStatement.objects.filter(Q(number=found.number[:40]) | is_other, **same).select_related("source_file").first()
    if loaded is not None:
        message = f"statement {found.number} of {account.code} is loaded already, from {loaded.source_file.name}"
        raise FormatRefused("statement_loaded", message, line=found.line_number)


def _refuse_overlapping(found: Statement, account: BankAccount, source_file: SourceFile) -> None:
    """A list of lines without a number of its own (CSV) that goes back behind the end of what is loaded, and does not go on from there:
    somebody asked the bank for days that are here already, and most such lines have no reference by which they would be known."""
    if found.number or found.opening_date is None or found.closing_date is None:
        return
    days = {"opening_date__lt": found.closing_date, "closing_date__gt": found.opening_date}
    beside = BankStatement.objects.filter(bank_account=account, **days).exclude(source_file=source_file).select_related("source_file")
    same = list(beside.order_by("-closing_date"))
    if not same or any(each.closing_minor == found.opening_minor or each.opening_minor == found.closing_minor for each in same):
        return
    message = (
        f"days of {account.code} from {found.opening_date} to {found.closing_date} are loaded already, up to {same[0].closing_date} from"
        f" {same[0].source_file.name}; give only lines that are not in it"
    )
    raise FormatRefused("statement_loaded", message, line=found.line_number)
