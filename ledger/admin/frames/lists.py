"""The list frame: a question, saved views with counts, filters in the address, a table in the order of work (UX 2.7)."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from ledger.admin.frames.filters import FilterField, apply_filters, fields_of
from ledger.admin.frames.keyset import PAGE, Count, Rows, Total, capped_count, capped_totals, keyset_page
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


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A view under the filters and the search that the address has."""

    view: View
    rows: QuerySet[Any]
    fields: list[FilterField]
    search: str
    complaints: list[str]

    @property
    def is_whole(self) -> bool:
        return not self.search and not any(each.value for each in self.fields)


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
    narrow = narrowed(frame, rows, page, params)
    active, shown = narrow.view, narrow.rows
    order = order_of(frame, active, params)
    count, totals = capped_totals(shown.order_by(*order), frame.amount, frame.currency) if frame.amount else (capped_count(shown), [])
    found = keyset_page(
        shown.select_related(*frame.related), order, after=params.get("after", ""), before=params.get("before", ""), size=PAGE,
        finds_first=frame.finds_first and not narrow.is_whole and not count.over,
    )  # fmt: skip
    if frame.prepare is not None:
        frame.prepare(found.rows, page)
    return ListPage(
        frame=frame,
        page=page,
        tabs=_tabs(frame, rows, page, active, count if narrow.is_whole else None),
        fields=narrow.fields,
        rows=found,
        count=count,
        totals=totals,
        complaints=narrow.complaints,
        search=narrow.search,
        start=_start(params.get("from", "")) if found.newer else 0,
        heads=heads_of(frame, active, params),
        kept=_kept(frame, page),
        extra=frame.fill(page) if frame.fill else {},
    )


def narrowed(frame: ListFrame, rows: QuerySet[Any], page: Page, params: QueryDict) -> Narrowed:
    """The view that the parameters name, its rows under their filters and search, and what could not be read."""
    active = next((view for view in frame.views if view.slug == params.get("view")), frame.views[0])
    fields = fields_of(frame.filters, params)
    shown, complaints = apply_filters(active.rows(rows, page), fields, params)
    search = params.get("q", "").strip()
    if search and frame.search is not None:
        shown = frame.search(shown, search)
    return Narrowed(active, shown, fields, search, complaints)


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
