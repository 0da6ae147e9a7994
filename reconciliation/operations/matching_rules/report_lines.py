"""Lines of reports in a back-test: paired by both versions in SQL, compared there, and judged where one leaves them alone (R15)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from cashier.models import MerchantAccount
from ledger.ids import to_public
from reconciliation.matching import replay_sql as sql
from reconciliation.matching.comparing import CHANGES, MOST_EXAMPLES, NEW, OLD, Comparison, Example, Side
from reconciliation.matching.judge import judge
from reconciliation.matching.rules import Rule
from reconciliation.matching.ruleset import RuleSet
from reconciliation.matching.sql import LINE_COLUMNS
from reconciliation.models import SettlementBatch
from reconciliation.models.matches import ITEM_PREFIXES
from reconciliation.operations.run.differences import CODES as DIFFERS
from reconciliation.operations.run.world import read_world
from reconciliation.queries.unpaired import lines_of

BY_PEOPLE = ["by_hand@1", "person.named@1"]
MOST_JUDGED = 20_000  # of an account: more lines without partner are counted, not judged
_CHUNK = 1000
_MISSING = {"capture": "CAPTURE_NOT_SETTLED", "refund": "REFUND_MISSING_AT_PSP", "payout": "WITHDRAWAL_SENT_PSP_NOT_PAID"}
_COLUMNS = ", ".join(f"l.{name}" for name in LINE_COLUMNS)
_LINES = f"SELECT {_COLUMNS} FROM reconciliation_psp_line l WHERE l.id = ANY(%(lines)s) ORDER BY l.id"
Told = Callable[[int], None]


def replay_reports(
    account: MerchantAccount, batches: Sequence[SettlementBatch], *, old: RuleSet, new: RuleSet, into: Comparison, told: Told
) -> None:
    """Pair the lines of these batches of one account by both versions, in a temporary table, and add what differs to `into`."""
    rules = {kind: (_of(old, kind), _of(new, kind)) for kind in dict.fromkeys(rule.kind for rule in (*old.psp, *new.psp))}
    common = {"account": account.pk, "by_people": BY_PEOPLE, "batches": [batch.pk for batch in batches]}
    with _table():
        for batch in batches:
            told(0)
            into.lines += _pair(batch, rules, common)
            told(batch.lines)
        _sum_up(into)
        _judge(account, batches, list(rules), into)


@contextmanager
def _table() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(sql.MAKE)
        try:
            yield
        finally:
            cursor.execute(sql.DROP)


def _of(rules: RuleSet, kind: str) -> list[Rule]:
    return [rule for rule in rules.psp if rule.kind == kind]


def _pair(batch: SettlementBatch, rules: dict[str, tuple[list[Rule], list[Rule]]], common: dict[str, Any]) -> int:
    """Each kind by the old rules and by the new ones; where no rule of a kind differs, once. Gives the number of lines looked at."""
    looked = 0
    of_batch = {**common, "batch": batch.pk, "bucket": batch.bucket}
    with connection.cursor() as cursor:
        for kind, (old, new) in rules.items():
            cursor.execute(sql.LOOKED_AT, {**of_batch, "kind": kind})
            count = int(cursor.fetchone()[0])
            looked += count
            if not count:
                continue
            for rule in old:
                cursor.execute(sql.insert_pairs(rule), {**of_batch, "side": OLD})
            if new == old:
                cursor.execute(sql.COPY_SIDE, {**of_batch, "kind": kind})
                continue
            for rule in new:
                cursor.execute(sql.insert_pairs(rule), {**of_batch, "side": NEW})
    return looked


def _sum_up(into: Comparison) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.ANALYZE)
    for side, rule, count in _rows(sql.BY_RULE):
        into.add_matched(side, rule, count)
    for side, item_kind, count in _rows(sql.BY_DIFFERENCE):
        into.add_codes(side, DIFFERS.get(item_kind, ""), count)
    for side, item_kind, count in _rows(sql.ITEMS_ALONE):
        into.add_codes(1 - side, _MISSING.get(item_kind, ""), count)
    for change, currency, count, amount in _rows(sql.CHANGES):
        into.add_change(change, currency, count, int(amount))
    same, other = next(iter(_rows(sql.AS_STORED)))
    into.as_stored = [into.as_stored[0] + same, into.as_stored[1] + other]


def _judge(account: MerchantAccount, batches: Sequence[SettlementBatch], kinds: list[str], into: Comparison) -> None:
    """The case that each line without partner would be, by side; then the first lines of each change, with their codes."""
    codes: dict[int, str] = {}
    for batch in batches:
        parameters = {"batch": batch.pk, "bucket": batch.bucket, "kinds": kinds, "by_people": BY_PEOPLE, "most": MOST_JUDGED + 1}
        alone = list(_rows(sql.LEFT_ALONE, parameters))
        into.not_judged += max(len(alone) - MOST_JUDGED, 0)
        for start in range(0, min(len(alone), MOST_JUDGED), _CHUNK):
            chunk = alone[start : start + _CHUNK]
            found = _codes_of(account, [line for line, _, _ in chunk])
            for line, by_old, by_new in chunk:
                into.add_codes(OLD, found[line] if by_old else "")
                into.add_codes(NEW, found[line] if by_new else "")
                if by_old != by_new and len(codes) < 4 * MOST_EXAMPLES:
                    codes[line] = found[line]
    for change in CHANGES[:3]:
        into.add_examples(change, _examples(account, change, codes))


def _codes_of(account: MerchantAccount, lines: list[int]) -> dict[int, str]:
    facts = lines_of(_LINES, {"lines": lines})
    world = read_world(account.pk, facts)
    return {line.id: judge(line, world).code for line in facts}


def _examples(account: MerchantAccount, change: str, codes: dict[int, str]) -> Iterator[Example]:
    rows = list(_rows(sql.EXAMPLES, {"change": change, "most": MOST_EXAMPLES}))
    missing = [row[0] for row in rows if row[0] not in codes and change != "moved"]
    codes = {**codes, **(_codes_of(account, missing) if missing else {})}
    for line, batch, reference, minor, currency, old_kind, old_item, old_rule, new_kind, new_item, new_rule in rows:
        code = codes.get(line, "") if change != "moved" else ""
        yield Example(
            f"psp:{line}", to_public(SettlementBatch.PREFIX, batch), reference, int(minor), currency,
            Side(_partner(old_kind, old_item), old_rule, "" if old_item else code),
            Side(_partner(new_kind, new_item), new_rule, "" if new_item else code),
        )  # fmt: skip


def _partner(kind: str | None, item: Any) -> str:
    return to_public(ITEM_PREFIXES[kind], item) if kind and item else ""


def _rows(statement: str, parameters: dict[str, Any] | None = None) -> Iterator[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or {})
        yield from cursor.fetchall()
