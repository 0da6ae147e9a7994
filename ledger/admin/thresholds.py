"""Thresholds of four eyes (S1): data, read here, changed only by an approved request."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin

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
    money_cell,
    reason_field,
)
from ledger.admin.frames.records import timeline, values
from ledger.admin.people import actor_words
from ledger.models import ApprovalRequest, ApprovalThreshold
from ledger.money import format_major, get_asset, parse_minor
from ledger.operations import propose_threshold

MAY = "ledger.propose_policy"
IN_FORCE = Chip(Tone.GOOD, "check_circle", "In force")


def asked(request: ApprovalRequest) -> Done:
    """The words after a proposal, and the way to its request."""
    return Done(f"Asked for: {request.summary}. Somebody else decides.")


def _one(row: ApprovalThreshold) -> str:
    return "Any amount" if row.one_above_minor is None else money_cell(row.one_above_minor, row.currency)


def _two(row: ApprovalThreshold) -> str:
    return "Never" if row.two_above_minor is None else money_cell(row.two_above_minor, row.currency)


def _amount(label: str, help_text: str, initial: str = "") -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=30, help_text=help_text, initial=initial)


def _amounts(row: ApprovalThreshold | None) -> dict[str, forms.Field]:
    def text(value: int | None) -> str:
        return "" if row is None or value is None else format_major(value, get_asset(row.currency))

    return {
        "one": _amount("One person above", "Empty: any amount needs one.", text(row.one_above_minor if row else None)),
        "two": _amount("Two people above", "Empty: two are never needed.", text(row.two_above_minor if row else None)),
        "reason": reason_field(),
    }


def _new_fields(obj: Any, page: Page) -> dict[str, forms.Field]:
    return {
        "kind": forms.ChoiceField(label="Kind", choices=[(kind, kind) for kind in settings.APPROVAL_KINDS]),
        "brand": forms.CharField(label="Brand", required=False, max_length=64, help_text="Its code. Empty: every brand without its own."),
        "currency": forms.CharField(label="Currency", max_length=16),
        **_amounts(None),
    }


def _propose(kind: str, brand: str, currency: str, data: Mapping[str, Any], page: Page) -> Done:
    asset = get_asset(currency)
    one, two = (parse_minor(data[name].strip(), asset) if data[name].strip() else None for name in ("one", "two"))
    request = propose_threshold(
        kind=kind, brand=brand, currency=currency, one_above_minor=one, two_above_minor=two, reason=data["reason"], maker=page.actor,
        now=page.now,
    )  # fmt: skip
    return asked(request)


def _change(row: ApprovalThreshold, data: Mapping[str, Any], page: Page) -> Done:
    return _propose(row.kind, row.brand, row.currency, data, page)


def _create(obj: Any, data: Mapping[str, Any], page: Page) -> Done:
    return _propose(data["kind"], data["brand"].strip(), data["currency"].strip().upper(), data, page)


@admin.register(ApprovalThreshold)
class ApprovalThresholdAdmin(OpsAdmin):
    frame = ListFrame(
        question="From which amount do one or two people decide?",
        columns=[
            Column("Kind", lambda row, page: row.kind, kind="name", area="a"),
            Column("Brand", lambda row, page: row.brand or "Every other", area="c"),
            Column("Currency", lambda row, page: row.currency, area="late"),
            Column("One person above", lambda row, page: _one(row), kind="num", area="d"),
            Column("Two people above", lambda row, page: _two(row), kind="num", area="b"),
            Column("Version", lambda row, page: str(row.version), kind="num", area="late"),
        ],
        views=[View("all", "All", lambda rows, page: rows)],
        order=("kind", "brand", "currency"),
        done_words="No threshold is set: one other person decides on everything.",
    )
    list_acts = (Act("new", "Ask for a threshold…", MAY, _create, kind="primary", title="Ask for a new threshold", fields=_new_fields),)
    acts = (
        Act("change", "Ask to change…", MAY, _change, kind="primary", title="Ask to change this threshold",
            fields=lambda row, page: _amounts(row), approver="Another person, with the permission to approve policies"),
    )  # fmt: skip

    def list_words(self) -> str:
        return "Thresholds"

    def heading(self, obj: Any) -> str:
        return "Threshold"

    def record(self, obj: ApprovalThreshold, page: Page) -> Record:
        past = [
            Event(row.updated_at, f"Version {row.version}", "person", actor_words("user", str(row.history_user_id or ""), page),
                  f"One person above {_one(row)}, two above {_two(row)}. {row.history_change_reason or ''}")
            for row in obj.history.order_by("history_id")
        ]  # fmt: skip
        facts = [Fact("Brand", obj.brand or "Every other"), Fact("One person above", _one(obj)), Fact("Two people above", _two(obj))]
        return Record(
            question="How many people decide?",
            headline=f"{obj.kind}, {obj.currency}",
            code=obj.public_id,
            chip=IN_FORCE,
            facts=facts,
            main=[timeline(past, "Versions")],
            side=[values("What is summed", [("Amounts", "What one person asked for one player in 24 hours")])],
        )
