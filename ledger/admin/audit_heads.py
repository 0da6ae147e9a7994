"""The signed ends of the audit log's days (S5), and a day's segment to take away, for who may."""

import tempfile
import zipfile
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse

from ledger.admin.frames import Chip, Column, Fact, ListFrame, OpsAdmin, Page, Panel, Record, Tone, View, moment_cell, page_of, when_cell
from ledger.admin.frames.cells import draw_chip
from ledger.admin.frames.records import values
from ledger.models import AuditHead
from ledger.operations.audit_heads import take_segment
from ledger.proofs.audit import end_faults, is_head_signed

MAY_EXPORT = "ledger.export_audit"
HOLDS = Chip(Tone.GOOD, "verified", "Signed")
BROKEN = Chip(Tone.BAD, "error", "Signature does not hold")
ELSEWHERE = Chip(Tone.BAD, "link_off", "Chain went elsewhere")


def chip_of(head: AuditHead) -> Chip:
    """Whether a trusted key signed it, and the chain still passes through it."""
    if not is_head_signed(head):
        return BROKEN
    return ELSEWHERE if any(end_faults(str(head.day), head.position, head.chain_hash, "signed")) else HOLDS


@admin.register(AuditHead)
class AuditHeadAdmin(OpsAdmin):
    frame = ListFrame(
        question="Which days of the audit log are signed?",
        columns=[
            Column("Day (UTC)", lambda row, page: f"{row.day.day} {row.day:%b %Y}", kind="name", area="a"),
            Column("Entries up to", lambda row, page: f"#{row.position:,}", kind="num", area="d"),
            Column("Hash of the chain", lambda row, page: f"{row.chain_hash[:16]}…", area="c"),
            Column("Key", lambda row, page: row.key_id, area="late"),
            Column("Signature", lambda row, page: f"{row.signature[:16]}…", area="late"),
            Column("Signed", lambda row, page: when_cell(row.signed_at, page.now), area="late"),
            Column("Holds", lambda row, page: draw_chip(chip_of(row)), area="b"),
        ],
        views=[View("all", "All", lambda rows, page: rows, counted=False)],
        order=("-day",),
        done_words="No day was signed yet: a day is signed in the hour after it ends.",
    )

    def list_words(self) -> str:
        return "Signed days of the audit log"

    def heading(self, obj: Any) -> str:
        return "Signed day"

    def record(self, obj: AuditHead, page: Page) -> Record:
        before = AuditHead.objects.filter(day__lt=obj.day).order_by("-day").values_list("position", flat=True).first() or 0
        facts = [
            Fact("Entries", f"{obj.position - before:,}"),
            Fact("From", f"#{before + 1:,}"),
            Fact("Up to", f"#{obj.position:,}"),
            Fact("Signed", moment_cell(obj.signed_at, page.now)),
        ]
        pairs = [("Hash of the chain", obj.chain_hash), ("Key", obj.key_id), ("Signature (Ed25519)", obj.signature)]
        return Record(
            question="Is this day of the log as it was signed?",
            headline=f"Audit log of {obj.day.day} {obj.day:%b %Y} (UTC)",
            code=obj.day.isoformat(),
            chip=chip_of(obj),
            facts=facts,
            main=[values("What was signed", pairs, note="checked just now"), *self._take(obj, page)],
        )

    def _take(self, obj: AuditHead, page: Page) -> list[Panel]:
        url = reverse(f"admin:{self._named('segment')}", args=[obj.pk])
        return [Panel("The day's segment", "ops/segment.html", {"url": url})] if page.may(MAY_EXPORT) else []

    def extra_urls(self) -> list[URLPattern]:
        return [path("<str:object_id>/segment/", self.admin_site.admin_view(self.segment_view), name=self._named("segment"))]

    def segment_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """POST, for taking the log away is itself recorded: a zip of segment and manifest, which `audit_verify --segment` checks."""
        self.require_view(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        page = page_of(request)
        if not page.may(MAY_EXPORT):
            raise PermissionDenied(MAY_EXPORT)
        head: AuditHead = self.load(object_id)
        return FileResponse(_zipped(head, page), as_attachment=True, filename=f"audit-{head.day.isoformat()}.zip")


def _zipped(head: AuditHead, page: Page) -> Any:
    """On disk, not in memory: a day may have millions of records. The response closes the file, and it is gone."""
    kept = tempfile.TemporaryFile()  # noqa: SIM115
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in take_segment(head=head, folder=Path(folder), actor=page.actor, now=page.now):
            archive.write(part, part.name)
    kept.seek(0)
    return kept
