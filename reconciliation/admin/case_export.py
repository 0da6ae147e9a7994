"""The queue as CSV, with how each case was worked (E5): a POST, for it is written to the audit log who took what."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseNotAllowed, QueryDict
from django.http.response import HttpResponseBase

from ledger.admin.accounts.exports import csv_answer
from ledger.admin.frames import OpsAdmin, Page, page_of
from ledger.admin.frames.lists import narrowed
from ledger.admin.frames.sorting import order_of
from ledger.operations import record_audit
from reconciliation.queries.case_export import HEADER, export_rows

MAY = "reconciliation.export_case"
MOST = 100_000


def export_view(place: OpsAdmin, request: HttpRequest) -> HttpResponseBase:
    """POST with `query`, the address of a view, and `chosen`, keys of cases, if only they are wanted; at most 100,000 cases."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    place.require_view(request)
    page = page_of(request)
    if not page.may(MAY):
        raise PermissionDenied(MAY)
    params = QueryDict(request.POST.get("query", "")[:4000])
    narrow = narrowed(place.frame, place.rows(page), page, params)
    chosen = [key for key in request.POST.getlist("chosen")[:200] if place.is_key(key)]
    rows = place.rows(page).filter(pk__in=chosen) if chosen else narrow.rows
    _write_audit(page, params, chosen)
    return csv_answer(
        f"cases_{page.now:%Y%m%dT%H%M%SZ}.csv", HEADER, export_rows(rows.order_by(*order_of(place.frame, narrow.view, params))[:MOST])
    )


def _write_audit(page: Page, params: QueryDict, chosen: list[str]) -> None:
    with transaction.atomic():
        record_audit(
            act="cases.exported", actor=page.actor, target_kind="ExceptionCase", target_id="",
            detail={"view": params.urlencode()[:1000], "chosen": len(chosen)}, now=page.now,
        )  # fmt: skip
