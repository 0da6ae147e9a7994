"""Pairs whose amounts differ, and fees that are not in the contract (R7)."""

from collections.abc import Sequence

from cashier.operations.told_amounts import CODES as TOLD_OF
from cashier.operations.told_amounts import about_capture, key_of
from reconciliation.matching.judge import SCHEDULED_TEXTS, judge_fee
from reconciliation.models import CaseLink, ExceptionCase, Match, PspLine, SettlementBatch
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import raise_case
from reconciliation.operations.run.context import MerchantRun
from reconciliation.operations.run.findings import raise_line_case
from reconciliation.queries.unpaired import fee_lines

CODES = {
    "capture": "GROSS_AMOUNT_DIFFERS",
    "refund": "REFUND_AMOUNT_DIFFERS",
    "refund_reversal": "REFUND_AMOUNT_DIFFERS",
    "payout": "PAYOUT_AMOUNT_DIFFERS",
    "payout_return": "PAYOUT_AMOUNT_DIFFERS",
    "dispute": "CHARGEBACK_AMOUNT_DIFFERS",
}


def raise_differences(step: MerchantRun, batches: Sequence[SettlementBatch]) -> None:
    """A case for every pair of these batches whose line has another amount than its item; clearing keeps the difference on the item."""
    differing = Match.objects.filter(batch__in=batches, line_kind="psp", undone_at=None).exclude(difference_minor=0).order_by("id")
    lines = PspLine.objects.in_bulk([match.line_id for match in differing])
    for match in differing:
        _raise_difference(step, match, lines[match.line_id])


def raise_unexpected_fees(step: MerchantRun, batch: SettlementBatch) -> None:
    """A case for every fee row whose text is in no schedule; `fees` has taken what the PSP charged."""
    texts = (*SCHEDULED_TEXTS, *step.account.fee_schedule.get("line_texts", []))
    for line in fee_lines(batch):
        finding = judge_fee(line, texts)
        if finding is not None:
            raise_line_case(step, line, finding)


def _raise_difference(step: MerchantRun, match: Match, line: PspLine) -> None:
    code = CODES[match.item_kind]
    is_deposit = match.item_kind in ("capture", "dispute")
    case = raise_case(
        code=code,
        entity_id=step.account.entity_id,
        business_date=line.business_date,
        amount_minor=match.difference_minor,
        currency=match.currency,
        merchant_account=step.account,
        merchant_reference=line.merchant_reference if is_deposit else match.item_public_id,
        psp_reference=line.psp_reference,
        dedupe_key=_key(step, code, match, line),
        facts={
            "line": line.line_number,
            "line_minor": match.line_minor,
            "our_minor": match.line_minor - match.difference_minor,
            "difference_minor": match.difference_minor,
            "currency": match.currency,
            "psp_object": line.object_reference,
        },
        links=[(match.item_kind, match.item_public_id), ("psp_line", str(line.pk))],
        run=step.run,
        now=step.now,
    )
    if case.run_id != step.run.pk and case.state in LIVE_STATES:
        for kind, target in ((match.item_kind, match.item_public_id), ("psp_line", str(line.pk))):
            CaseLink.objects.get_or_create(case=case, kind=kind, target_id=target)


def _key(step: MerchantRun, code: str, match: Match, line: PspLine) -> str:
    """Whose case it is: that of what the PSP told before of the same amount, by an event or when it was asked, if anything.

    What a person ended before the line came was another matter: the line then has a case of its own.
    """
    by_line, by_amount = f"{code}:line:{line.pk}", _key_by_amount(step, code, match, line)
    if not by_amount or ExceptionCase.objects.filter(dedupe_key=by_line).exists():
        return by_line
    told = ExceptionCase.objects.filter(dedupe_key=by_amount).order_by("-version").first()
    is_its = told is None or told.state in LIVE_STATES or told.links.filter(kind="psp_line", target_id=str(line.pk)).exists()
    return by_amount if is_its else by_line


def _key_by_amount(step: MerchantRun, code: str, match: Match, line: PspLine) -> str:
    """The key under which the cashier tells it; "" for what it does not tell of."""
    minor = abs(int(match.line_minor))
    if match.item_kind == "capture" and line.object_reference:
        return f"{code}:{about_capture(step.account, line.object_reference, minor)}"
    return key_of(code, match.item_kind, match.item_public_id, minor) if match.item_kind in TOLD_OF else ""
