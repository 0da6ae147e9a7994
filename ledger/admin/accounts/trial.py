"""The page of the trial balance (L10, L13, UX 4.12): one entity, every currency by itself, grouped by whose accounts they are."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from ledger.admin.accounts.asking import Asked
from ledger.admin.frames import Page
from ledger.admin.frames.text import sentence
from ledger.admin.story import holder_cell
from ledger.chart import CHART
from ledger.models import LegalEntity
from ledger.queries import TrialAccount

GROUPS = ("House", "PSPs", "Banks", "Players")
_OF_HOLDER = {"entity": "House", "merchant_account": "PSPs", "bank_account": "Banks", "player": "Players"}


@dataclass(frozen=True, slots=True)
class Sums:
    """Both sides of one currency; they are equal, or the books are broken."""

    debit_minor: int
    credit_minor: int

    @property
    def difference_minor(self) -> int:
        return self.debit_minor - self.credit_minor


def group_of(row: TrialAccount) -> str:
    """Whose account it is. Kinds that PSPs and banks both have go by their holder."""
    holder = CHART[row.kind].holder
    if holder == "merchant_or_bank":
        return "Banks" if row.holder.startswith("ba_") else "PSPs"
    return _OF_HOLDER[holder]


def grouped(rows: Iterable[TrialAccount]) -> list[tuple[str, list[TrialAccount]]]:
    """House, PSPs, banks, players; groups without accounts are left out."""
    found: dict[str, list[TrialAccount]] = defaultdict(list)
    for row in rows:
        found[group_of(row)].append(row)
    return [(group, found[group]) for group in GROUPS if group in found]


def trial_context(entity: LegalEntity, rows: list[TrialAccount], asked: Asked, page: Page) -> dict[str, Any]:
    """What the template shows: per currency its groups, lines and sums."""
    assets = sorted({row.asset for row in rows})
    return {"entity": entity, "asked": asked, "currencies": [_currency(asset, rows, page) for asset in assets]}


def _currency(asset: str, rows: list[TrialAccount], page: Page) -> dict[str, Any]:
    own = [row for row in rows if row.asset == asset]
    sums = Sums(sum(row.debit_minor for row in own), sum(row.credit_minor for row in own))
    groups = [(group, [_line(row, page) for row in members]) for group, members in grouped(own)]
    return {"asset": asset, "groups": groups, "sums": sums}


def _line(row: TrialAccount, page: Page) -> dict[str, Any]:
    of = holder_cell(row.holder, page) if row.holder else "all players"
    return {"words": sentence(row.kind), "of": of, "url": _url(row.account_id), "debit": row.debit_minor, "credit": row.credit_minor}


def _url(account_id: int | None) -> str:
    return reverse("admin:ledger_account_change", args=[account_id]) if account_id else ""


def chosen_entity(entities: QuerySet[LegalEntity], code: str) -> LegalEntity | None:
    """The entity that the address names, else the first."""
    return entities.filter(code=code).first() or entities.first()
