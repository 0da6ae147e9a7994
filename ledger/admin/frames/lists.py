"""The list frame: a question, saved views with counts, filters in the address, a table in the order of work (UX 2.7)."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from ledger.admin.frames.filters import FilterField, apply_filters, fields_of
from ledger.admin.frames.keyset import CAP, PAGE, Count, Rows, Total, capped_count, capped_totals, keyset_page
from ledger.admin.frames.list_frame import KeptView, ListFrame, View
from ledger.admin.frames.page import Page
from ledger.admin.frames.sorting import Head, heads_of, order_of


@dataclass(frozen=True, slots=True)
class KeptTab:
    view: KeptView
    number: int
    active: bool

    @property
    def query(self) -> str:
        return f"?{self.view.query}&kept={self.view.key}"


@dataclass(slots=True)
class ViewTab:
    view: View
    number: int
    count: Count | None
    active: bool
    query: str


@dataclass(slots=True)
class ListPage:
    """What the template of a list shows."""

    frame: ListFrame
    page: Page
    tabs: list[ViewTab]
    fields: list[FilterField]
    rows: Rows
    count: Count
    totals: list[Total]
    complaints: list[str]
    search: str
    start: int = 0
    heads: list[Head] = field(default_factory=list)
    kept: list[KeptTab] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def active(self) -> ViewTab:
        return next(tab for tab in self.tabs if tab.active)

    @property
    def is_kept(self) -> bool:
        """Whether a view that somebody keeps is open, as it was kept."""
        return any(tab.active for tab in self.kept)

    @property
    def narrowed(self) -> list[FilterField]:
        return [each for each in self.fields if each.value]

    @property
    def end(self) -> int:
        return self.start + len(self.rows.rows)

    @property
    def has_search(self) -> bool:
        return self.frame.search is not None

    @property
    def before_start(self) -> int:
        return max(0, self.start - PAGE)

    @property
    def others(self) -> list[ViewTab]:
        return [tab for tab in self.tabs if not tab.active and tab.count and tab.count.number]


def build_list(frame: ListFrame, rows: QuerySet[Any], page: Page) -> ListPage:
    """One page of the list, as the address asks: `view`, filters, `q`, and the cursors `after` and `before`."""
    params = page.request.GET
    active, shown, complaints = narrowed(frame, rows, page, params)
    search = params.get("q", "").strip()
    order = order_of(frame, active, params)
    count = capped_count(shown)
    totals = capped_totals(shown.order_by(*order), frame.amount, frame.currency, over=count.over) if frame.amount else []
    is_whole = not search and not any(each.value for each in fields_of(frame.filters, params))
    if frame.finds_first and not is_whole and not count.over:
        shown = shown.model._default_manager.filter(pk__in=shown.order_by().values("pk")[:CAP])
    found = keyset_page(
        shown.select_related(*frame.related), order, after=params.get("after", ""), before=params.get("before", ""), size=PAGE
    )
    if frame.prepare is not None:
        frame.prepare(found.rows, page)
    return ListPage(
        frame=frame,
        page=page,
        tabs=_tabs(frame, rows, page, active, count if is_whole else None),
        fields=fields_of(frame.filters, params),
        rows=found,
        count=count,
        totals=totals,
        complaints=complaints,
        search=search,
        start=_start(params.get("from", "")) if found.newer else 0,
        heads=heads_of(frame, active, params),
        kept=_kept(frame, page),
        extra=frame.fill(page) if frame.fill else {},
    )


def narrowed(frame: ListFrame, rows: QuerySet[Any], page: Page, params: QueryDict) -> tuple[View, QuerySet[Any], list[str]]:
    """The view that the parameters name, its rows under their filters and search, and what could not be read."""
    active = next((view for view in frame.views if view.slug == params.get("view")), frame.views[0])
    shown, complaints = apply_filters(active.rows(rows, page), frame.filters, params)
    search = params.get("q", "").strip()
    if search and frame.search is not None:
        shown = frame.search(shown, search)
    return active, shown, complaints


def _tabs(frame: ListFrame, rows: QuerySet[Any], page: Page, active: View, known: Count | None) -> list[ViewTab]:
    return [
        ViewTab(
            view=view,
            number=number,
            count=(known or capped_count(view.rows(rows, page)))
            if view is active
            else (capped_count(view.rows(rows, page)) if view.counted else None),
            active=view is active,
            query=f"?view={view.slug}",
        )
        for number, view in enumerate(frame.views, start=1)
    ]


def _kept(frame: ListFrame, page: Page) -> list[KeptTab]:
    """Views that people keep, numbered after the built-in ones."""
    chosen = page.request.GET.get("kept", "")
    found = frame.kept(page) if frame.kept else ()
    return [KeptTab(view, number, view.key == chosen) for number, view in enumerate(found, start=len(frame.views) + 1)]


def _start(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0
