"""What a PSP says in a paper of its own that it sends to the bank, against the sum of the movements (FORMATS.md 1.6)."""

from collections.abc import Iterable
from datetime import datetime

from cashier.models import MerchantAccount
from ledger.actors import system_actor
from ledger.money import get_asset
from ledger.transitions import move
from reconciliation.formats import Statement
from reconciliation.models import FileState, SettlementBatch, SourceFile
from reconciliation.models.files import BatchState
from reconciliation.operations.cases import raise_case, resolve_by_key

LOADER = system_actor("loader")
TELLERS = frozenset({"checkout_payouts", "psp_balances"})  # sources that state figures and no movements: nothing of them is posted
ROUNDED = frozenset({"checkout_breakdown"})  # sources whose rows may miss the payout by a hundredth (fees below the smallest unit)


def compare_told(account: MerchantAccount, statements: Iterable[Statement], *, now: datetime) -> None:
    """Payouts were told: hold them against the batches that are there."""
    for told in statements:
        batch = SettlementBatch.objects.filter(merchant_account=account, number=told.number, currency=told.currency, version=1).first()
        if batch is not None and told.closing_minor is not None and batch.source_file.source in ROUNDED:
            _compare(batch, told.closing_minor, now=now)


def compare_batches(batches: Iterable[SettlementBatch], *, now: datetime) -> None:
    """Batches came: hold them against the payouts that were told before."""
    for batch in batches:
        if batch.version == 1 and batch.source_file.source in ROUNDED and (told := _told(batch)) is not None:
            _compare(batch, told, now=now)


def _told(batch: SettlementBatch) -> int | None:
    """The payout by the latest paper that states it; None where none does."""
    key = {"number": batch.number, "currency": batch.currency}
    papers = SourceFile.objects.filter(source__in=TELLERS, state=FileState.LOADED, merchant_account=batch.merchant_account)
    paper = papers.filter(result__statements__contains=[key]).order_by("-loaded_at").first()
    stated = paper.result["statements"] if paper else []
    return next((int(each["closing_minor"]) for each in stated if key.items() <= each.items()), None)


def _compare(batch: SettlementBatch, told_minor: int, *, now: datetime) -> None:
    """A hundredth is rounding, and what is told counts; more holds the batch until the papers agree."""
    difference = told_minor - batch.payout_minor
    is_open = batch.state in (BatchState.LOADED, BatchState.HELD)
    if abs(difference) > _hundredth(batch.currency) or (difference and not is_open):
        if batch.state == BatchState.LOADED:
            move(batch, "hold", actor=LOADER, now=now, event="batch.held")
        _raise(batch, told_minor, now=now)
        return
    if difference:
        batch.payout_minor, batch.updated_at = told_minor, now
        batch.save(update_fields=["payout_minor", "updated_at"])
    if batch.state == BatchState.HELD:
        move(batch, "release", actor=LOADER, now=now, event="batch.released")
    resolve_by_key(_key(batch), rule="payout_told_anew@1", text="A later paper states the payout that the rows come to.", now=now)


def _key(batch: SettlementBatch) -> str:
    return f"PAYOUT_TOLD:{batch.ref}"


def _raise(batch: SettlementBatch, told_minor: int, *, now: datetime) -> None:
    raise_case(
        code="SETTLEMENT_BATCH_UNBALANCED",
        entity_id=batch.merchant_account.entity_id,
        business_date=batch.business_date,
        amount_minor=told_minor - batch.payout_minor,
        currency=batch.currency,
        merchant_account=batch.merchant_account,
        dedupe_key=_key(batch),
        facts={"batch": batch.number, "rows_minor": batch.payout_minor, "payout_minor": told_minor},
        links=[("batch", batch.public_id), ("file", batch.source_file.public_id)],
        now=now,
    )


def _hundredth(currency: str) -> int:
    """0.01 in minor units; 0 where the currency has fewer decimals."""
    return int(10 ** get_asset(currency).exponent) // 100
