"""What is watched, by which thresholds (R13): read here, changed only by an approved request (S1)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet

from ledger.admin.frames import Act, Chip, Column, Done, Fact, ListFrame, OpsAdmin, Page, Record, Tone, View, reason_field
from ledger.admin.frames.text import sentence
from ledger.admin.story import past_of
from ledger.admin.thresholds import MAY, asked
from ledger.operations.settings_changes import propose_change
from reconciliation.models import Watch
from reconciliation.operations.settings import WATCH
from reconciliation.operations.watching import STANDING

APPROVER = "Another person, with the permission to approve policies"
ON, OFF = Chip(Tone.GOOD, "check_circle", "On"), Chip(Tone.IDLE, "do_not_disturb_on", "Off")


def _change(watch: Watch, data: Mapping[str, Any], page: Page) -> Done:
    after = {
        "is_on": data["is_on"],
        "thresholds": {name: data[f"limit_{name}"].strip() for name in watch.thresholds},
        "mail_to": data["mail_to"].replace(",", " ").split(),
    }
    return asked(propose_change(WATCH, key={"code": watch.code}, after=after, reason=data["reason"], maker=page.actor, now=page.now))


def _fields(watch: Watch, page: Page) -> dict[str, forms.Field]:
    limits: dict[str, forms.Field] = {
        f"limit_{name}": forms.CharField(label=sentence(name), initial=value, max_length=12) for name, value in watch.thresholds.items()
    }
    return {
        **limits,
        "mail_to": forms.CharField(
            label="Mail to", initial=" ".join(watch.mail_to), required=False, help_text="Addresses, apart by spaces."
        ),
        "is_on": forms.BooleanField(label="On", initial=watch.is_on, required=False),
        "reason": reason_field(),
    }


def _limits(watch: Any) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in watch.thresholds.items())


def _said(watch: Any) -> str:
    told = f", mailed to {', '.join(watch.mail_to)}" if watch.mail_to else ""
    return f"{'on' if watch.is_on else 'off'}: {_limits(watch)}{told}"


@admin.register(Watch)
class WatchAdmin(OpsAdmin):
    frame = ListFrame(
        question="What is watched while the day runs?",
        columns=(
            Column("What", lambda row, page: row.title, kind="name", area="a"),
            Column("Thresholds", lambda row, page: _limits(row), area="c"),
            Column("Mail to", lambda row, page: ", ".join(row.mail_to) or "Nobody", area="late"),
            Column("Alerts now", lambda row, page: str(row.standing), kind="num", area="d"),
            Column("State", lambda row, page: "On" if row.is_on else "Off", area="b"),
        ),
        views=(View("all", "All", lambda rows, page: rows),),
        order=("rank", "code"),
    )
    acts = (
        Act("change", "Ask to change…", MAY, _change, kind="primary", title="Ask to change this watch", fields=_fields, approver=APPROVER),
    )

    def key_of(self, object_id: str) -> str:
        return object_id

    def name_of(self, obj: Any) -> str:
        return str(obj.pk)

    def heading(self, obj: Any) -> str:
        return "Watch"

    def rows(self, page: Page) -> QuerySet[Any]:
        return Watch.objects.annotate(standing=Count("alerts", filter=Q(alerts__state__in=STANDING)))

    def version_of(self, obj: Watch) -> str:
        return _said(obj)

    def record(self, obj: Watch, page: Page) -> Record:
        facts = [Fact(sentence(name), value) for name, value in obj.thresholds.items()]
        return Record(
            question="What is watched, and from when is it an alert?",
            headline=obj.title,
            chip=ON if obj.is_on else OFF,
            sub=obj.explanation,
            facts=[*facts, Fact("Mail to", ", ".join(obj.mail_to) or "Nobody"), Fact("Alerts now", str(getattr(obj, "standing", 0)))],
            main=[past_of(obj, _said, page)],
        )
