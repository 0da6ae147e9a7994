"""Accounts and their statements (L13, UX 4.12): balances with the trial balance per currency, and what stands on one account."""

from collections import defaultdict
from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.db.models import Sum
from django.utils.html import format_html

from ledger.admin.frames import Column, Fact, Filter, ListFrame, OpsAdmin, Page, Record, View, money_cell, ref_cell
from ledger.admin.frames.keyset import capped_count, keyset_page
from ledger.admin.frames.records import table
from ledger.admin.frames.text import sentence
from ledger.admin.story import event_words, holder_cell
from ledger.chart import CHART, WALLET_KINDS
from ledger.models import Account, Entry, LegalEntity
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


@admin.register(Account)
class AccountAdmin(OpsAdmin):
    frame = ListFrame(
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

    def heading(self, obj: Any) -> str:
        return "Account"

    def record(self, obj: Account, page: Page) -> Record:
        """A statement: newest page of entries, each with the balance after it. Older pages by key."""
        entries = Entry.objects.filter(account=obj).select_related("transaction")
        found = keyset_page(entries, ("-id",), after=page.request.GET.get("after", ""), before=page.request.GET.get("before", ""))
        rows = _statement_rows(obj, found.rows)
        balance = get_balance(obj.entity_id, obj.kind, obj.owner_ref, obj.asset)
        headers = [
            ("Posted", "text"),
            ("Business day", "text"),
            ("What", "text"),
            ("Reference", "text"),
            ("Debit", "num"),
            ("Credit", "num"),
            ("Balance", "num"),
        ]
        pages = format_html(
            "{}{}",
            format_html('<a class="ops-link" href="?before={}">Newer</a> ', found.newer) if found.newer else "",
            format_html('<a class="ops-link" href="?after={}">Older</a>', found.older) if found.older else "",
        )
        facts = [
            Fact(
                "Balance",
                format_html("{} {}", money_cell(abs(balance), obj.asset), "debit" if balance > 0 else "credit" if balance < 0 else ""),
            ),
            Fact("Of", holder_cell(obj.owner_ref, page)),
            Fact("Currency", obj.asset),
            Fact("Entries", str(capped_count(entries))),
        ]
        statement = table("Statement, newest first", headers, rows, empty="No postings yet; the balance is zero.", note=pages)
        return Record(
            question="What is on this account, and why?",
            headline=f"{sentence(obj.kind)} · {obj.asset}",
            code=obj.kind,
            facts=facts,
            main=[statement],
            sub=CHART[obj.kind].meaning,
        )


def _statement_rows(account: Account, entries: list[Entry]) -> list[list[Any]]:
    if not entries:
        return []
    after = int(Entry.objects.filter(account=account, pk__lte=entries[0].pk).aggregate(total=Sum("amount_minor"))["total"] or 0)
    rows = []
    for entry in entries:
        rows.append(_statement_row(entry, after))
        after -= entry.amount_minor
    return rows


def _statement_row(entry: Entry, after: int) -> list[Any]:
    amount = entry.amount_minor
    posted = entry.transaction.posted_at
    return [
        f"{posted.day} {posted:%b %H:%M:%S}",
        f"{entry.business_date.day} {entry.business_date:%b}",
        event_words(entry.transaction.kind.lower()),
        ref_cell(entry.transaction.public_id),
        money_cell(amount, entry.asset) if amount > 0 else "",
        money_cell(-amount, entry.asset) if amount < 0 else "",
        format_html("{}{}", money_cell(abs(after), entry.asset), " Dr" if after > 0 else " Cr" if after < 0 else ""),
    ]
