"""What players owe, by origin and age (L19): the aged report, and every open debt with what it must clear against."""

from typing import Any

from ledger.admin.accounts.asking import Asked
from ledger.admin.frames import Page, ref_cell
from ledger.admin.story import event_words
from ledger.calendar import business_date
from ledger.exports import Major
from ledger.models import LegalEntity
from ledger.queries import AGES, Debt, aged_receivables, list_debts

DEBTS_HEADER = (
    "entity", "as_of", "player_id", "origin_id", "kind", "since", "age_days", "age", "currency", "owed", "open", "owed_minor", "open_minor",
)  # fmt: skip
MOST_ROWS = 500


def debts_context(entity: LegalEntity, asked: Asked, page: Page) -> dict[str, Any]:
    """The aged table, and the oldest debts one by one."""
    today = asked.asof.business_date or business_date(entity, page.now)
    debts = list(list_debts(entity.pk, asked.asof))
    aged = [
        {"words": _words(row.kind), "asset": row.asset, "debts": row.debts, "ages": list(row.by_age.values()), "total": row.total_minor}
        for row in aged_receivables(entity.pk, today=today, asof=asked.asof)
    ]
    rows = [_row(debt, today) for debt in debts[:MOST_ROWS]]
    return {
        "entity": entity,
        "asked": asked,
        "ages": [words for _, words in AGES],
        "aged": aged,
        "debts": rows,
        "left_out": len(debts) - len(rows),
    }


def debt_rows(entity: LegalEntity, asked: Asked, page: Page) -> Any:
    """Rows of the CSV: every open debt, oldest first."""
    today = asked.asof.business_date or business_date(entity, page.now)
    for debt in list_debts(entity.pk, asked.asof):
        yield (
            entity.code, today, debt.player, debt.origin, debt.kind, debt.since, debt.age_days(today) if debt.since else None,
            debt.age(today), debt.asset, Major(debt.owed_minor, debt.asset), Major(debt.open_minor, debt.asset), debt.owed_minor,
            debt.open_minor,
        )  # fmt: skip


def _row(debt: Debt, today: Any) -> dict[str, Any]:
    since = f"{debt.since.day} {debt.since:%b %Y}" if debt.since else "—"
    return {
        "player": ref_cell(debt.player),
        "origin": ref_cell(debt.origin),
        "words": _words(debt.kind),
        "since": since,
        "age": f"{debt.age_days(today)} days" if debt.since else "paid under another reference",
        "owed": debt.owed_minor,
        "open": debt.open_minor,
        "asset": debt.asset,
    }


def _words(kind: str) -> str:
    return event_words(kind.lower()) if kind else "Paid under another reference"
