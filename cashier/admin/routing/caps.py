"""How often a scheme lets a declined card be tried (C11): read here, changed only by an approved request (S1)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin

from cashier.admin.account_acts import APPROVER, MAY, asked
from cashier.models import RetryCap
from cashier.operations.settings import RETRY_CAP
from cashier.psp.declines import DECLINES
from cashier.refusals import Invalid
from ledger.admin.frames import Act, Column, Done, Fact, ListFrame, OpsAdmin, Page, Record, View, reason_field
from ledger.admin.frames.records import values
from ledger.admin.frames.text import sentence
from ledger.admin.story import past_of
from ledger.operations.settings_changes import propose_change

Data = Mapping[str, Any]


def _limits(cap: RetryCap) -> str:
    return (
        ", ".join(f"{tries} in {hours // 24} days" if hours > 24 else f"{tries} in {hours} hours" for tries, hours in cap.limits) or "none"
    )


def _never(cap: RetryCap) -> str:
    return ", ".join([*(sentence(code) for code in cap.never_codes), *(f"advice {code}" for code in cap.never_advice)]) or "none"


def _never_count(cap: RetryCap) -> str:
    codes = [f"{len(cap.never_codes)} declines"] if cap.never_codes else []
    return ", ".join([*codes, *(f"advice {code}" for code in cap.never_advice)]) or "none"


def _name(cap: RetryCap) -> str:
    return sentence(cap.scheme) if cap.scheme else "Scheme not known"


def _fields(cap: RetryCap | None, page: Page) -> dict[str, forms.Field]:
    limits = "\n".join(f"{tries} in {hours} h" for tries, hours in cap.limits) if cap else ""
    codes = [(code, sentence(code)) for code in sorted(DECLINES)]
    boxes = forms.CheckboxSelectMultiple
    return {
        "limits": forms.CharField(
            label="Tries of one card and amount", required=False, initial=limits, max_length=400, widget=forms.Textarea({"rows": 3}),
            help_text="One a line: 10 in 24 h, 35 in 30 d.",
        ),
        "never_codes": forms.MultipleChoiceField(
            label="Never again after", choices=codes, required=False, initial=cap.never_codes if cap else [], widget=boxes
        ),
        "never_advice": forms.CharField(
            label="Never again after the scheme's advice", required=False, max_length=100,
            initial=", ".join(cap.never_advice) if cap else "", help_text="Codes, separated by commas.",
        ),
        "never_days": forms.IntegerField(label="For days", min_value=1, max_value=366, initial=cap.never_hours // 24 if cap else 30),
        "source": forms.CharField(label="Written where", max_length=200, initial=cap.source if cap else ""),
        "reason": reason_field(),
    }  # fmt: skip


def _new_fields(obj: Any, page: Page) -> dict[str, forms.Field]:
    return {"scheme": forms.RegexField(r"^[a-z0-9_-]{1,32}$", label="Scheme", help_text="As callers name it: visa."), **_fields(None, page)}


def read_limits(text: str) -> list[list[int]]:
    """`10 in 24 h` and `35 in 30 d`, one a line, to [[tries, hours], …]. Raises Invalid."""
    rows = []
    for line in filter(None, (part.strip() for part in text.splitlines())):
        words = line.lower().split()
        if len(words) != 4 or words[1] != "in" or words[3] not in ("h", "d") or not (words[0].isdecimal() and words[2].isdecimal()):
            raise Invalid(f"{line} can't be read: write 10 in 24 h, or 35 in 30 d.", field="limits", rule="form")
        rows.append([int(words[0]), int(words[2]) * (24 if words[3] == "d" else 1)])
    return rows


def _ask(scheme: str, data: Data, page: Page) -> Done:
    after = {
        "limits": read_limits(data["limits"]),
        "never_codes": sorted(data["never_codes"]),
        "never_advice": [code for code in (part.strip() for part in data["never_advice"].split(",")) if code],
        "never_hours": data["never_days"] * 24,
        "source": data["source"],
    }
    return asked(propose_change(RETRY_CAP, key={"scheme": scheme}, after=after, reason=data["reason"], maker=page.actor, now=page.now))


def _create(obj: Any, data: Data, page: Page) -> Done:
    return _ask(data["scheme"], data, page)


def _change(cap: RetryCap, data: Data, page: Page) -> Done:
    return _ask(cap.scheme, data, page)


@admin.register(RetryCap)
class RetryCapAdmin(OpsAdmin):
    frame = ListFrame(
        question="How often may a declined card be tried again?",
        columns=(
            Column("Scheme", lambda row, page: _name(row), kind="name", area="a"),
            Column("Tries of one card and amount", lambda row, page: _limits(row), area="b"),
            Column("Never again after", lambda row, page: _never_count(row), area="c"),
        ),
        views=(View("all", "All", lambda rows, page: rows, counted=False),),
        order=("scheme",),
        done_words="No scheme caps tries.",
    )

    list_acts = (Act("new", "Ask for a cap…", MAY, _create, kind="primary", title="Ask for the cap of a scheme", fields=_new_fields),)
    acts = (
        Act("change", "Ask to change…", MAY, _change, kind="primary", title="Ask to change this cap", fields=_fields, approver=APPROVER),
    )  # fmt: skip

    def version_of(self, obj: RetryCap) -> str:
        return f"{obj.limits} {obj.never_codes} {obj.never_advice} {obj.never_hours} {obj.source}"

    def list_words(self) -> str:
        return "Retry caps"

    def heading(self, obj: Any) -> str:
        return "Retry cap"

    def record(self, obj: RetryCap, page: Page) -> Record:
        return Record(
            question="How often may a card of this scheme be tried again?",
            headline=f"{_name(obj)}: {_limits(obj)}",
            code=obj.public_id,
            facts=[Fact("Never again after", _never(obj)), Fact("For", f"{obj.never_hours // 24} days")],
            main=[values("Counted", [("Per", "card and amount, over all PSPs"), ("Source", obj.source)])],
            side=[past_of(obj, _limits, page)],
        )
