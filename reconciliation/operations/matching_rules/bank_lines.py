"""Lines of statements in a back-test: each by both versions, with the engine's own comparisons, and nothing kept (R15)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from cashier.models import BankAccount
from reconciliation.matching.catalogue import BY_NAME
from reconciliation.matching.comparing import NEW, OLD, Comparison, Example, Side
from reconciliation.matching.rules import OTHER_RULES
from reconciliation.matching.ruleset import RuleSet
from reconciliation.models import BankLine, Match, ReconciliationRun, SettlementBatch
from reconciliation.models.files import BatchState
from reconciliation.operations.matching_rules.report_lines import BY_PEOPLE
from reconciliation.operations.run.bank import charge_label
from reconciliation.operations.run.context import BankRun
from reconciliation.operations.run.merged import find_merge
from reconciliation.operations.run.parts import CODE as PARTS_CODE
from reconciliation.operations.run.parts import PART, find_parted
from reconciliation.operations.run.transfers import find_batch, find_closed_by_amount, is_closed, is_exact

BEFORE, AFTER = timedelta(days=45), timedelta(days=10)  # how far a payout's day may lie from its line's
FIXED = [label for label in OTHER_RULES if (kind := BY_NAME.get(label.partition("@")[0])) is None or kind.is_fixed]
_CHUNK = 200


@dataclass
class _Book:
    """One version's state of the payouts while lines are gone through."""

    step: BankRun
    open: list[SettlementBatch]
    in_parts: set[UUID]
    begun: dict[UUID, SettlementBatch] = field(default_factory=dict)
    paid: dict[UUID, int] = field(default_factory=dict)
    parts: dict[UUID, int] = field(default_factory=dict)


def replay_bank(
    bank: BankAccount, since: date, until: date, *, old: RuleSet, new: RuleSet, into: Comparison, told: Callable[[int], None]
) -> None:
    """Tell what each line of this account booked from `since` to `until` is by both versions. Reads; writes nothing."""
    lines = _lines(bank, since, until)
    pool = _pool(bank, since, until, lines)
    sides = [_decide(bank, until, lines, pool, old, told)]
    sides.append(sides[0] if _same(old, new) else _decide(bank, until, lines, pool, new, told))
    for line in lines:
        said = [side[0][line.pk] for side in sides]
        into.add_line(Example(f"bank:{line.pk}", "", line.narrative, int(line.amount_minor), line.currency, said[OLD], said[NEW]))
    for side, (_, codes) in zip((OLD, NEW), sides, strict=True):
        for code in codes:
            into.add_codes(side, code)
    _compare_stored(lines, sides[OLD][0], into)
    told(len(lines))


def _same(old: RuleSet, new: RuleSet) -> bool:
    def of_bank(rules: RuleSet) -> list[tuple[str, bool]]:
        return [(use.label, use.is_on) for use in rules.uses if use.kind.name.startswith("bank.")]

    return of_bank(old) == of_bank(new)


def _lines(bank: BankAccount, since: date, until: date) -> list[BankLine]:
    """Booked in the period; not what people matched or took apart, nor what rules without choice took."""
    lines = BankLine.objects.filter(bank_account=bank, booked_date__range=(since, until)).order_by("booked_date", "id")
    ids = list(lines.values_list("pk", flat=True))
    theirs = Match.objects.filter(line_kind="bank", line_id__in=ids).exclude(undone_at=None).values_list("line_id", flat=True)
    fixed = Match.objects.filter(line_kind="bank", line_id__in=ids, rule__in=[*BY_PEOPLE, *FIXED], undone_at=None)
    left_out = {*theirs, *fixed.values_list("line_id", flat=True)}
    return [line for line in lines if line.pk not in left_out]


def _pool(bank: BankAccount, since: date, until: date, lines: Sequence[BankLine]) -> list[SettlementBatch]:
    """Payouts that may arrive here in the period and that no line outside of it, and no person, has shown."""
    batches = SettlementBatch.objects.filter(
        merchant_account__settlement_routes__bank_account=bank, currency=bank.currency, version=1,
        state__in=(BatchState.SETTLED, BatchState.PAID), business_date__range=(since - BEFORE, until + AFTER),
    ).exclude(payout_minor=0)  # fmt: skip
    found = list(batches.select_related("merchant_account__entity", "source_file").order_by("business_date", "number").distinct())
    shown = Match.objects.filter(item_kind="batch", item_id__in=[batch.pk for batch in found], undone_at=None)
    elsewhere = set(shown.exclude(line_id__in=[line.pk for line in lines]).values_list("item_id", flat=True))
    return [batch for batch in found if batch.pk not in elsewhere]


def _decide(
    bank: BankAccount, until: date, lines: Sequence[BankLine], pool: Sequence[SettlementBatch], rules: RuleSet, told: Callable[[int], None]
) -> tuple[dict[int, Side], list[str]]:
    """What each line is, and the codes of payouts that no line, or not the whole of it, shows."""
    now = datetime.combine(until, time(12), tzinfo=UTC)
    step = BankRun(ReconciliationRun(account_code=bank.code, date=until, updated_at=now), bank, until, now, rules)
    book = _Book(step, list(pool), find_parted(lines, pool, rules))
    said: dict[int, Side] = {}
    for number, line in enumerate(lines):
        said[line.pk] = _say(book, line)
        if number % _CHUNK == 0:
            told(0)
    missing = [batch for batch in book.open if is_closed(batch, until)]
    short = [batch for key, batch in book.begun.items() if book.parts[key] > 1 and book.paid[key] != batch.payout_minor]
    return said, [*["PSP_SUCCESS_MISSING_BANK_SETTLEMENT"] * len(missing), *[PARTS_CODE] * len(short)]


def _say(book: _Book, line: BankLine) -> Side:
    """One line, as operations.run.bank.post_lines goes about it."""
    rules = book.step.rules
    near = [batch for batch in book.open if line.booked_date - BEFORE <= batch.business_date <= line.booked_date + AFTER]
    tied = find_batch(line, near, rules) or find_closed_by_amount(line, near, rules, book.step.date)
    merge = None if tied and is_exact(line, tied[0]) else find_merge(book.step, line, near)
    if merge is not None and merge.is_certain:
        book.open = [batch for batch in book.open if batch not in merge.batches]
        return Side(" ".join(batch.public_id for batch in merge.batches), merge.rule)
    if tied is not None and (merge is None or tied[0].pk in book.in_parts):
        return _tie(book, line, *tied)
    if merge is None and (part := _part(book, line)) is not None:
        return part
    if (label := charge_label(line, rules)) is not None:
        return Side(f"bank_{label}", rules.named("bank.charge_code").label)
    if merge is not None:
        return Side(code=PARTS_CODE)
    return Side(code="BANK_ENTRY_REVERSED" if line.is_reversal else f"BANK_{'CREDIT' if line.amount_minor > 0 else 'DEBIT'}_UNIDENTIFIED")


def _tie(book: _Book, line: BankLine, batch: SettlementBatch, rule: str) -> Side:
    book.open.remove(batch)
    book.begun[batch.pk], book.paid[batch.pk], book.parts[batch.pk] = batch, int(line.amount_minor), 1
    differs = "" if is_exact(line, batch) or batch.pk in book.in_parts else "BANK_SETTLEMENT_AMOUNT_DIFFERS"
    return Side(batch.public_id, rule, differs)


def _part(book: _Book, line: BankLine) -> Side | None:
    """A further line of a payout that came in part, as operations.run.parts.find_begun looks for it."""
    rule = book.step.rules.use(PART)
    short = [batch for key, batch in book.begun.items() if abs(book.paid[key]) < abs(batch.payout_minor)]
    tied = find_batch(line, short, book.step.rules) if rule and short else None
    if rule is None or tied is None or not tied[1].startswith("bank.transfer_reference@"):
        return None
    batch, paid = tied[0], book.paid[tied[0].pk] + int(line.amount_minor)
    if abs(paid) > abs(batch.payout_minor) or book.parts[batch.pk] >= rule.parameters["most_parts"]:
        return None
    book.paid[batch.pk], book.parts[batch.pk] = paid, book.parts[batch.pk] + 1
    return Side(batch.public_id, rule.label)


def _compare_stored(lines: Sequence[BankLine], said: dict[int, Side], into: Comparison) -> None:
    """How many lines the version in force would match as they are matched."""
    stored: dict[int, list[str]] = {}
    matches = Match.objects.filter(line_kind="bank", line_id__in=[line.pk for line in lines], undone_at=None).order_by("id")
    for match in matches:
        stored.setdefault(match.line_id, []).append(match.item_public_id or match.item_kind)
    for line in lines:
        partners = sorted(said[line.pk].partner.split())
        if partners:
            into.as_stored[partners != sorted(stored.get(line.pk, []))] += 1
