"""The four-eyes inbox (S1, UX 4.15): what waits for my yes, and what of mine waits for others. Decisions go through `decide`."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from ledger.admin.approvals import together
from ledger.admin.approvals.deciding import ACTS
from ledger.admin.approvals.record import request_record
from ledger.admin.approvals.wording import State, approvals_words, kinds_of, short, why_me
from ledger.admin.frames import (
    Column,
    Filter,
    ListFrame,
    OpsAdmin,
    Page,
    Record,
    View,
    chip_cell,
    due_cell,
    money_cell,
    states_of,
)
from ledger.admin.frames.text import sentence
from ledger.admin.people import actor_words
from ledger.models import ApprovalRequest

Rows = QuerySet[ApprovalRequest]


def _pending(rows: Rows, page: Page) -> Rows:
    return rows.filter(state=State.PENDING, expires_at__gt=page.now)


def _by_me(rows: Rows, page: Page) -> Rows:
    return rows.filter(maker_kind="user", maker_id=str(page.user.pk))


def _for_me(rows: Rows, page: Page) -> Rows:
    others = _pending(rows, page).exclude(maker_kind="user", maker_id=str(page.user.pk)).exclude(decisions__checker=page.user)
    return others.filter(kind__in=kinds_of(page))


def _not_mine(rows: Rows, page: Page) -> Rows:
    return _pending(rows, page).exclude(maker_kind="user", maker_id=str(page.user.pk)).exclude(kind__in=kinds_of(page))


def _expires(request: ApprovalRequest, page: Page) -> str:
    """The clock of what waits, the outcome of what does not."""
    return due_cell(request.expires_at, page.now) if request.state == State.PENDING else chip_cell("approvalrequest", request.state)


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(OpsAdmin):
    frame = ListFrame(
        question="What waits for a second person?",
        columns=[
            Column("Expires", _expires, area="b"),
            Column("What", lambda row, page: short(row.summary, 44), kind="name", area="a"),
            Column("Amount", lambda row, page: money_cell(row.amount_minor if row.currency else None, row.currency), kind="num", area="d"),
            Column("Asked by", lambda row, page: actor_words(row.maker_kind, row.maker_id, page), area="c"),
            Column("Reason", lambda row, page: short(row.reason), area="late"),
            Column("Approvals", lambda row, page: approvals_words(row)),
            Column("Why me", lambda row, page: short(why_me(row, page)), area="late"),
        ],
        views=[
            View("me", "Waiting for me", _for_me, urgent=True),
            View("mine", "By me", lambda rows, page: _by_me(_pending(rows, page), page)),
            View("others", "I may not decide", _not_mine),
            View("decided", "Decided", lambda rows, page: rows.exclude(state=State.PENDING), counted=False, order=("-requested_at", "-id")),
        ],
        order=("expires_at", "id"),
        filters=[
            Filter("kind", "Kind", choices=lambda: [(kind, sentence(kind.replace(".", " "))) for kind in settings.APPROVAL_KINDS]),
            Filter("state", "State", choices=states_of(State)),
        ],
        done_words="Nobody waits for you.",
    )
    acts = ACTS
    bulk_acts = (together.TOGETHER,)
    rail_columns = (1, 2, 0)

    def list_words(self) -> str:
        return "Approvals"

    def rows(self, page: Page) -> QuerySet[Any]:
        return ApprovalRequest.objects.prefetch_related("decisions__checker")

    def heading(self, obj: Any) -> str:
        return "Approval"

    def record(self, obj: ApprovalRequest, page: Page) -> Record:
        return request_record(obj, page)

    def extra_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("together/", wrap(self.together_view), name=self._named("together")),
            path("together/<str:token>/", wrap(self.told_view), name=self._named("told")),
        ]

    def together_view(self, request: HttpRequest) -> HttpResponse:
        return together.confirm(self, request)

    def told_view(self, request: HttpRequest, token: str) -> HttpResponse:
        return together.told(self, request, token)
