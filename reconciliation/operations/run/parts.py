"""Payouts in several bank lines (SETTLEMENT_SPLIT_OR_MERGED): what is exact is matched. Several payouts in one line: merged.py."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from reconciliation.matching.narrative import transfer_references
from reconciliation.matching.ruleset import RuleSet
from reconciliation.models import BankLine, ExceptionCase, Match, SettlementBatch
from reconciliation.models.cases import LIVE_STATES
from reconciliation.models.files import BatchState
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.run.context import BankRun
from reconciliation.operations.run.transfers import Tied, find_batch, said_on, transfer_of

CODE = "SETTLEMENT_SPLIT_OR_MERGED"
PART = "bank.part_of_payout"


def find_parted(lines: Sequence[BankLine], batches: Sequence[SettlementBatch], rules: RuleSet) -> set[UUID]:
    """Payouts that several of these lines name."""
    named = Counter(tied[0].pk for line in lines if (tied := find_batch(line, batches, rules)) is not None)
    return {batch for batch, count in named.items() if count > 1}


def find_begun(line: BankLine, rules: RuleSet) -> Tied | None:
    """The payout that this line's text names and of which the bank has shown a part, with the rule that says so: as many parts as the
    rule has, five at most, never more than was sent."""
    rule = rules.use(PART)
    if rule is None or not transfer_references(said_on(line)):
        return None
    begun = SettlementBatch.objects.filter(
        merchant_account__settlement_routes__bank_account=line.bank_account, currency=line.currency, version=1, state=BatchState.PAID
    )
    recent = begun.select_related("merchant_account__entity", "source_file").order_by("-business_date").distinct()[:200]
    short = [batch for batch in recent if abs(batch.paid_minor) < abs(batch.payout_minor)]
    tied = find_batch(line, short, rules)
    if tied is None or not tied[1].startswith("bank.transfer_reference@"):
        return None
    batch = tied[0]
    fits = abs(batch.paid_minor + line.amount_minor) <= abs(batch.payout_minor)
    return (batch, rule.label) if fits and _parts_of(batch).count() < rule.parameters["most_parts"] else None


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
