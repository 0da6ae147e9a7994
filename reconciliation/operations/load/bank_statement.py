"""A bank's file into statements and booked lines (R2, R3)."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, cast

from django.db.models import Q

from cashier.models import BankAccount
from reconciliation.bulk.text_rows import BANK_COLUMNS, bank_rows
from reconciliation.formats import BankLine, Check, FormatRefused, Reader, ReadResult, Statement
from reconciliation.formats.references import same_account
from reconciliation.models import BankStatement, SourceFile
from reconciliation.operations.load.accounts import hold_accounts, names_of
from reconciliation.operations.load.overlapping import Shared, find_shared
from reconciliation.operations.load.partitions import choose_bucket, close_partition, copy_lines, open_partition

TABLE = "reconciliation_bank_line"


def load_statements(
    *, source_file: SourceFile, read: ReadResult, read_again: Callable[[], Reader], account: BankAccount | None, now: datetime
) -> tuple[list[BankStatement], list[Check]]:
    """Load every statement of the file; needs a transaction. Gives them, and what is to be said of lines that were loaded before.

    `read` is the result of a first reading: statements are known only at a file's end, and each line needs its own. `read_again` begins
    another. Raises FormatRefused for an account that is none of ours, and for a statement, or days of a list, that are loaded already.
    """
    accounts = [_account_of(found, account) for found in read.statements]
    hold_accounts(accounts)
    bucket = choose_bucket(source_file.byte_size, now)
    open_partition(TABLE, bucket)
    pairs = list(zip(read.statements, accounts, strict=True))
    shared = [_shared(found, its, source_file, read_again) for found, its in pairs]
    known = frozenset[int]().union(*(each.places for each in shared if each))
    statements = [_statement(*pair, each, source_file, bucket, now) for pair, each in zip(pairs, shared, strict=True)]
    BankStatement.objects.bulk_create(statements)
    by_index = {row.index: (row.pk, row.bank_account_id) for row in statements}
    reader = read_again()
    lines = cast(Iterator[BankLine], iter(reader))
    rows = bank_rows(lines, bucket=bucket, statement_of=lambda line: by_index[line.statement_index], known=known)
    copy_lines(TABLE, bucket, tuple(BANK_COLUMNS), rows)
    reader.finish()
    close_partition(TABLE, bucket)
    source_file.bank_account = statements[0].bank_account if statements else account
    source_file.bucket, source_file.lines = bucket, read.lines
    return statements, [_told(each) for each in shared if each]


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


def _shared(found: Statement, account: BankAccount, source_file: SourceFile, read_again: Callable[[], Reader]) -> Shared | None:
    _balances(found)
    _refuse_loaded(found, account, source_file.source)
    return find_shared(found, account, source_file, read_again)


def _balances(found: Statement) -> tuple[int, int]:
    if found.opening_minor is None or found.closing_minor is None:
        raise FormatRefused("not_a_statement", "the statement has no opening or closing balance", line=found.line_number)
    return found.opening_minor, found.closing_minor


def _told(shared: Shared) -> Check:
    where = f"{len(shared.places)} line(s) of {shared.day} are loaded already from {shared.of}, and not again"
    return Check("sequence", True, shared.opening_minor, shared.opening_minor, where)


def _statement(
    found: Statement, account: BankAccount, shared: Shared | None, source_file: SourceFile, bucket: int, now: datetime
) -> BankStatement:
    opening_minor, closing_minor = _balances(found)
    closing_date = found.closing_date or found.opening_date
    return BankStatement(
        source_file=source_file,
        bank_account=account,
        index=found.index,
        number=found.number[:40],
        currency=found.currency,
        opening_minor=shared.opening_minor if shared else opening_minor,
        closing_minor=closing_minor,
        opening_date=found.opening_date or closing_date,
        closing_date=closing_date,
        lines=found.lines - (len(shared.places) if shared else 0),
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
