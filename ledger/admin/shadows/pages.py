"""Shadows in the back office: the list, the report of one, its CSV."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from ledger.admin.accounts.exports import csv_answer
from ledger.admin.frames import Column, ListFrame, OpsAdmin, Page, Record, View, chip_cell, when_cell
from ledger.admin.shadows.asking import ACTS, LIST_ACTS, waiting_for
from ledger.admin.shadows.period import read_period
from ledger.admin.shadows.report import cohort_words, shadow_record
from ledger.models import Shadow
from ledger.queries import count_shadow
from ledger.queries.shadow_rows import DIFFERENCES_HEADER, difference_rows


def _counted(rows: list[Shadow], page: Page) -> None:
    """How the postings of the shadows on this page came out, over all days."""
    page.memo["counts"] = {row.pk: count_shadow(row) for row in rows}


def _count(name: str) -> Any:
    return lambda row, page: f"{getattr(page.memo['counts'][row.pk], name):,}" if row.pk in page.memo.get("counts", {}) else ""


@admin.register(Shadow)
class ShadowAdmin(OpsAdmin):
    frame = ListFrame(
        question="Which rules are tried beside those that post?",
        columns=[
            Column("Candidate", lambda row, page: row.candidate, kind="name", area="a"),
            Column("Beside", lambda row, page: row.rule, area="c"),
            Column("Rail", lambda row, page: row.rail or "Every rail", area="late"),
            Column("Stage", lambda row, page: chip_cell("shadow", row.state), area="b"),
            Column("Cohort", lambda row, page: cohort_words(row), area="late"),
            Column("Compared", _count("compared"), kind="num", area="late"),
            Column("Different", _count("different"), kind="num", area="d"),
            Column("Refused", _count("refused"), kind="num", area="late"),
            Column("Failed", _count("failed"), kind="num", area="late"),
            Column("Changed", lambda row, page: when_cell(row.updated_at, page.now), area="late"),
        ],
        views=[
            View("force", "In force", lambda rows, page: rows.exclude(state=Shadow.State.WITHDRAWN)),
            View("withdrawn", "Withdrawn", lambda rows, page: rows.filter(state=Shadow.State.WITHDRAWN)),
        ],
        order=("-updated_at", "-id"),
        prepare=_counted,
        done_words="No rule is in shadow: each event posts by its one rule.",
    )
    list_acts = LIST_ACTS
    acts = ACTS

    def list_words(self) -> str:
        return "Shadow posting"

    def heading(self, obj: Any) -> str:
        return "Shadow"

    def extra_urls(self) -> list[URLPattern]:
        csv: Any = self.admin_site.admin_view(require_safe(self.csv_view))
        return [path("<str:object_id>/differences.csv", csv, name=self._named("csv"))]

    def record(self, obj: Shadow, page: Page) -> Record:
        return shadow_record(obj, waiting_for(obj, page), page)

    def csv_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Every line that differs in the days of the address. An address that can't be read is refused: a file says nothing of it."""
        self.require_view(request)
        shadow: Shadow = self.load(object_id)
        period = read_period(shadow, request.GET)
        if period.complaints:
            return HttpResponse(" ".join(period.complaints) + "\n", status=400, content_type="text/plain")
        name = f"shadow_{shadow.candidate.replace('@', '_')}_{period.since}_{period.until}.csv"
        return csv_answer(name, DIFFERENCES_HEADER, difference_rows(shadow, period.since, period.until))
