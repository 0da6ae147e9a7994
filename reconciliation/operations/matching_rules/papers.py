"""Which stored lines a back-test runs over, and that the files they came from are what was received (R2, R15)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cashier.models import BankAccount, MerchantAccount
from ledger.canonical import canonical_json, sha256_hex
from reconciliation.models import BankLine, BankStatement, SettlementBatch, SourceFile
from reconciliation.models.files import BatchState
from reconciliation.queries.stored import stored_path

_CHUNK = 1 << 20


class BrokenFile(Exception):
    """A stored file is not what was received."""


@dataclass(frozen=True, slots=True)
class Papers:
    """Batches by merchant account, bank accounts with lines in the period, and the number of all lines.

    `files`: {"count", "intact", "absent", "digest"}: how many files the lines came from, how many of them still are what was received,
    how many lie elsewhere, and one hash over the hashes of all.
    """

    since: date
    until: date
    batches: dict[MerchantAccount, list[SettlementBatch]]
    banks: list[BankAccount]
    lines: int
    files: dict[str, int | str]


def read_papers(*, account: str, since: date, until: date) -> Papers:
    """What was loaded for business days `since` to `until` of the account of this code, or of all. Raises BrokenFile."""
    batches = SettlementBatch.objects.filter(business_date__range=(since, until), version=1)
    banks = BankAccount.objects.all()
    if account:
        batches, banks = batches.filter(merchant_account__code=account), banks.filter(code=account)
    by_account: dict[MerchantAccount, list[SettlementBatch]] = {}
    for batch in batches.exclude(state=BatchState.HELD).select_related("merchant_account__entity", "source_file").order_by(
        "merchant_account__code", "business_date", "number", "currency"
    ):  # fmt: skip
        by_account.setdefault(batch.merchant_account, []).append(batch)
    lines = BankLine.objects.filter(booked_date__range=(since, until), bank_account__in=banks)
    with_lines = list(banks.filter(pk__in=lines.values("bank_account_id")).select_related("entity").order_by("code"))
    total = sum(batch.lines for own in by_account.values() for batch in own) + lines.count()
    statements = BankStatement.objects.filter(pk__in=lines.values("statement_id"))
    ids = {batch.source_file_id for own in by_account.values() for batch in own} | set(statements.values_list("source_file_id", flat=True))
    return Papers(since, until, by_account, with_lines, total, _files(SourceFile.objects.filter(pk__in=ids).order_by("sha256", "source")))


def _files(rows: Iterable[SourceFile]) -> dict[str, int | str]:
    hashes, absent = [], 0
    for row in rows:
        hashes.append(row.sha256)
        path = stored_path(row.storage_path)
        if not path.exists():
            absent += 1
            continue
        found = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                found.update(chunk)
        if found.hexdigest() != row.sha256:
            raise BrokenFile(f"{row.name} is not what was received: its bytes have another hash.")
    return {"count": len(hashes), "intact": len(hashes) - absent, "absent": absent, "digest": sha256_hex(canonical_json(hashes))}
