"""Totals by rail, currency and status, as of any moment (L13): a page of the deposits' and payouts' side, and its CSV."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_safe

from cashier.queries.rails import rails_in_force
from cashier.queries.totals import STATUSES, RailTotal, rail_totals
from ledger.admin.accounts.asking import Asked, read_moment
from ledger.admin.accounts.exports import csv_answer
from ledger.admin.accounts.trial import chosen_entity
from ledger.admin.frames import OpsAdmin, page_of
from ledger.calendar import day_bounds
from ledger.exports import Major
from ledger.models import LegalEntity

HEADER = ("entity", "as_of", "direction", "rail", "currency", "status", "count", "amount", "amount_minor")
DIRECTIONS = {"in": "Deposits", "out": "Payouts"}


def moment_of(entity: LegalEntity, asked: Asked) -> datetime | None:
    """The earlier of the instant that was asked for and the end of the business day; None is now."""
    day, instant = asked.asof.business_date, asked.asof.posted_at
    ends = [instant] if instant else []
    if day:
        ends.append(day_bounds(entity, day)[1] - timedelta(microseconds=1))
    return min(ends) if ends else None


class RailTotalsPages(OpsAdmin):
    """Mixed into the admin of deposits, whose permission the pages need, with that of payouts for these."""

    def extra_urls(self) -> list[URLPattern]:
        def wrap(view: Callable[..., HttpResponseBase]) -> Any:
            return self.admin_site.admin_view(require_safe(view))

        return [
            path("totals/", wrap(self.totals_view), name=self._named("totals")),
            path("totals.csv", wrap(self.totals_csv_view), name=self._named("totals_csv")),
        ]

    def totals_view(self, request: HttpRequest) -> HttpResponse:
        self.require_view(request)
        entity, asked, page = _entity(request), read_moment(request.GET), page_of(request)
        query = request.GET.urlencode()
        context = {
            "title": "Totals by rail", "entity": entity, "asked": asked, "asked_for": request.GET, "statuses": STATUSES,
            "entities": LegalEntity.objects.order_by("code"), "list_url": self.list_url(),
            "csv_url": reverse(f"admin:{self._named('totals_csv')}") + (f"?{query}" if query else ""),
            "directions": _tables(_totals(entity, asked, request)) if entity else [],
        }  # fmt: skip
        return self._answer(request, "ops/rail_totals_page.html", context, page, 200)

    def totals_csv_view(self, request: HttpRequest) -> HttpResponseBase:
        self.require_view(request)
        entity, asked = _entity(request), read_moment(request.GET)
        if asked.complaints or entity is None:
            words = " ".join(asked.complaints) or "There is no legal entity yet."
            return HttpResponse(words + "\n", status=400 if asked.complaints else 404, content_type="text/plain")
        rows = _csv_rows(entity, asked, _totals(entity, asked, request))
        return csv_answer(f"totals_by_rail_{entity.code}.csv", HEADER, rows)


def _entity(request: HttpRequest) -> LegalEntity | None:
    return chosen_entity(LegalEntity.objects.order_by("code"), request.GET.get("entity", ""))


def _totals(entity: LegalEntity, asked: Asked, request: HttpRequest) -> list[RailTotal]:
    sees_payouts = page_of(request).may("cashier.view_payoutintent")
    return [total for total in rail_totals(entity.pk, moment_of(entity, asked)) if total.direction == "in" or sees_payouts]


def _tables(totals: list[RailTotal]) -> list[dict[str, Any]]:
    """Per direction its rows: rail and currency, and a total (or None) for each status."""
    found: dict[str, dict[tuple[str, str], dict[str, RailTotal]]] = {}
    for total in totals:
        found.setdefault(total.direction, {}).setdefault((total.method, total.currency), {})[total.status] = total
    return [{"name": DIRECTIONS[direction], "rows": [_row(key, cells) for key, cells in rows.items()]} for direction, rows in found.items()]


def _row(key: tuple[str, str], cells: dict[str, RailTotal]) -> dict[str, Any]:
    method, currency = key
    rail = rails_in_force().get(method)
    return {"rail": rail.name if rail else method, "currency": currency, "cells": [cells.get(status) for status in STATUSES]}


def _csv_rows(entity: LegalEntity, asked: Asked, totals: list[RailTotal]) -> Iterator[Sequence[Any]]:
    at = moment_of(entity, asked)
    for total in totals:
        yield (
            entity.code, at, total.direction, total.method, total.currency, total.status, total.count,
            Major(total.amount_minor, total.currency), total.amount_minor,
        )  # fmt: skip
