"""What a list page of one model is made of: its columns, views, order and filters (UX 2.7)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from ledger.admin.frames.filters import Filter
from ledger.admin.frames.page import Page

RowsOf = Callable[[QuerySet[Any], Page], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Column:
    """`cell` gives the HTML of a row's value. `kind`: text, num (right-aligned), name (holds the row's link).

    `area`: its place on a phone. `sort`: its name in the address, then the fields that it is sorted by, the last one unique.
    """

    header: str
    cell: Callable[[Any, Page], str]
    kind: str = "text"
    area: str = ""
    sort: tuple[str, ...] = ()

    @property
    def css(self) -> str:
        """Classes of its cells."""
        return f"{'ops-num ' if self.kind == 'num' else ''}ops-area-{self.area or 'more'}"


@dataclass(frozen=True, slots=True)
class KeptView:
    """A view that somebody keeps under a name: `query` as the address has it, `key` tells it from others, `shared` says by whom."""

    key: str
    label: str
    query: str
    shared: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A saved view: key 1 to 9 opens it. `urgent` draws its count in the bad tone. `counted` False leaves the count out.

    One with an `order` of its own is read in no other.
    """

    slug: str
    label: str
    rows: RowsOf
    urgent: bool = False
    counted: bool = True
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListFrame:
    """Everything that a list page of one model is made of.

    `finds_first`: a narrowed list under the cap is found whole, then sorted: the database, left to choose, walks the order's index
    past a million rows for the few that fit. For plain rows only, without annotations.
    """

    question: str
    columns: Sequence[Column]
    views: Sequence[View]
    order: tuple[str, ...]
    filters: Sequence[Filter] = ()
    amount: str = ""
    currency: str = "currency"
    search: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    search_hint: str = ""
    related: tuple[str, ...] = ()
    prepare: Callable[[list[Any], Page], None] | None = None
    done_words: str = "Nothing here."
    strip: Callable[[Page], str] | None = None
    fill: Callable[[Page], dict[str, Any]] | None = None
    note: str = ""
    kept: Callable[[Page], Sequence[KeptView]] | None = None
    finds_first: bool = False
