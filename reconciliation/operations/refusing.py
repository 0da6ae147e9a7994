"""Cases of files that were refused, and their end when a right file comes (FILE_REFUSED, SETTLEMENT_BATCH_UNBALANCED)."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from cashier.models import BankAccount, MerchantAccount
from ledger.calendar import business_date
from ledger.models import LegalEntity
from reconciliation.formats import ReadResult
from reconciliation.models import ExceptionCase, SourceFile
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import auto_resolve_case, raise_case


def note_refused(row: SourceFile, result: ReadResult | None, *, now: datetime) -> None:
    """Raise the case of a refused file: one per file; a batch that does not add up has a code of its own."""
    merchant, bank = _accounts(row, result)
    entity = (merchant or bank or _any_account()).entity
    unbalanced = [check for check in result.checks if not check.ok and check.name == "control_total"] if result else []
    failed = [check for check in result.checks if not check.ok] if result else []
    batches = [batch for batch in result.batches if batch.net_minor] if result else []
    only_unbalanced = bool(batches) and len(unbalanced) == len(failed)
    raise_case(
        code="SETTLEMENT_BATCH_UNBALANCED" if only_unbalanced else "FILE_REFUSED",
        entity_id=entity.pk,
        business_date=business_date(entity, now),
        amount_minor=sum(abs(batch.net_minor) for batch in batches) if only_unbalanced else 0,
        currency=batches[0].currency if only_unbalanced else (bank.currency if bank else ""),
        merchant_account=merchant,
        bank_account=bank,
        dedupe_key=f"FILE_REFUSED:{row.public_id}",
        facts=_facts(row, failed),
        links=[("file", row.public_id)],
        now=now,
    )


def note_loaded(row: SourceFile, *, now: datetime) -> None:
    """A right file came: refusals that it puts right resolve themselves."""
    codes = ("FILE_REFUSED", "SETTLEMENT_BATCH_UNBALANCED")
    live = ExceptionCase.objects.filter(reason__in=codes, state__in=LIVE_STATES, dedupe_key__startswith="FILE_REFUSED:")
    refused = {f"FILE_REFUSED:{file.public_id}": file for file in _refused(row, live)}
    for case in live.filter(dedupe_key__in=list(refused)):
        if _puts_right(row, refused[case.dedupe_key], case):
            auto_resolve_case(
                case, rule="right_file_loaded@1", text=f"A right file was loaded: {row.name}.", data={"file": row.public_id}, now=now
            )


def _refused(row: SourceFile, live: QuerySet[ExceptionCase]) -> list[SourceFile]:
    """Files of this source that have a live case."""
    ids = [SourceFile.id_of(key.partition(":")[2]) for key in live.values_list("dedupe_key", flat=True)]
    return list(SourceFile.objects.filter(pk__in=ids, source=row.source))


def _puts_right(row: SourceFile, refused: SourceFile, case: ExceptionCase) -> bool:
    """Whether what was loaded is the refused file put right: its bytes after all; the same batches, or statements with the same number
    and balances, under any name; or its name, where that is a name of its own and nothing tells of another account, batch or statement.
    """
    if refused.pk == row.pk:
        return True
    if {case.merchant_account_id, case.bank_account_id} - {None, row.merchant_account_id, row.bank_account_id}:
        return False
    was, now = _parts(refused), _parts(row)
    if was and was.keys() <= now.keys():
        is_told = all(key[1] and now[key] == balances for key, balances in was.items())
        return is_told or refused.name == row.name
    return not was and refused.name == row.name and not _is_every_files(row, refused)


def _parts(file: SourceFile) -> dict[tuple[str, str, str], tuple[Any, Any]]:
    """(account, number, currency) of each batch or statement -> its opening and closing balance; empty for what could not be read."""
    parts = file.result.get("statements", [])
    return {(each["account_ref"], each["number"], each["currency"]): (each["opening_minor"], each["closing_minor"]) for each in parts}


def _is_every_files(row: SourceFile, refused: SourceFile) -> bool:
    """Whether a file was loaded under this name before the refused one came: then all of the source may be called so."""
    named = SourceFile.objects.filter(source=row.source, name=row.name, state=SourceFile.State.LOADED)
    return named.filter(received_at__lte=refused.received_at).exclude(pk__in=[refused.pk, row.pk]).exists()


def _facts(row: SourceFile, failed: list[Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {"file": row.name, "source": row.source}
    if row.error:
        facts |= {"line": row.error["line"], "column": row.error["column"], "why": row.error["message"]}
    if failed:
        facts["checks"] = [f"{check.name}: expected {check.expected}, found {check.actual} ({check.where})" for check in failed]
    return facts


def _accounts(row: SourceFile, result: ReadResult | None) -> tuple[MerchantAccount | None, BankAccount | None]:
    """The account that the file was given for, else the one that it names."""
    names = [row.account_hint] if row.account_hint else [batch.merchant_account for batch in result.batches] if result else []
    merchant = MerchantAccount.objects.select_related("entity").filter(code__in=names).first()
    bank = BankAccount.objects.select_related("entity").filter(code__in=names).first()
    return merchant, bank


def _any_account() -> Any:
    """Whose case it is where a file names no account: the operator's first entity."""
    return type("Operator", (), {"entity": LegalEntity.objects.order_by("code").first()})
