"""The staff and their roles (S2): read here, changed only by an approved request."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet

from ledger.admin.frames import (
    Act,
    Chip,
    Column,
    Done,
    Fact,
    ListFrame,
    OpsAdmin,
    Page,
    Record,
    Tone,
    View,
    reason_field,
)
from ledger.admin.frames.records import values
from ledger.admin.thresholds import MAY, asked
from ledger.duties import permissions_of
from ledger.models import User
from ledger.operations import propose_roles

AT_WORK = Chip(Tone.GOOD, "check_circle", "May sign in")
LEFT = Chip(Tone.IDLE, "block", "May not sign in")


def _roles(person: User) -> str:
    return ", ".join(sorted(group.name for group in person.groups.all())) or "None"


def _role_fields(person: User, page: Page) -> dict[str, forms.Field]:
    roles = [(name, name) for name in Group.objects.order_by("name").values_list("name", flat=True)]
    return {
        "roles": forms.MultipleChoiceField(
            label="Roles", choices=roles, required=False, widget=forms.CheckboxSelectMultiple,
            initial=list(person.groups.values_list("name", flat=True)),
        ),
        "players": forms.CharField(
            label="Own player accounts", required=False, max_length=300, initial=" ".join(person.player_refs),
            help_text="pl_… with spaces between. Nobody acts on their own account.",
        ),
        "reason": reason_field(),
    }  # fmt: skip


def _ask_roles(person: User, data: Mapping[str, Any], page: Page) -> Done:
    players = data["players"].replace(",", " ").split()
    return asked(
        propose_roles(user_id=person.pk, roles=data["roles"], player_refs=players, reason=data["reason"], maker=page.actor, now=page.now)
    )


@admin.register(User)
class StaffAdmin(OpsAdmin):
    frame = ListFrame(
        question="Who may do what?",
        columns=[
            Column("Person", lambda row, page: str(row), kind="name", area="a"),
            Column("Sign-in name", lambda row, page: row.username, area="c"),
            Column("Roles", lambda row, page: _roles(row), area="b"),
            Column("Own player accounts", lambda row, page: str(len(row.player_refs) or "—"), kind="num", area="late"),
        ],
        views=[
            View("active", "May sign in", lambda rows, page: rows.filter(is_active=True)),
            View("left", "May not", lambda rows, page: rows.filter(is_active=False)),
        ],
        order=("username", "id"),
        done_words="Nobody here.",
    )
    acts = (
        Act("roles", "Ask to change roles…", MAY, _ask_roles, kind="primary", title="Ask to change this person's roles",
            fields=_role_fields, guards_staleness=False),
    )  # fmt: skip

    def list_words(self) -> str:
        return "Staff"

    def heading(self, obj: Any) -> str:
        return "Staff"

    def rows(self, page: Page) -> QuerySet[Any]:
        return User.objects.prefetch_related("groups")

    def record(self, obj: User, page: Page) -> Record:
        return Record(
            question="What may this person do?",
            headline=str(obj),
            code=obj.public_id,
            chip=AT_WORK if obj.is_active else LEFT,
            facts=[Fact("Roles", _roles(obj)), Fact("Own player accounts", ", ".join(obj.player_refs) or "None")],
            main=[values("May press", [(name, "") for name in _acts_of(obj)])],
            side=[],
        )


def _acts_of(person: User) -> list[str]:
    views = re.compile(r"\.(add|change|delete|view)_")
    return [name for name in sorted(permissions_of(person)) if not views.search(name)]
