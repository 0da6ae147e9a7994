"""Payouts in several bank lines, and several payouts in one (SETTLEMENT_SPLIT_OR_MERGED): what is exact is matched."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from reconciliation.models import BankLine, ExceptionCase, Match, SettlementBatch
from reconciliation.models.cases import LIVE_STATES
from reconciliation.models.files import BatchState
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.run.context import BankRun
from reconciliation.operations.run.transfers import find_batch, names_any, said_on, transfer_of

CODE = "SETTLEMENT_SPLIT_OR_MERGED"
MOST_PARTS = 5


def find_parted(lines: Sequence[BankLine], batches: Sequence[SettlementBatch]) -> set[UUID]:
    """Payouts that several of these lines name."""
    named = Counter(tied[0].pk for line in lines if (tied := find_batch(line, batches)) is not None)
    return {batch for batch, count in named.items() if count > 1}


def find_begun(line: BankLine) -> SettlementBatch | None:
    """The payout that this line's text names and of which the bank has shown a part: at most five parts, never more than was sent."""
    begun = SettlementBatch.objects.filter(
        merchant_account__settlement_routes__bank_account=line.bank_account, currency=line.currency, version=1, state=BatchState.PAID
    )
    recent = begun.select_related("merchant_account__entity", "source_file").order_by("-business_date").distinct()[:200]
    short = [batch for batch in recent if abs(batch.paid_minor) < abs(batch.payout_minor)]
    tied = find_batch(line, short)
    if tied is None or tied[1] != "bank.transfer_reference@1":
        return None
    batch = tied[0]
    fits = abs(batch.paid_minor + line.amount_minor) <= abs(batch.payout_minor)
    return batch if fits and _parts_of(batch).count() < MOST_PARTS else None


def find_merged(line: BankLine, batches: Sequence[SettlementBatch]) -> list[SettlementBatch]:
    """The payouts that one line's text names, where they are two to five; else none."""
    same_way = [batch for batch in batches if (batch.payout_minor > 0) == (line.amount_minor > 0) and batch.currency == line.currency]
    named = [batch for batch in same_way if names_any(said_on(line), batch)]
    return named if 1 < len(named) <= MOST_PARTS else []


def tell_parts(step: BankRun, batch: SettlementBatch) -> None:
    """Parts that sum to the payout explain what was told before; parts that do not are a case, in place of a difference."""
    lines = BankLine.objects.filter(pk__in=list(_parts_of(batch).values_list("line_id", flat=True))).order_by("booked_date", "pk")
    rest = int(batch.payout_minor) - sum(int(line.amount_minor) for line in lines)
    told = ExceptionCase.objects.filter(links__kind="batch", links__target_id=batch.public_id, state__in=LIVE_STATES)
    for case in told.filter(reason__in=("BANK_SETTLEMENT_AMOUNT_DIFFERS", CODE) if not rest else ("BANK_SETTLEMENT_AMOUNT_DIFFERS",)):
        words = "The parts sum exactly to the payout." if not rest else "The payout comes in parts: its own case tells what is left."
        auto_resolve_case(case, rule="payout_in_parts@1", text=words, data={"lines": [line.pk for line in lines]}, now=step.now)
    if rest:
        _raise_split(step, batch, list(lines), rest)


def raise_merged(step: BankRun, line: BankLine, batches: Sequence[SettlementBatch]) -> None:
    """One line names several payouts: it waits in suspense until a person confirms which parts belong together."""
    total = sum(int(batch.payout_minor) for batch in batches)
    facts = {"batches": [batch.number for batch in batches], "payouts_minor": total, "difference_minor": int(line.amount_minor) - total}
    raise_case(
        code=CODE, entity_id=step.account.entity_id, business_date=line.booked_date, amount_minor=line.amount_minor, currency=line.currency,
        merchant_account=batches[0].merchant_account, bank_account=step.account, bank_reference=line.bank_reference,
        psp_reference=transfer_of(batches[0]).reference, dedupe_key=f"{CODE}:{line.ref}", facts={**facts, "narrative": line.narrative},
        links=[("bank_line", str(line.pk)), *(("batch", batch.public_id) for batch in batches)], run=step.run, now=step.now,
    )  # fmt: skip


def without_merged(batches: list[SettlementBatch]) -> list[SettlementBatch]:
    """Payouts that no live case says to be inside another line."""
    live = ExceptionCase.objects.filter(reason=CODE, state__in=LIVE_STATES, links__kind="batch")
    inside = set(live.values_list("links__target_id", flat=True))
    return [batch for batch in batches if batch.public_id not in inside]


def _parts_of(batch: SettlementBatch) -> QuerySet[Match]:
    return Match.objects.filter(item_kind="batch", item_id=batch.pk, undone_at=None)


def _raise_split(step: BankRun, batch: SettlementBatch, lines: list[BankLine], rest: int) -> None:
    raise_case(
        code=CODE, entity_id=step.account.entity_id, business_date=lines[-1].booked_date, amount_minor=rest, currency=batch.currency,
        merchant_account=batch.merchant_account, bank_account=step.account, psp_reference=transfer_of(batch).reference,
        bank_reference=lines[-1].bank_reference, dedupe_key=f"{CODE}:{batch.ref}:{rest}",
        facts={"batch": batch.number, "payout_minor": int(batch.payout_minor), "parts_minor": [int(line.amount_minor) for line in lines],
               "rest_minor": rest},
        links=[("batch", batch.public_id), *(("bank_line", str(line.pk)) for line in lines)], run=step.run, now=step.now,
    )  # fmt: skip
