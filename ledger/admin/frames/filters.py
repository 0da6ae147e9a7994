"""Filters of a list. Their choices come from the model's states or from small tables, never from SELECT DISTINCT over the rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from ledger.admin.frames.text import sentence
from ledger.errors import LedgerError
from ledger.money import get_asset, parse_minor

Choices = Iterable[tuple[str, str]]


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

    def apply(self, rows: QuerySet[Any], params: QueryDict) -> QuerySet[Any]:
        value = params.get(self.param, "").strip()
        if not value:
            return rows
        if self.narrow is not None:
            return self.narrow(rows, value)
        return rows.filter(**{self.lookup or self.param: self.read(value, params)})

    def read(self, value: str, params: QueryDict) -> Any:
        if self.kind == "date":
            return _read_date(value, self.label)
        if self.kind == "amount":
            return _read_amount(value, params.get("currency", ""), self.label)
        if self.choices is not None and value not in dict(self.choices()):
            raise BadFilter(f"{self.label}: {value} is not one of the choices.")
        return value


@dataclass(frozen=True, slots=True)
class FilterField:
    """A filter as the form shows it: its present value, its choices, and the words of the value."""

    filter: Filter
    value: str
    choices: list[tuple[str, str]]

    @property
    def words(self) -> str:
        return dict(self.choices).get(self.value, self.value)


def states_of(states: Iterable[Any]) -> Callable[[], Choices]:
    """Choices from the states of a model (an enum of choices, or plain names), in sentence case."""
    names = [str(getattr(state, "value", state)) for state in states]
    return lambda: [(name, sentence(name)) for name in names]


def apply_filters(rows: QuerySet[Any], filters: Iterable[Filter], params: QueryDict) -> tuple[QuerySet[Any], list[str]]:
    """The narrowed rows, and in words what could not be read."""
    complaints: list[str] = []
    for each in filters:
        try:
            rows = each.apply(rows, params)
        except BadFilter as complaint:
            complaints.append(str(complaint))
    return rows, complaints


def fields_of(filters: Iterable[Filter], params: QueryDict) -> list[FilterField]:
    """The filters with what the address says of each."""
    return [FilterField(each, params.get(each.param, "").strip(), list(each.choices()) if each.choices else []) for each in filters]


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
