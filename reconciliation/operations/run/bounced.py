"""Transfers of a PSP that came back to it (SETTLEMENT_TRANSFER_RETURNED): a later batch brings the money, and pays it."""

from reconciliation.matching.narrative import transfer_references
from reconciliation.models import ExceptionCase, PspLine, SettlementBatch
from reconciliation.models.cases import LIVE_STATES
from reconciliation.models.files import BatchState
from reconciliation.operations.cases import auto_resolve_case, raise_case, resolve_by_key
from reconciliation.operations.run.bank_cases import missing_key
from reconciliation.operations.run.context import BankRun, MerchantRun
from reconciliation.queries.bounced import bounced_refs

CODE = "SETTLEMENT_TRANSFER_RETURNED"


def raise_bounced(step: MerchantRun, batch: SettlementBatch) -> None:
    """A case for each transfer that the batch says came back; what was missing at our bank for it is explained."""
    for line, ref in bounced_refs(batch):
        origin = next((each for each in _before(batch) if each.ref == ref), None)
        _raise(step, batch, line, origin)
        if origin is not None:
            text = f"The transfer of batch {origin.number} came back to the PSP; it has a case of its own."
            resolve_by_key(missing_key(origin), rule="transfer_bounced@1", text=text, now=step.now)


def end_bounced(step: BankRun) -> None:
    """Cases whose money a later batch has paid to our bank end by themselves."""
    live = ExceptionCase.objects.filter(entity=step.account.entity_id, reason=CODE, state__in=LIVE_STATES, currency=step.account.currency)
    for case in live.select_related("merchant_account"):
        paid = SettlementBatch.objects.filter(
            merchant_account=case.merchant_account, currency=case.currency, state=BatchState.PAID, business_date__gte=case.business_date
        ).order_by("business_date", "number").first()  # fmt: skip
        if paid is not None:
            auto_resolve_case(
                case, rule="next_batch_paid@1", text=f"Batch {paid.number} paid it.", data={"batch": paid.public_id}, now=step.now
            )


def without_bounced(batches: list[SettlementBatch]) -> list[SettlementBatch]:
    """Payouts that are still to come: those that bounced will not."""
    told = ExceptionCase.objects.filter(reason=CODE, facts__origin__in=[batch.public_id for batch in batches])
    gone = set(told.values_list("facts__origin", flat=True))
    return [batch for batch in batches if batch.public_id not in gone]


def _before(batch: SettlementBatch) -> list[SettlementBatch]:
    same = SettlementBatch.objects.filter(merchant_account=batch.merchant_account, currency=batch.currency, version=1)
    return list(same.exclude(pk=batch.pk).select_related("merchant_account").order_by("-business_date")[:400])


def _raise(step: MerchantRun, batch: SettlementBatch, line: PspLine, origin: SettlementBatch | None) -> None:
    named = transfer_references(line.object_reference) or (transfer_references(origin.transfer_reference) if origin else [])
    links = [("psp_line", str(line.pk)), ("batch", batch.public_id), ("file", batch.source_file.public_id)]
    raise_case(
        code=CODE, entity_id=step.account.entity_id, business_date=line.business_date, amount_minor=line.net_minor,
        currency=line.net_currency, merchant_account=step.account, psp_reference=named[0] if named else "",
        dedupe_key=f"{CODE}:line:{line.pk}",
        facts={"line": line.line_number, "type": line.type, "batch": batch.number, "bounced_batch": origin.number if origin else "",
               "origin": origin.public_id if origin else "", "text": line.object_reference},
        links=[*links, *([("batch", origin.public_id)] if origin else [])], run=step.run, now=step.now,
    )  # fmt: skip
