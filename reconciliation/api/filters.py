"""Filters in the query of reconciliation's lists, read strictly: a value that can't be is a 400, never an empty page."""

from datetime import date

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


def date_in(request: Request, name: str) -> date | None:
    """The ISO date of a query parameter, or None. Raises ValidationError."""
    text = request.query_params.get(name, "")
    return date_of(text, name) if text else None


def date_of(text: str, name: str) -> date:
    """An ISO date of the field `name`. Raises ValidationError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError({name: "Give a date as YYYY-MM-DD."}, code="date") from error


def choices_in(request: Request, name: str, allowed: frozenset[str]) -> list[str]:
    """The values of a parameter that may repeat. Raises ValidationError for one that is not allowed."""
    values = request.query_params.getlist(name)
    if unknown := sorted(set(values) - allowed):
        raise ValidationError({name: f"Not known: {', '.join(unknown)}."}, code="choice")
    return values
