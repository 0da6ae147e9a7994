"""Cases of files that were refused, and their end when a right file comes (FILE_REFUSED, SETTLEMENT_BATCH_UNBALANCED)."""

from datetime import datetime
from typing import Any

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
    """A right file came: refusals of this account's files that were of the same name, or of these bytes, resolve themselves."""
    refused = SourceFile.objects.filter(source=row.source, state=SourceFile.State.REFUSED, name=row.name).values_list("pk", flat=True)
    keys = [f"FILE_REFUSED:{SourceFile(pk=pk).public_id}" for pk in [*refused, row.pk]]
    for case in ExceptionCase.objects.filter(dedupe_key__in=keys, state__in=LIVE_STATES):
        auto_resolve_case(
            case, rule="right_file_loaded@1", text=f"A right file was loaded: {row.name}.", data={"file": row.public_id}, now=now
        )


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
