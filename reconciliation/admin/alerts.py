"""Alerts (R10, R13): what is past its threshold, since when, and who was told."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from ledger.admin.frames import (
    SHOWN,
    Act,
    Column,
    Done,
    Fact,
    Filter,
    ListFrame,
    OpsAdmin,
    Page,
    Record,
    Standing,
    View,
    get_chip,
    hidden,
    moment_cell,
    ref_cell,
    when_cell,
)
from ledger.admin.frames.cells import chip_cell
from ledger.admin.frames.records import timeline, values
from ledger.admin.frames.text import sentence
from ledger.admin.story import transition_events
from reconciliation.models import Alert, AlertState, Watch
from reconciliation.operations.watching import STANDING, see_alert


def _see(alert: Alert, data: Mapping[str, Any], page: Page) -> Done:
    see_alert(alert, actor=page.actor, now=page.now)
    return Done("Seen. It stays until it has passed.")


def _may_see(alert: Alert, page: Page) -> Standing:
    return SHOWN if alert.state == AlertState.OPEN else hidden("It was seen, or has passed.")


def _mail(alert: Alert) -> str:
    if alert.mailed_at:
        return f"Sent to {', '.join(alert.watch.mail_to)}"
    if alert.mail_due_at:
        return f"Not sent yet after {alert.mail_tries} tries: {alert.mail_error}" if alert.mail_tries else "About to leave"
    return f"Given up after {alert.mail_tries} tries: {alert.mail_error}" if alert.mail_tries else "Nobody is named"


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(sentence__icontains=text) | rows.filter(about=text)


@admin.register(Alert)
class AlertAdmin(OpsAdmin):
    frame = ListFrame(
        question="What is unusual right now?",
        columns=(
            Column("What", lambda row, page: row.sentence, kind="name", area="a"),
            Column("Watch", lambda row, page: row.watch.title, area="c"),
            Column("Since", lambda row, page: when_cell(row.noticed_at, page.now), area="d"),
            Column("State", lambda row, page: chip_cell("alert", row.state), area="b"),
        ),
        views=(
            View("standing", "Now", lambda rows, page: rows.filter(state__in=STANDING)),
            View("all", "All", lambda rows, page: rows),
        ),
        order=("-noticed_at", "-id"),
        related=("watch",),
        filters=(Filter("watch", "Watch", choices=lambda: list(Watch.objects.values_list("code", "title"))),),
        search=_search,
        search_hint="Words, account or code",
        done_words="Nothing is past its threshold.",
    )
    acts = (Act("see", "Mark as seen", "reconciliation.see_alert", _see, kind="primary", dialog=False, standing=_may_see),)

    def heading(self, obj: Any) -> str:
        return "Alert"

    def rows(self, page: Page) -> QuerySet[Any]:
        return Alert.objects.select_related("watch")

    def record(self, obj: Alert, page: Page) -> Record:
        facts = [
            Fact("Watch", obj.watch.title),
            Fact("Noticed", moment_cell(obj.noticed_at, page.now)),
            Fact("Last past its threshold", moment_cell(obj.last_at, page.now)),
            Fact("About", ref_cell(obj.about) if "_" in obj.about and obj.about.islower() else obj.about or "everything"),
            Fact("Case", ref_cell(obj.case_ref) if obj.case_ref else "—"),
            Fact("Mail", _mail(obj)),
        ]
        return Record(
            question="What is past its threshold?",
            headline=obj.sentence,
            chip=get_chip("alert", obj.state),
            sub=obj.watch.explanation,
            facts=facts,
            main=[
                values("Figures", [(sentence(name), str(value)) for name, value in obj.facts.items()]),
                timeline(transition_events(obj, "alert", page)),
            ],
        )
