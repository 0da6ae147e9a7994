"""Reason codes (E2): what each break means, who owns it, what to do. Read only: they are data that releases bring."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from ledger.admin.frames import Chip, Column, Fact, Filter, ListFrame, OpsAdmin, Page, Record, Step, View, get_chip
from ledger.admin.frames.records import checklist, values
from ledger.admin.frames.text import sentence
from reconciliation.models import Clock, ReasonCode, Severity, Team
from reconciliation.operations.casework import DISPOSITIONS


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(code__icontains=text) | rows.filter(title__icontains=text)


def _time(row: ReasonCode) -> str:
    return "same business day" if row.sla_clock == Clock.SAME_DAY else f"{row.sla_value} {row.get_sla_clock_display()}"


def _severity(row: ReasonCode) -> Chip:
    return get_chip("severity", row.severity)


@admin.register(ReasonCode)
class ReasonCodeAdmin(OpsAdmin):
    frame = ListFrame(
        question="What can be wrong, and who deals with it?",
        columns=(
            Column("What", lambda row, page: row.title, kind="name", area="a"),
            Column("Code", lambda row, page: row.code, area="c"),
            Column("Category", lambda row, page: sentence(row.category), area="late"),
            Column("Owner", lambda row, page: row.get_owner_team_display(), area="d"),
            Column("Time", lambda row, page: _time(row), area="late"),
            Column("Severity", lambda row, page: _severity(row).word, area="b"),
        ),
        views=(
            View("all", "All", lambda rows, page: rows),
            View("self", "Resolve themselves", lambda rows, page: rows.exclude(resolves_when="")),
        ),
        order=("rank", "code"),
        filters=(
            Filter("owner_team", "Owner", choices=lambda: Team.choices),
            Filter("severity", "Severity", choices=lambda: [(each.value, sentence(each.value)) for each in Severity]),
            Filter("category", "Category", kind="text"),
        ),
        search=_search,
        search_hint="Code or words",
    )

    def key_of(self, object_id: str) -> str:
        return object_id

    def name_of(self, obj: Any) -> str:
        return str(obj.pk)

    def heading(self, obj: Any) -> str:
        return "Reason code"

    def record(self, obj: ReasonCode, page: Page) -> Record:
        facts = [
            Fact("Category", sentence(obj.category)),
            Fact("Owner", obj.get_owner_team_display()),
            Fact("Co-owner", obj.get_co_owner_team_display() or "—"),
            Fact("Time", _time(obj)),
            Fact("Severity", _severity(obj).word),
            Fact("Player impact", sentence(obj.player_impact)),
        ]
        steps = [Step(f"{step['title']}: {step['text']}") for step in obj.playbook]
        ends = [
            (DISPOSITIONS[name].verb, DISPOSITIONS[name].sentence) if name in DISPOSITIONS else (sentence(name), "—")
            for name in obj.dispositions
        ]
        return Record(
            question="What does this mean, and what do I do?",
            headline=obj.title,
            code=obj.code,
            chip=_severity(obj),
            sub=obj.raised_when,
            facts=facts,
            main=[checklist("Playbook", steps), values("How it may end", ends)],
            side=[values("More", [("Resolves itself", obj.resolves_when or "Never"), ("Support may say", obj.player_text or "—")])],
        )
