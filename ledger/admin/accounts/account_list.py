"""The list of accounts: balances of the shown ones, and the trial balance per entity and currency above them."""

from collections import defaultdict
from typing import Any

from django.core.cache import cache

from ledger.admin.frames import Column, Filter, ListFrame, Page, View, money_cell
from ledger.admin.frames.text import sentence
from ledger.admin.story import holder_cell
from ledger.chart import CHART, WALLET_KINDS
from ledger.models import Account, LegalEntity
from ledger.queries import get_balance, trial_balance

PLAYER_KINDS = tuple(WALLET_KINDS)
KEPT_SECONDS = 15


def balances_of(rows: list[Account], page: Page) -> None:
    """Balances of the accounts on this page only: latest checkpoint and the tail after it."""
    page.memo["balances"] = {row.pk: get_balance(row.entity_id, row.kind, row.owner_ref, row.asset) for row in rows}


def trial_totals(page: Page) -> dict[str, Any]:
    """The trial balance of every entity, per currency: [(entity, asset, debit, credit, agrees)] for the strip above the list."""
    return {"strip": "ops/trial.html", "trial": [row for entity in LegalEntity.objects.order_by("code") for row in _trial_of(entity)]}


def _trial_of(entity: LegalEntity) -> list[dict[str, Any]]:
    kept = f"backoffice-trial:{entity.pk}"
    found: list[dict[str, Any]] | None = cache.get(kept)
    if found is None:
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for row in trial_balance(entity.pk):
            sums[row.asset][0] += row.debit_minor
            sums[row.asset][1] += row.credit_minor
        found = [{"entity": entity.code, "asset": asset, "debit": both[0], "credit": both[1]} for asset, both in sorted(sums.items())]
        cache.set(kept, found, KEPT_SECONDS)
    return found


def _balance(row: Account, page: Page) -> int:
    return int(page.memo.get("balances", {}).get(row.pk, 0))


def _debit(row: Account, page: Page) -> str:
    amount = _balance(row, page)
    return money_cell(amount, row.asset) if amount > 0 else ""


def _credit(row: Account, page: Page) -> str:
    amount = _balance(row, page)
    return money_cell(-amount, row.asset) if amount < 0 else money_cell(0, row.asset) if amount == 0 else ""


ACCOUNTS = ListFrame(
    question="What is on each account?",
    columns=[
        Column("Account", lambda row, page: sentence(row.kind), kind="name", area="a"),
        Column("Of", lambda row, page: holder_cell(row.owner_ref, page), area="c"),
        Column("Currency", lambda row, page: row.asset, area="b"),
        Column("Debit", _debit, kind="num", area="d"),
        Column("Credit", _credit, kind="num", area="d"),
        Column("Means", lambda row, page: CHART[row.kind].meaning, area="late"),
    ],
    views=[
        View("house", "House, PSPs and banks", lambda rows, page: rows.exclude(kind__in=PLAYER_KINDS)),
        View("players", "Players", lambda rows, page: rows.filter(kind__in=PLAYER_KINDS)),
    ],
    order=("kind", "id"),
    filters=[
        Filter("kind", "Kind", choices=lambda: [(kind, sentence(kind)) for kind in CHART]),
        Filter("asset", "Currency", kind="text"),
        Filter("owner_ref", "Of (exact id)", kind="text"),
    ],
    prepare=balances_of,
    fill=trial_totals,
    done_words="No account was used yet.",
)
