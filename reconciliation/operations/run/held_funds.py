"""Holds of the PSP on single payments (PSP_FUNDS_HELD): a reserve row that names a payment of ours, until one gives it back."""

from reconciliation.models import ExceptionCase, PspLine, SettlementBatch
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.run.context import MerchantRun
from reconciliation.queries.held_funds import held_lines


def tell_held_funds(step: MerchantRun, batch: SettlementBatch) -> None:
    """A case for each payment that the batch holds; where it gives a hold back, the case ends by itself."""
    for line in held_lines(batch):
        if line.net_minor < 0:
            _raise(step, batch, line)
        elif line.net_minor > 0:
            _end(step, line)


def _raise(step: MerchantRun, batch: SettlementBatch, line: PspLine) -> None:
    raise_case(
        code="PSP_FUNDS_HELD", entity_id=step.account.entity_id, business_date=line.business_date, amount_minor=line.net_minor,
        currency=line.net_currency, merchant_account=step.account, merchant_reference=line.merchant_reference,
        psp_reference=line.psp_reference, dedupe_key=f"PSP_FUNDS_HELD:line:{line.pk}",
        facts={"line": line.line_number, "type": line.type, "held_minor": -line.net_minor, "currency": line.net_currency,
               "psp_object": line.object_reference, "batch": batch.number},
        links=[("psp_line", str(line.pk)), ("batch", batch.public_id)], run=step.run, now=step.now,
    )  # fmt: skip


def _end(step: MerchantRun, line: PspLine) -> None:
    """The oldest hold on this payment of that amount."""
    live = ExceptionCase.objects.filter(merchant_account=step.account, reason="PSP_FUNDS_HELD", state__in=LIVE_STATES)
    same = live.filter(amount_minor=line.net_minor, currency=line.net_currency)
    named = same.filter(psp_reference=line.psp_reference) if line.psp_reference else same.filter(merchant_reference=line.merchant_reference)
    case = named.order_by("number").first()
    if case is not None:
        auto_resolve_case(case, rule="hold_ended@1", text="A later row gives it back.", data={"psp_line": line.pk}, now=step.now)
