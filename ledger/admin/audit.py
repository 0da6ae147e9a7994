"""The audit log, read only (S5, UX 4.13): who did what to which record, and its place in the chain."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from ledger.admin.audit_strip import VERIFY, audit_strip
from ledger.admin.frames import (
    Chip,
    Column,
    Fact,
    Filter,
    ListFrame,
    OpsAdmin,
    Page,
    Record,
    Tone,
    View,
    moment_cell,
    page_of,
    ref_cell,
    text_cell,
    when_cell,
)
from ledger.admin.frames.cells import draw_chip
from ledger.admin.frames.records import raw, values
from ledger.admin.people import actor_words
from ledger.admin.story import event_words
from ledger.models import AuditRecord, AuditSeal

OVERRIDES = ("close.overridden", "close.reopened")
SETTINGS = (
    "threshold.changed",
    "role.granted",
    "duty.changed",
    "settings.changed",
    "captures.paused",
    "captures.resumed",
    "breaker.forced_open",
    "breaker.forced_closed",
    "breaker.let_go",
)
SEALED = Chip(Tone.GOOD, "link", "In the chain")
UNSEALED = Chip(Tone.MOVING, "sync", "Not sealed yet")


def _position(row: AuditRecord) -> int | None:
    seal: AuditSeal | None = getattr(row, "seal", None)
    return seal.position if seal else None


def _seal_cell(row: AuditRecord, page: Page) -> str:
    position = _position(row)
    return f"#{position:,}" if position is not None else draw_chip(UNSEALED)


def _about(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(target_id=text)


@admin.register(AuditRecord)
class AuditRecordAdmin(OpsAdmin):
    frame = ListFrame(
        question="Who did what?",
        columns=[
            Column("When", lambda row, page: when_cell(row.recorded_at, page.now), area="b"),
            Column("Who", lambda row, page: actor_words(row.actor_kind, row.actor_id, page), area="c"),
            Column("Did", lambda row, page: event_words(row.act), kind="name", area="a"),
            Column("To", lambda row, page: ref_cell(row.target_id), area="d"),
            Column("Reason", lambda row, page: text_cell(row.reason), area="late"),
            Column("Chain", _seal_cell),
        ],
        views=[
            View("all", "All", lambda rows, page: rows, counted=False),
            View("approvals", "Approvals", lambda rows, page: rows.filter(act__startswith="approval."), counted=False),
            View(
                "refused", "Refused acts", lambda rows, page: rows.filter(act__in=["approval.refused", "backoffice.refused"]), counted=False
            ),
            View("overrides", "Overrides", lambda rows, page: rows.filter(act__in=OVERRIDES), counted=False),
            View("unmasked", "Unmasked", lambda rows, page: rows.filter(act="player.unmasked"), counted=False),
            View("settings", "Settings", lambda rows, page: rows.filter(act__in=SETTINGS), counted=False),
            View("people", "By people", lambda rows, page: rows.filter(actor_kind="user"), counted=False),
        ],
        order=("-id",),
        filters=[Filter("act", "Act", kind="text"), Filter("actor_id", "Who (id)", kind="text")],
        search=_about,
        search_hint="Exact id of a record",
        related=("seal",),
        done_words="No act was recorded yet.",
        fill=audit_strip,
    )
    list_acts = (VERIFY,)

    def extra_urls(self) -> list[URLPattern]:
        return [path("strip/", self.admin_site.admin_view(require_safe(self.strip_view)), name=self._named("strip"))]

    def strip_view(self, request: HttpRequest) -> HttpResponse:
        """The strip alone, asked for while the chain is walked."""
        self.require_view(request)
        page = page_of(request)
        return TemplateResponse(request, "ops/audit_strip.html", {"listing": {"extra": audit_strip(page)}, "page_now": page.now})

    def list_words(self) -> str:
        return "Audit log"

    def heading(self, obj: Any) -> str:
        return "Audit record"

    def record(self, obj: AuditRecord, page: Page) -> Record:
        seal: AuditSeal | None = getattr(obj, "seal", None)
        facts = [
            Fact("When", moment_cell(obj.recorded_at, page.now)),
            Fact("Who", actor_words(obj.actor_kind, obj.actor_id, page)),
            Fact("To", ref_cell(obj.target_id)),
            Fact("Kind", obj.target_kind),
        ]
        chain = values(
            "Place in the chain",
            [
                ("Position", f"{seal.position:,}" if seal else "Not sealed yet"),
                ("Hash of this record", seal.row_hash if seal else "—"),
                ("Hash of the chain", seal.chain_hash if seal else "—"),
            ],
        )
        return Record(
            question="What was done here?",
            headline=event_words(obj.act),
            code=obj.act,
            chip=SEALED if seal else UNSEALED,
            facts=facts,
            main=[
                values("What is recorded", [("Reason", obj.reason or "—"), ("Trace", obj.trace_id or "—")]),
                raw("Detail", json.dumps(obj.detail, indent=2)),
            ],
            side=[chain],
        )
