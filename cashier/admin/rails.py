"""The rail catalogue (C23): what the cashier knows of each method, what is missing before it may be offered, and who signed it off."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.urls import reverse

from cashier.models import RailVersion
from cashier.models.deposits import DepositState
from cashier.operations import rails as operations
from cashier.rails import CHOICES, NUMBERS, OUTCOMES, YES_NO, problems_of
from cashier.rails_wording import differences, parts_of, value_words
from ledger.admin.frames import Act, Column, Done, Fact, ListFrame, Page, Panel, Record, Standing, View, disabled, get_chip
from ledger.admin.frames.records import Step, checklist, table, values
from ledger.admin.frames.text import sentence
from ledger.admin.versions import (
    CHANGED,
    DRAFTED_BY,
    NOUN,
    STATE,
    VersionAdmin,
    changes_panel,
    drop_act,
    facts_of,
    if_draft,
    send_act,
    side_of,
)
from ledger.models import ApprovalRequest
from ledger.shadowing import SIGN_OFF

MAY = "cashier.propose_rail"
APPROVER = "Another person decides, with the permission to approve rails"
WITHOUT = "no row: it is not offered"
Data = Mapping[str, Any]
State = RailVersion.State
PAST = (State.RETIRED, State.DROPPED)


def _name(row: RailVersion) -> str:
    return str(row.body.get("name") or row.method)


def _said(row: RailVersion, name: str) -> str:
    return value_words(name, row.body.get(name))


def _lacks(row: RailVersion) -> str:
    """How much stands between a draft and going live."""
    if row.state not in (State.DRAFT, State.WAITING):
        return "—"
    count = len(problems_of(row.body))
    return f"unfinished: {count} to mend" if count else "finished"


# --- buttons ---


def _method_fields(obj: Any, page: Page) -> dict[str, forms.Field]:
    words = "A method of the catalogue begins as a copy of its row in force, a new one empty."
    return {"method": forms.CharField(label="Method", max_length=32, help_text=f"As the API names it: card, paybybank. {words}")}


def _draft(obj: Any, data: Data, page: Page) -> Done:
    made = operations.draft_rail(method=data["method"].strip(), maker=page.actor, now=page.now)
    return Done(
        f"{_name(made)}: version {made.version} drafted.", next_url=reverse("admin:cashier_railversion_change", args=[made.public_id])
    )


def _save(row: RailVersion, said: dict[str, Any], page: Page) -> Done:
    saved = operations.save_rail(rail_id=row.pk, said=said, actor=page.actor, now=page.now)
    is_finished = not operations.unfinished(saved)
    return Done("Saved. It is finished and can be sent." if is_finished else "Saved. What it lacks before it can go live stands below.")


def _row_fields(row: RailVersion, page: Page) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {"name": forms.CharField(label="Name", max_length=40, initial=row.body.get("name", ""))}
    for name, (label, offered) in CHOICES.items():
        choices = [("", "not said"), *((key, value_words(name, key)) for key in offered)]
        fields[name] = forms.ChoiceField(label=label, choices=choices, required=False, initial=row.body.get(name, ""))
    for name, label in YES_NO.items():
        fields[name] = forms.BooleanField(label=label, required=False, initial=row.body.get(name, False))
    for name, (label, least, most) in NUMBERS.items():
        fields[name] = forms.IntegerField(label=label, min_value=least, max_value=most, required=False, initial=row.body.get(name))
    return fields


def _save_row(row: RailVersion, data: Data, page: Page) -> Done:
    said = {name: data[name].strip() for name in ("name",)} | {name: data[name] or None for name in CHOICES}
    return _save(row, {**said, **{name: data[name] for name in (*YES_NO, *NUMBERS)}}, page)


def _answer_fields(row: RailVersion, page: Page) -> dict[str, forms.Field]:
    said, states = row.body.get("status_map", {}), [("", "does not happen"), *((state, sentence(state)) for state in DepositState)]
    fields: dict[str, forms.Field] = {
        outcome: forms.ChoiceField(label=sentence(outcome), choices=states, required=False, initial=said.get(outcome, ""))
        for outcome in OUTCOMES
    }
    codes = "\n".join(row.body.get("usual_exceptions", []))
    fields["usual_exceptions"] = forms.CharField(
        label="Usual exceptions", required=False, initial=codes, max_length=2000, widget=forms.Textarea({"rows": 4}),
        help_text="Reason codes, one a line.",
    )  # fmt: skip
    return fields


def _save_answers(row: RailVersion, data: Data, page: Page) -> Done:
    statuses = {str(outcome): data[outcome] for outcome in OUTCOMES if data[outcome]}
    return _save(row, {"status_map": statuses, "usual_exceptions": data["usual_exceptions"].upper().split()}, page)


def _sign_fields(row: RailVersion, page: Page) -> dict[str, forms.Field]:
    signed = row.body.get("sign_off", {})
    fields: dict[str, forms.Field] = {
        item: forms.CharField(label=words, max_length=500, required=False, initial=signed.get(item, "")) for item, words in SIGN_OFF.items()
    }
    next(iter(fields.values())).help_text = "Of each item the evidence: what was looked at, and where it is. Ten characters at least."
    return fields


def _save_signed(row: RailVersion, data: Data, page: Page) -> Done:
    return _save(row, {"sign_off": {item: data[item].strip() for item in SIGN_OFF if data[item].strip()}}, page)


def _finished(row: RailVersion, page: Page) -> Standing:
    standing = if_draft(row, page)
    if standing.state != "shown" or not operations.unfinished(row):
        return standing
    return disabled("Unfinished: what is missing stands on this page.")


def _send(row: RailVersion, reason: str, page: Page) -> ApprovalRequest:
    return operations.propose_rail(rail_id=row.pk, reason=reason, maker=page.actor, now=page.now)


def _drop(row: RailVersion, page: Page) -> None:
    operations.drop_rail(rail_id=row.pk, actor=page.actor, now=page.now)


@admin.register(RailVersion)
class RailVersionAdmin(VersionAdmin):
    frame = ListFrame(
        question="Which methods may be offered, and what is known of each?",
        columns=(
            Column("Rail", lambda row, page: _name(row), kind="name", area="a"),
            Column("Method", lambda row, page: row.method, area="d"),
            Column("Version", lambda row, page: f"v{row.version}", area="late"),
            STATE,
            Column("Window, bank days", lambda row, page: _said(row, "window_days"), kind="num", area="late"),
            Column("Before it goes live", lambda row, page: _lacks(row), area="c"),
            DRAFTED_BY,
            replace(CHANGED, area="late"),
        ),
        views=(
            View(
                "current", "In force and in work", lambda rows, page: rows.exclude(state__in=(State.RETIRED, State.DROPPED)), counted=False
            ),
            View("all", "All", lambda rows, page: rows, counted=False),
        ),
        order=("method", "-version"),
        done_words="No rail is known: nothing can be offered.",
    )
    list_acts = (Act("draft", "Draft a row…", MAY, _draft, kind="primary", title="Draft a row of the catalogue", fields=_method_fields),)
    acts = (
        drop_act(MAY, _drop),
        Act("row", "Change the row…", MAY, _save_row, title="What the cashier must know", fields=_row_fields, standing=if_draft),
        Act("answers", "Answers and exceptions…", MAY, _save_answers, title="What its answers lead to, and what usually goes wrong",
            fields=_answer_fields, standing=if_draft),
        Act("sign", "Sign off…", MAY, _save_signed, title="The sign-off list", fields=_sign_fields, standing=if_draft),
        send_act(MAY, _send, standing=_finished, approver=APPROVER),
    )  # fmt: skip

    def list_words(self) -> str:
        return "Rails"

    def heading(self, obj: Any) -> str:
        return f"{_name(obj)} v{obj.version}"

    def record(self, obj: RailVersion, page: Page) -> Record:
        return Record(
            question="May this method be offered, and what is known of it?",
            headline=f"{_name(obj)}, version {obj.version}",
            code=obj.public_id,
            chip=get_chip(NOUN, obj.state),
            facts=[Fact("Method", obj.method), *facts_of(obj, page, without=WITHOUT)],
            main=[*_unfinished(obj), _known(obj), _answers(obj), _signed(obj), *_changes(obj)],
            side=side_of(obj, page),
        )


def _unfinished(row: RailVersion) -> list[Panel]:
    problems = operations.unfinished(row) if row.state in (State.DRAFT, State.WAITING) else []
    return [table("What is missing before it can go live", [("In words", "text")], [[words] for words in problems])] if problems else []


def _known(row: RailVersion) -> Panel:
    labels = {**{name: label for name, (label, _) in CHOICES.items()}, **YES_NO, **{name: label for name, (label, _, _) in NUMBERS.items()}}
    return values("What the cashier knows of it", [(label, _said(row, name)) for name, label in labels.items()])


def _answers(row: RailVersion) -> Panel:
    pairs = [(words, sentence(state)) for words, state in parts_of("status_map", row.body) if state]
    return values("What an answer of the PSP leads to", [*pairs, ("Usual exceptions", _said(row, "usual_exceptions"))])


def _signed(row: RailVersion) -> Panel:
    steps = [Step(words, "done" if evidence else "open", note=evidence) for words, evidence in parts_of("sign_off", row.body)]
    return checklist("Sign-off list", steps, note="needed whole to go live")


def _changes(row: RailVersion) -> list[Panel]:
    before = row.in_force()
    if row.state not in (State.DRAFT, State.WAITING) or before is None:
        return []
    return [changes_panel(differences(before.body, row.body), before, without=WITHOUT)]
