"""Cursor pages: {results, next, previous}; `cursor` and `limit` (up to 500) in the query (INTERFACES.md, section 3)."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

Row = TypeVar("Row", bound=Model)


class CursorPages(CursorPagination):
    """Newest first. Ids are UUIDv7, so the id alone is a stable order by time."""

    page_size = 50
    max_page_size = 500
    page_size_query_param = "limit"
    ordering = "-id"

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> Any:
        """A page of rows; a cursor that was not made by us is a 404, whatever is in it."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValidationError, ValueError, OverflowError) as error:
            raise NotFound(self.invalid_cursor_message) from error


def page_of(
    queryset: QuerySet[Row], *, request: Request, view: APIView, show: Callable[[Row], dict[str, Any]], ordering: str = "-id"
) -> Response:
    """One page of `queryset` as {results, next, previous}; `show` makes the JSON of one row, `ordering` must be unique."""
    pages = CursorPages()
    pages.ordering = ordering
    rows = pages.paginate_queryset(queryset, request, view)
    return pages.get_paginated_response([show(row) for row in rows or []])
