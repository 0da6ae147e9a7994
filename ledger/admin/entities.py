"""Legal entities (D1): their days, and their bank holidays, which change only by an approved request (S1)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin

from ledger.admin.frames import Act, Column, Done, Fact, ListFrame, OpsAdmin, Page, Record, View, reason_field, text_cell
from ledger.admin.frames.records import table
from ledger.admin.story import past_of
from ledger.admin.thresholds import IN_FORCE, MAY, asked
from ledger.models import LegalEntity
from ledger.operations.calendars import CALENDAR
from ledger.operations.settings_changes import Scope, propose_change


def _fields(entity: LegalEntity, page: Page) -> dict[str, forms.Field]:
    days = forms.CharField(
        label="Bank holidays", required=False, initial="\n".join(entity.calendar), widget=forms.Textarea({"rows": 10}),
        help_text="A day a line, like 2026-12-25.",
    )  # fmt: skip
    return {"days": days, "reason": reason_field()}


def _ask(entity: LegalEntity, data: Mapping[str, Any], page: Page) -> Done:
    request = propose_change(
        CALENDAR, key={"entity": entity.public_id}, after={"calendar": sorted(set(data["days"].split()))}, reason=data["reason"],
        maker=page.actor, now=page.now, scope=Scope(entity_id=entity.pk),
    )  # fmt: skip
    return asked(request)


def _day(text: str) -> list[str]:
    day = date.fromisoformat(text)
    return [text, f"{day:%A} {day.day} {day:%B %Y}"]


@admin.register(LegalEntity)
class LegalEntityAdmin(OpsAdmin):
    frame = ListFrame(
        question="Whose books are kept here?",
        columns=[
            Column("Code", lambda row, page: row.code, kind="name", area="a"),
            Column("Name", lambda row, page: row.name, area="c"),
            Column("Zone", lambda row, page: row.zone, area="b"),
            Column("Day begins", lambda row, page: f"{row.cutoff:%H:%M}", area="d"),
            Column("Licence", lambda row, page: text_cell(row.licence), area="late"),
        ],
        views=[View("all", "All", lambda rows, page: rows)],
        order=("code",),
        done_words="No legal entity yet.",
    )
    acts = (
        Act("calendar", "Ask to change holidays…", MAY, _ask, kind="primary", title="Ask to change the bank holidays", fields=_fields,
            approver="Another person, with the permission to approve policies"),
    )  # fmt: skip

    def list_words(self) -> str:
        return "Legal entities"

    def heading(self, obj: Any) -> str:
        return "Legal entity"

    def version_of(self, obj: LegalEntity) -> str:
        return ",".join(obj.calendar)

    def record(self, obj: LegalEntity, page: Page) -> Record:
        facts = [Fact("Zone", obj.zone), Fact("Day begins", f"{obj.cutoff:%H:%M}"), Fact("Licence", obj.licence or "—")]
        holidays = table(
            "Bank holidays", [("Day", "text"), ("In words", "text")], [_day(day) for day in obj.calendar],
            empty="None is known: only weekends are no working days.",
        )  # fmt: skip
        return Record(
            question="Which days are no working days?",
            headline=f"{obj.name} ({obj.code})",
            code=obj.public_id,
            chip=IN_FORCE,
            facts=facts,
            main=[holidays, past_of(obj, lambda row: f"{len(row.calendar)} bank holidays", page)],
        )
