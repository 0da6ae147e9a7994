"""Duties that nobody holds together (S2): data, read here, changed only by an approved request."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Permission

from ledger.admin.frames import (
    Act,
    Chip,
    Column,
    Done,
    Event,
    Fact,
    ListFrame,
    OpsAdmin,
    Page,
    Record,
    Tone,
    View,
    moment_cell,
    reason_field,
)
from ledger.admin.frames.records import timeline, values
from ledger.admin.people import actor_words
from ledger.admin.thresholds import IN_FORCE, MAY, asked
from ledger.models import SeparateDuty
from ledger.operations import propose_duty

OUT_OF_FORCE = Chip(Tone.IDLE, "block", "Not in force")


def _permissions() -> list[tuple[str, str]]:
    ours = Permission.objects.filter(content_type__app_label__in=["ledger", "cashier", "disputes", "reconciliation"])
    acts = ours.exclude(codename__regex="^(add|change|delete|view)_").order_by("content_type__app_label", "codename")
    return [(f"{app}.{code}", f"{app}.{code}") for app, code in acts.values_list("content_type__app_label", "codename")]


def _pair_fields(obj: Any, page: Page) -> dict[str, forms.Field]:
    choices = _permissions()
    return {
        "first": forms.ChoiceField(label="One duty", choices=choices),
        "second": forms.ChoiceField(label="The other", choices=choices),
        "reason": reason_field(),
    }


def _add_pair(obj: Any, data: Mapping[str, Any], page: Page) -> Done:
    return _ask_pair(data["first"], data["second"], True, data["reason"], page)


def _flip_pair(row: SeparateDuty, data: Mapping[str, Any], page: Page) -> Done:
    return _ask_pair(row.first, row.second, not row.is_in_force, data["reason"], page)


def _ask_pair(first: str, second: str, is_in_force: bool, reason: str, page: Page) -> Done:
    return asked(propose_duty(first=first, second=second, is_in_force=is_in_force, reason=reason, maker=page.actor, now=page.now))


@admin.register(SeparateDuty)
class SeparateDutyAdmin(OpsAdmin):
    frame = ListFrame(
        question="Which duties does nobody hold together?",
        columns=[
            Column("One duty", lambda row, page: row.first, kind="name", area="a"),
            Column("The other", lambda row, page: row.second, area="c"),
            Column("Why", lambda row, page: row.reason, area="late"),
            Column("Standing", lambda row, page: _standing(row).word, area="b"),
        ],
        views=[
            View("force", "In force", lambda rows, page: rows.filter(is_in_force=True)),
            View("out", "Not in force", lambda rows, page: rows.filter(is_in_force=False)),
        ],
        order=("first", "second"),
        done_words="No rule here.",
    )
    list_acts = (
        Act("new", "Ask for a rule…", MAY, _add_pair, kind="primary", title="Ask that two duties stay apart", fields=_pair_fields),
    )
    acts = (
        Act("flip", lambda row, page: "Ask to lift…" if row.is_in_force else "Ask to put in force…", MAY, _flip_pair, kind="primary",
            title="Ask to change this rule", fields=lambda row, page: {"reason": reason_field()}),
    )  # fmt: skip

    def list_words(self) -> str:
        return "Separate duties"

    def heading(self, obj: Any) -> str:
        return "Separate duties"

    def record(self, obj: SeparateDuty, page: Page) -> Record:
        past = [
            Event(row.updated_at, _standing(row).word, "person", actor_words("user", str(row.history_user_id or ""), page), row.reason)
            for row in obj.history.order_by("history_id")
        ]
        return Record(
            question="May one person hold both?",
            headline=f"{obj.first} and {obj.second}",
            code=obj.public_id,
            chip=_standing(obj),
            facts=[Fact("Since", moment_cell(obj.updated_at, page.now))],
            main=[timeline(past, "Changes")],
            side=[values("Why", [("Reason", obj.reason)])],
        )


def _standing(row: Any) -> Chip:
    return IN_FORCE if row.is_in_force else OUT_OF_FORCE
