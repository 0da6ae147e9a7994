"""The T-account of a page of a statement: what was brought forward, debits and credits by what they were, and what is carried."""

from collections import defaultdict
from dataclasses import dataclass

from ledger.admin.frames import Panel
from ledger.admin.story import event_words
from ledger.queries import Statement


@dataclass(frozen=True, slots=True)
class Item:
    """A line of one side; minor units, never negative. `count`: how many postings are in it, None for a balance."""

    words: str
    amount_minor: int
    count: int | None = None


def t_account(statement: Statement, asset: str) -> Panel:
    """Both sides, whose totals are equal: the smaller side ends with the balance that is carried forward."""
    opening = Item(statement.first_words, abs(statement.brought_minor))
    closing = Item(statement.last_words, abs(statement.carried_minor))
    sides = [_side(statement, name, sign, opening, closing) for name, sign in (("Debit", 1), ("Credit", -1))]
    return Panel("T-account", "ops/t_account.html", {"sides": sides, "asset": asset}, note="of the postings shown")


def _side(statement: Statement, name: str, sign: int, opening: Item, closing: Item) -> dict[str, object]:
    items = _movements(statement, sign)
    if statement.brought_minor * sign > 0:
        items.insert(0, opening)
    if statement.carried_minor * sign < 0:
        items.append(closing)
    return {"name": name, "items": items, "total": sum(item.amount_minor for item in items)}


def _movements(statement: Statement, sign: int) -> list[Item]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in statement.rows:
        if row.amount_minor * sign > 0:
            sums[event_words(row.kind.lower())][0] += row.amount_minor * sign
            sums[event_words(row.kind.lower())][1] += 1
        if row.skipped_minor * sign > 0:
            sums["Left out by the filters"][0] += row.skipped_minor * sign
    return [Item(words, total, count or None) for words, (total, count) in sums.items()]
