"""Filters of a list. Their choices come from the model's states or from small tables, never from SELECT DISTINCT over the rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from ledger.admin.frames.text import sentence
from ledger.money import get_asset, parse_minor
from ledger.refusals import LedgerError

Choices = Iterable[tuple[str, str]]
_SELECTED = SafeString(" selected")


class BadFilter(ValueError):
    """A filter's value can't be read; the text says why, and the list is shown without it."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: `param` in the address, `lookup` on the rows. `choices` gives a menu, `kind` a field: choice, date, amount or text."""

    param: str
    label: str
    lookup: str = ""
    choices: Callable[[], Choices] | None = None
    kind: str = "choice"
    narrow: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None


@dataclass(frozen=True)
class FilterField:
    """A filter with its present value: as the form shows it, and as the rows are narrowed by it."""

    filter: Filter
    value: str

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        """Read once for a page, and only where they are looked at."""
        return list(self.filter.choices()) if self.filter.choices else []

    @property
    def is_menu(self) -> bool:
        return self.filter.choices is not None

    @property
    def words(self) -> str:
        return dict(self.choices).get(self.value, self.value)

    def options(self) -> SafeString:
        """The menu's options: a list may have hundreds, and a template takes its time over each."""
        rows = ((value, _SELECTED if value == self.value else "", words) for value, words in self.choices)
        return format_html_join("", '<option value="{}"{}>{}</option>', rows)

    def apply(self, rows: QuerySet[Any], currency: str) -> QuerySet[Any]:
        """The rows that it leaves; `currency`: what an amount is typed in. Raises BadFilter."""
        if not self.value:
            return rows
        if self.filter.narrow is not None:
            return self.filter.narrow(rows, self.value)
        return rows.filter(**{self.filter.lookup or self.filter.param: self.read(currency)})

    def read(self, currency: str) -> Any:
        label = self.filter.label
        if self.filter.kind == "date":
            return _read_date(self.value, label)
        if self.filter.kind == "amount":
            return _read_amount(self.value, currency, label)
        if self.is_menu and self.value not in dict(self.choices):
            raise BadFilter(f"{label}: {self.value} is not one of the choices.")
        return self.value


def states_of(states: Iterable[Any]) -> Callable[[], Choices]:
    """Choices from the states of a model (an enum of choices, or plain names), in sentence case."""
    names = [str(getattr(state, "value", state)) for state in states]
    return lambda: [(name, sentence(name)) for name in names]


def apply_filters(rows: QuerySet[Any], fields: Iterable[FilterField], params: QueryDict) -> tuple[QuerySet[Any], list[str]]:
    """The narrowed rows, and in words what could not be read."""
    complaints: list[str] = []
    for each in fields:
        try:
            rows = each.apply(rows, params.get("currency", ""))
        except BadFilter as complaint:
            complaints.append(str(complaint))
    return rows, complaints


def fields_of(filters: Iterable[Filter], params: QueryDict) -> list[FilterField]:
    """The filters with what the address says of each."""
    return [FilterField(each, params.get(each.param, "").strip()) for each in filters]


def _read_date(value: str, label: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadFilter(f"{label}: {value} is not a day like 2026-11-20.") from None


def _read_amount(value: str, currency: str, label: str) -> int:
    """Major units, as people type them, in the currency of the currency filter; without one, two decimals are taken."""
    try:
        return parse_minor(value.replace(",", ""), get_asset(currency or "EUR"))
    except LedgerError:
        raise BadFilter(f"{label}: {value} is not an amount like 4200 or 4200.50.") from None
