"""Cases between a PSP's payouts and our bank (REASON_CODES.md)."""

from uuid import UUID

from reconciliation.models import BankLine, ExceptionCase, SettlementBatch
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.run.context import BankRun
from reconciliation.operations.run.transfers import Tied, transfer_of
from reconciliation.queries.duplicate_lines import Duplicate


def raise_unidentified(step: BankRun, line: BankLine, code: str, *, suggested: Tied | None = None) -> None:
    """Money in or out that is tied to nothing; `suggested`: the payout that it seems to be."""
    seems = {"suggested_batch": suggested[0].number, "rule": suggested[1]} if suggested else {}
    raise_case(
        code=code,
        entity_id=step.account.entity_id,
        business_date=line.booked_date,
        amount_minor=line.amount_minor,
        currency=line.currency,
        bank_account=step.account,
        bank_reference=line.bank_reference,
        dedupe_key=f"{code}:{line.ref}",
        facts={"counterparty": line.counterparty, "narrative": line.narrative, "booked": line.booked_date.isoformat(), **seems},
        links=[("bank_line", str(line.pk))],
        run=step.run,
        now=step.now,
    )


def raise_duplicated(step: BankRun, line: BankLine, found: Duplicate) -> None:
    """A line that stands twice: the second is not posted."""
    raise_case(
        code="BANK_LINE_DUPLICATED",
        entity_id=step.account.entity_id,
        business_date=line.booked_date,
        amount_minor=line.amount_minor,
        currency=line.currency,
        bank_account=step.account,
        bank_reference=line.bank_reference,
        dedupe_key=f"BANK_LINE_DUPLICATED:{line.ref}",
        facts={"narrative": line.narrative, "booked": line.booked_date.isoformat(), "balances_hold_with_it": found.is_counted},
        links=[("bank_line", str(line.pk)), ("bank_line", str(found.first_id))],
        run=step.run,
        now=step.now,
    )


def raise_amount_differs(step: BankRun, line: BankLine, batch: SettlementBatch, difference_minor: int, reference: str) -> None:
    """Tied by its reference, another amount: what came is booked, the rest stays in transit."""
    raise_case(
        code="BANK_SETTLEMENT_AMOUNT_DIFFERS",
        entity_id=step.account.entity_id,
        business_date=line.booked_date,
        amount_minor=difference_minor,
        currency=line.currency,
        merchant_account=batch.merchant_account,
        bank_account=step.account,
        psp_reference=reference,
        bank_reference=line.bank_reference,
        dedupe_key=f"BANK_SETTLEMENT_AMOUNT_DIFFERS:{batch.ref}:{line.ref}",
        facts={
            "batch": batch.number,
            "payout_minor": batch.payout_minor,
            "bank_minor": line.amount_minor,
            "difference_minor": difference_minor,
            "narrative": line.narrative,
        },
        links=[("batch", batch.public_id), ("bank_line", str(line.pk)), ("file", batch.source_file.public_id)],
        run=step.run,
        now=step.now,
    )


def raise_missing_settlements(step: BankRun, batches: list[SettlementBatch]) -> None:
    """Payouts that no bank line has shown by the end of their window."""
    for batch in batches:
        if batch.due_date is None or batch.due_date > step.date:
            continue
        raise_case(
            code="PSP_SUCCESS_MISSING_BANK_SETTLEMENT",
            entity_id=step.account.entity_id,
            business_date=batch.payout_date or batch.business_date,
            amount_minor=batch.payout_minor,
            currency=batch.currency,
            merchant_account=batch.merchant_account,
            bank_account=step.account,
            psp_reference=transfer_of(batch).reference,
            dedupe_key=missing_key(batch),
            facts={"batch": batch.number, "due": batch.due_date.isoformat(), "transfer": batch.transfer_reference},
            links=[("batch", batch.public_id), ("file", batch.source_file.public_id)],
            run=step.run,
            now=step.now,
        )


def resolve_identified(step: BankRun, line: BankLine, batch: SettlementBatch, *, decided: UUID | None = None) -> None:
    """The line that nobody knew, or the payout that nobody saw, is explained. Not the case that a person ends by saying so: `decided`."""
    keys = [f"{code}:{line.ref}" for code in ("BANK_CREDIT_UNIDENTIFIED", "BANK_DEBIT_UNIDENTIFIED")]
    explained = ExceptionCase.objects.filter(dedupe_key__in=[*keys, missing_key(batch)], state__in=LIVE_STATES)
    text = f"The bank line of batch {batch.number} came."
    for case in explained if decided is None else explained.exclude(pk=decided):
        auto_resolve_case(case, rule="bank_line_came@1", text=text, data={"bank_line": line.pk, "batch": batch.public_id}, now=step.now)


def missing_key(batch: SettlementBatch) -> str:
    """A payout is missing once."""
    return f"PSP_SUCCESS_MISSING_BANK_SETTLEMENT:{batch.ref}"
