"""The reserve calendar (R14): what each PSP withheld, when it is due back, what came back."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from cashier.models import MerchantAccount
from ledger.admin.frames import Fact, Page, Panel, Record, money_cell, page_of
from ledger.admin.frames.records import table
from ledger.calendar import business_date
from reconciliation.queries.reserve_calendar import Withheld, reserve_calendar

PERMISSION = "reconciliation.view_reconciliationrun"
SHOWN = 200
SOON = timedelta(days=30)


def reserves_page(request: HttpRequest) -> HttpResponse:
    """Every account whose PSP withholds, batch by batch; what is back is left out after its last hundred rows."""
    from django.contrib.admin import site

    page = page_of(request)
    if not page.may(PERMISSION):
        raise PermissionDenied(PERMISSION)
    context: dict[str, Any] = {
        "title": "Reserve calendar",
        "record": _record(page),
        "buttons": [],
        "page_now": page.now,
        "noun": "reserves",
    }
    context |= {"list_url": reverse("admin:reconciliation_reconciliationrun_changelist"), "list_words": "runs"}
    return TemplateResponse(request, "ops/record.html", {**site.each_context(request), **context})


def _record(page: Page) -> Record:
    facts, panels = [], []
    for account in MerchantAccount.objects.select_related("entity").order_by("code"):
        rows = reserve_calendar(account)
        if rows:
            facts += _facts(account, rows, page)
            panels.append(_panel(account, rows, page))
    empty = table("Reserves", [("Batch", "text")], [], empty="No PSP has withheld anything.")
    return Record(
        question="Which of our money do PSPs hold back, and when does it come?",
        headline="Reserve calendar",
        facts=facts,
        main=panels or [empty],
        sub="What is given back is of the oldest reserve first. When it is due is the account's contract.",
    )


def _facts(account: MerchantAccount, rows: list[Withheld], page: Page) -> list[Fact]:
    today = business_date(account.entity, page.now)
    held: Counter[str] = Counter()
    late: Counter[str] = Counter()
    for row in rows:
        held[row.currency] += row.open_minor
        late[row.currency] += row.open_minor if row.due and row.due < today else 0
    found = [Fact(f"{account.code} holds", money_cell(minor, currency)) for currency, minor in sorted(held.items())]
    return found + [
        Fact(f"{account.code} is late with", money_cell(minor, currency), tone="bad") for currency, minor in late.items() if minor
    ]


def _panel(account: MerchantAccount, rows: list[Withheld], page: Page) -> Panel:
    today = business_date(account.entity, page.now)
    headers = [
        ("Batch", "text"), ("Withheld on", "text"), ("Due back", "text"), ("Withheld", "num"), ("Came back", "num"), ("Open", "num"),
        ("", "text"),
    ]  # fmt: skip
    withheld = [row for row in rows if row.withheld_minor]
    shown = sorted(withheld, key=lambda row: (not row.open_minor, row.due or row.day))[:SHOWN]
    cells = [
        [
            row.number, row.day.isoformat(), row.due.isoformat() if row.due else "not agreed", money_cell(row.withheld_minor, row.currency),
            money_cell(row.returned_minor, row.currency), money_cell(row.open_minor, row.currency), _words(row, today),
        ]
        for row in shown
    ]  # fmt: skip
    more = len(withheld) - len(shown)
    return table(account.code, headers, cells, note=f"and {more:,} more that are back or due later" if more else "")


def _words(row: Withheld, today: Any) -> str:
    if not row.open_minor:
        return "Back"
    if row.due is None or row.due > today + SOON:
        return "Held"
    return "Late" if row.due < today else "Due soon"
