"""Mini-closes (D7): the checks of a close on the day so far, at any hour; kept, and freezing nothing."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.urls import reverse

from ledger.admin.frames import Act, Chip, Column, Done, Fact, ListFrame, OpsAdmin, Page, Record, Tone, View, moment_cell, when_cell
from ledger.admin.frames.cells import draw_chip, money_cell
from ledger.admin.frames.records import table
from ledger.admin.frames.text import sentence
from ledger.admin.people import actor_words
from ledger.models import LegalEntity
from reconciliation.admin.closes import checklist_panel
from reconciliation.models.closes import ProvisionalClose
from reconciliation.operations.closing import take_provisional_close


def _chip(row: ProvisionalClose) -> Chip:
    return Chip(Tone.BAD, "error", f"{row.missing} missing") if row.missing else Chip(Tone.GOOD, "check_circle", "All checks hold")


def _fields(obj: Any, page: Page) -> dict[str, forms.Field]:
    entities = [(entity.code, entity.name) for entity in LegalEntity.objects.order_by("code")]
    return {"entity": forms.ChoiceField(label="Entity", choices=entities)}


def _take(obj: Any, data: Mapping[str, Any], page: Page) -> Done:
    entity = LegalEntity.objects.get(code=data["entity"])
    taken = take_provisional_close(entity=entity, actor=page.actor, now=page.now)
    words = f"{taken.missing} things are missing so far." if taken.missing else "Everything holds so far."
    return Done(f"{words} Nothing is frozen.", next_url=reverse("admin:reconciliation_provisionalclose_change", args=[taken.public_id]))


TAKE = Act(
    "take", "Take a mini-close…", "reconciliation.prepare_close", _take, kind="primary", title="Look at the day so far", fields=_fields
)
HEADERS = [("Kind", "text"), ("Postings", "num"), ("Amount", "num")]


@admin.register(ProvisionalClose)
class ProvisionalCloseAdmin(OpsAdmin):
    frame = ListFrame(
        question="How does the day stand so far?",
        columns=(
            Column("Business day", lambda row, page: f"{row.business_date.day} {row.business_date:%b %Y}", kind="name", area="a"),
            Column("Entity", lambda row, page: row.entity.name, area="c"),
            Column("Taken", lambda row, page: when_cell(row.taken_at, page.now), area="d"),
            Column("Found", lambda row, page: draw_chip(_chip(row)), area="b"),
            Column("By", lambda row, page: actor_words(row.taken_by_kind, row.taken_by_id, page), area="late"),
        ),
        views=(View("all", "All", lambda rows, page: rows, counted=False),),
        order=("-taken_at", "-id"),
        related=("entity",),
        done_words="No mini-close was taken yet.",
    )
    list_acts = (TAKE,)

    def list_words(self) -> str:
        return "Mini-closes"

    def heading(self, obj: Any) -> str:
        return "Mini-close"

    def record(self, obj: ProvisionalClose, page: Page) -> Record:
        moved = obj.totals["movements"]
        rows = [[sentence(row["kind"]), f"{row['count']:,}", money_cell(row["debit_minor"], row["currency"])] for row in moved]
        facts = [
            Fact("Missing", str(obj.missing), "bad" if obj.missing else ""),
            Fact("Taken", moment_cell(obj.taken_at, page.now)),
            Fact("By", actor_words(obj.taken_by_kind, obj.taken_by_id, page)),
        ]
        return Record(
            question="Could this day be closed as it stands?",
            headline=f"{obj.business_date.day} {obj.business_date:%b %Y} · {obj.entity.name}, so far",
            code=obj.public_id,
            chip=_chip(obj),
            notice="Provisional: the day may still change, and nothing is frozen.",
            facts=facts,
            main=[
                checklist_panel(obj.checklist, page),
                table("Movements so far", HEADERS, rows),
            ],
        )
