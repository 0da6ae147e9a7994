"""One file in: stored as received, read whole, loaded whole or refused whole (R1, R2; INTERFACES.md 2, ingest)."""

from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction

from cashier.models import BankAccount, MerchantAccount
from ledger.actors import Actor
from ledger.refusals import Invalid
from ledger.transitions import move, record_birth
from reconciliation.formats import FormatRefused, ReadError, ReadResult, UnknownSource, inspect
from reconciliation.formats.inspecting import describe, digest
from reconciliation.formats.repeated import forgive_repeated
from reconciliation.models import FileState, SourceFile
from reconciliation.operations.load.accounts import Account, names_of, zone_of
from reconciliation.operations.load.after import after_report, after_statements
from reconciliation.operations.load.bank_statement import load_statements
from reconciliation.operations.load.opening import open_reader
from reconciliation.operations.load.progress import counted, reading, telling
from reconciliation.operations.load.settlement_report import load_report
from reconciliation.operations.refusing import note_loaded, note_refused
from reconciliation.operations.storing import is_set_aside, set_aside, store
from reconciliation.queries.column_maps import maps_of
from reconciliation.queries.stored import is_intact, stored_path

BANK_SOURCES = frozenset({"camt053", "mt940", "bai2", "csv_bank"})


class NotAccepted(Exception):
    """The file was understood, and a check that must hold does not; raised inside the load to undo it."""

    def __init__(self, result: ReadResult) -> None:
        super().__init__("a check does not hold")
        self.result = result


def ingest_file(*, file: BinaryIO, name: str, source: str, actor: Actor, now: datetime, account: str = "") -> dict[str, Any]:
    """Store and load a file; gives ingest's object. The same bytes a second time: `duplicate_of` names the first, nothing changes.

    `account`: code of the merchant or bank account that the file must be of; empty: the file's own word decides.
    Raises Invalid for an unknown source or account, FileNotKept; a file that is refused is no exception, but an object with `accepted`
    false.
    """
    received = receive_file(file=file, name=name, source=source, account=account, actor=actor, now=now)
    return load_file(file_id=received.pk, actor=actor, now=now, is_fresh=True)


def dry_run(*, file: BinaryIO, name: str, source: str, account: str = "") -> dict[str, Any]:
    """ingest's object of a file, from the file alone; with `account` also whether it is that account's. Writes nothing."""
    found = find_account(account) if account else None
    try:
        return inspect(
            file,
            source=source,
            registry=settings.REPORT_FORMATS,
            name=name,
            account=names_of(found),
            zone=zone_of(found),
            maps=maps_of(source, found),
        )
    except UnknownSource as unknown:
        raise Invalid(str(unknown), field="source", rule="unknown") from unknown


def receive_file(*, file: BinaryIO, name: str, source: str, actor: Actor, now: datetime, account: str = "") -> SourceFile:
    """Store the bytes and make their row, state RECEIVED; the same bytes of one source are one row. Raises Invalid, FileNotKept."""
    if source not in settings.REPORT_FORMATS:
        raise Invalid(f"No format {source!r}; known: {', '.join(sorted(settings.REPORT_FORMATS))}.", field="source", rule="unknown")
    if account:
        find_account(account)
    sha256, size = digest(file)
    known = SourceFile.objects.filter(source=source, sha256=sha256).first()
    if known is not None and is_set_aside(known.storage_path):
        return known  # a card number is in it: no second copy within reach (C14)
    path = store(file, sha256)
    values = {
        "name": name,
        "byte_size": size,
        "storage_path": path,
        "account_hint": account,
        "received_at": now,
        "received_by_kind": actor.kind,
        "received_by_id": actor.id,
        "updated_at": now,
    }
    with transaction.atomic():
        row, made = SourceFile.objects.get_or_create(source=source, sha256=sha256, defaults=values)
        if made:
            record_birth(row, actor=actor, now=now, event="file.received")
        elif account:
            _give_again(row, account, now=now)
    return row


def _give_again(row: SourceFile, account: str, *, now: datetime) -> None:
    """A refused file that comes again for another account is of that one: its refusal may have said to name the right one."""
    locked = SourceFile.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if locked.state == FileState.REFUSED and locked.account_hint != account:
        locked.account_hint, locked.updated_at = account, now
        locked.save(update_fields=["account_hint", "updated_at"])


def load_file(*, file_id: UUID, actor: Actor, now: datetime, is_fresh: bool = False) -> dict[str, Any]:
    """Load a received file in one transaction, or refuse it; gives ingest's object.

    The row is locked first: of two who load the same file at once, the second finds it loaded. A refused file is tried again. Its bytes
    are held against its hash, unless the caller has stored them this moment (`is_fresh`).
    """
    try:
        with transaction.atomic():
            row = SourceFile.objects.select_for_update(of=("self",)).get(pk=file_id)
            if row.state == FileState.LOADED:
                return {**row.result, "duplicate_of": row.public_id}
            if row.state == FileState.REFUSED:
                move(row, "retry", actor=actor, now=now, event="file.received")
            if not is_fresh and not is_intact(stored_path(row.storage_path), row.sha256):
                raise FormatRefused("damaged", "the stored bytes are gone, or not those that were received: send the file again")
            with telling(row.public_id, row.byte_size):
                return _load(row, actor=actor, now=now)
    except FormatRefused as refusal:
        return _refuse(file_id, None, refusal.error, actor=actor, now=now)
    except NotAccepted as refusal:
        return _refuse(file_id, refusal.result, None, actor=actor, now=now)


def find_account(code: str) -> Account:
    """The merchant or bank account of a code. Raises Invalid."""
    account: Account | None = MerchantAccount.objects.select_related("entity").filter(code=code).first()
    account = account or BankAccount.objects.select_related("entity").filter(code=code).first()
    if account is None:
        raise Invalid(f"No account {code!r} is known.", field="account", rule="unknown")
    return account


def _load(row: SourceFile, *, actor: Actor, now: datetime) -> dict[str, Any]:
    account = find_account(row.account_hint) if row.account_hint else None
    result = _load_bank(row, account, now) if row.source in BANK_SOURCES else _load_psp(row, account, now)
    row.encoding, row.error, row.loaded_at = result.encoding, None, now
    row.result = describe(source=row.source, file=_described(row), result=result, error=None)
    fields = ["merchant_account", "bank_account", "bucket", "lines", "encoding", "result", "error", "loaded_at"]
    move(row, "load", actor=actor, now=now, event="file.loaded", extra_fields=fields)
    note_loaded(row, now=now)
    return dict(row.result)


def _load_psp(row: SourceFile, account: Account | None, now: datetime) -> ReadResult:
    if isinstance(account, BankAccount):
        raise FormatRefused("account", f"{account.code} is a bank account; this is a PSP's report")
    result, batches = load_report(source_file=row, account=account, now=now)
    _require_accepted(result)
    after_report(batches, now=now)
    return result


def _load_bank(row: SourceFile, account: Account | None, now: datetime) -> ReadResult:
    if isinstance(account, MerchantAccount):
        raise FormatRefused("account", f"{account.code} is a merchant account; this is a bank's statement")
    with stored_path(row.storage_path).open("rb") as file:
        reading(file, stage="Checking")
        first = open_reader(row.source, file, account)
        for _ in counted(first):
            pass
        result = forgive_repeated(first.finish(), lambda: open_reader(row.source, file, account))
        _require_accepted(result)
        reading(file, stage="Loading")
        statements, told = load_statements(
            source_file=row, read=result, read_again=lambda: open_reader(row.source, file, account), account=account, now=now
        )
    after_statements(statements, now=now)
    return replace(result, checks=(*result.checks, *told))


def _require_accepted(result: ReadResult) -> None:
    if not result.accepted:
        raise NotAccepted(result)


def _refuse(file_id: UUID, result: ReadResult | None, error: ReadError | None, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Keep the refusal with its place, and raise its case. A file with a card number inside is set aside (C14)."""
    with transaction.atomic():
        row = SourceFile.objects.select_for_update(of=("self",)).get(pk=file_id)
        row.result = describe(source=row.source, file=_described(row), result=result, error=error)
        row.error = row.result["error"]
        if row.state == FileState.LOADED:
            return {**row.result, "duplicate_of": row.public_id}
        if error is not None and error.code == "card_number":
            row.storage_path = set_aside(row.storage_path)
        fields = ["result", "error", "storage_path"]
        if row.state == FileState.REFUSED:
            row.save(update_fields=fields)
        else:
            move(row, "refuse", actor=actor, now=now, event="file.refused", extra_fields=fields)
        note_refused(row, result, now=now)
    return dict(row.result)


def _described(row: SourceFile) -> dict[str, Any]:
    return {"name": row.name, "sha256": row.sha256, "bytes": row.byte_size, "encoding": row.encoding or None}
