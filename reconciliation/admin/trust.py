"""The page of the one figure (L17): how much of clearing returned to zero in time, and which ids spoil it."""

from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from ledger.admin.frames import Fact, Page, Panel, Record, money_cell, page_of, ref_cell
from ledger.admin.frames.records import table
from ledger.calendar import business_date
from ledger.models import LegalEntity
from reconciliation.queries.trust import Period, trust_in_clearing
from reconciliation.trust import Figure, Spoiler, Why

DAYS = 7
SHOWN = 100
KEPT_SECONDS = 300
PERMISSION = "reconciliation.view_reconciliationrun"
_WORDS = {Why.SHORTAGE: "Still owed to us", Why.SURPLUS: "More came than we booked", Why.LATE: "Returned after its due time"}


def period_of(entity: LegalEntity, page: Page) -> Period:
    """The entity's last seven business days that have ended."""
    last = business_date(entity, page.now) - timedelta(days=1)
    return Period(entity.pk, last - timedelta(days=DAYS - 1), last, last)


def figures_now(page: Page) -> list[tuple[LegalEntity, Period, list[Figure]]]:
    """The figures of every entity; reckoned anew every five minutes."""
    found = []
    for entity in LegalEntity.objects.order_by("code"):
        period = period_of(entity, page)
        found.append((entity, period, _kept(period)))
    return found


def _kept(period: Period) -> list[Figure]:
    name = f"trust:{period.entity_id}:{period.asof}"
    figures: list[Figure] | None = cache.get(name)
    if figures is None:
        figures = trust_in_clearing(period)
        cache.set(name, figures, KEPT_SECONDS)
    return figures


def trust_page(request: HttpRequest) -> HttpResponse:
    """The figures, and the largest of what spoils them; `manage.py clearing_trust` lists all."""
    from django.contrib.admin import site

    page = page_of(request)
    if not page.may(PERMISSION):
        raise PermissionDenied(PERMISSION)
    found = figures_now(page)
    context: dict[str, Any] = {"title": "Trust in clearing", "record": _record(found), "buttons": [], "page_now": page.now, "noun": "trust"}
    context |= {"list_url": reverse("admin:reconciliation_reconciliationrun_changelist"), "list_words": "runs"}
    return TemplateResponse(request, "ops/record.html", {**site.each_context(request), **context})


def _record(found: list[tuple[LegalEntity, Period, list[Figure]]]) -> Record:
    facts, panels = [], []
    for entity, period, figures in found:
        for figure in figures:
            whole = not figure.spoilers
            words = f"{figure.percent} %" if figure.percent else "Nothing was due"
            facts.append(Fact(f"{entity.code} · {figure.asset}", words, tone="" if whole else "bad"))
        panels += [_sums(entity, period, figures), *(_spoilers(entity, figure) for figure in figures if figure.spoilers)]
    return Record(
        question="How much of clearing returned to zero in its due time?",
        headline="Trust in clearing",
        facts=facts,
        main=panels,
        sub=f"By value, per payment and per batch, in the last {DAYS} business days that have ended. A surplus counts like a shortage.",
    )


def _sums(entity: LegalEntity, period: Period, figures: list[Figure]) -> Panel:
    headers = [
        ("Currency", "text"),
        ("Returned in time", "num"),
        ("Of", "num"),
        ("Share", "num"),
        ("Spoilt by", "num"),
        ("Not due yet", "num"),
    ]
    rows = [
        [
            each.asset,
            money_cell(each.good_minor, each.asset),
            money_cell(each.value_minor, each.asset),
            f"{each.percent} %" if each.percent else "—",
            f"{len(each.spoilers):,}",
            money_cell(each.waiting_minor, each.asset),
        ]
        for each in figures
    ]
    days = f"{period.start.day} {period.start:%b} to {period.end.day} {period.end:%b %Y}"
    return table(f"{entity.name}, {days}", headers, rows, empty="Nothing moved through clearing in these days.")


def _spoilers(entity: LegalEntity, figure: Figure) -> Panel:
    headers = [("What", "text"), ("Value", "num"), ("Left", "num"), ("Why", "text"), ("Due", "text")]
    rows = [_row(spoiler) for spoiler in figure.spoilers[:SHOWN]]
    more = len(figure.spoilers) - len(rows)
    note = f"and {more:,} more: manage.py clearing_trust lists all" if more else ""
    return table(f"What spoils it: {entity.code} {figure.asset}, largest first", headers, rows, note=note)


def _row(spoiler: Spoiler) -> list[str]:
    unit = spoiler.unit
    return [
        ref_cell(unit.id.partition(":")[0]) if unit.kind == "item" else unit.id,
        money_cell(unit.value_minor, unit.asset),
        money_cell(unit.rest_minor, unit.asset),
        _WORDS[spoiler.why],
        f"{unit.due_on.day} {unit.due_on:%b}",
    ]
