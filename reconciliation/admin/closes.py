"""The daily close (D1 to D4, UX 4.10): can this day be signed? What is missing is named; preparer and signer are two people."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse

from ledger.admin.approvals import approvals_words
from ledger.admin.frames import (
    SHOWN, Act, Column, Done, Fact, ListFrame, OpsAdmin, Page, Panel, Record, Standing, Step, View,
    chip_cell, disabled, get_chip, hidden, moment_cell, reason_field, ref_cell,
)  # fmt: skip
from ledger.admin.frames.records import checklist as steps_panel
from ledger.admin.frames.records import table, timeline, values
from ledger.admin.frames.text import sentence
from ledger.admin.people import people
from ledger.admin.story import transition_events
from ledger.calendar import day_bounds
from ledger.models import ApprovalRequest
from ledger.operations import decide, holds_permission
from reconciliation.models import CloseState, DailyClose
from reconciliation.operations.closing import prepare_close, refresh_checklist, request_override, request_reopen
from reconciliation.queries.checklist import checklist

Rows = QuerySet[Any]
Data = Mapping[str, Any]
State = CloseState
# Where an item of the checklist is worked on.
PLACES = {
    "reports_in": "admin:reconciliation_sourcefile_changelist",
    "statements_in": "admin:reconciliation_sourcefile_changelist",
    "runs_done": "admin:reconciliation_reconciliationrun_changelist",
    "bank_equals_statement": "admin:reconciliation_reconciliationrun_changelist",
    "suspense": "admin:reconciliation_exceptioncase_changelist",
    "unknown": "admin:cashier_attempt_changelist",
    "approvals": "admin:ledger_approvalrequest_changelist",
    "cases": "admin:reconciliation_exceptioncase_changelist",
    "trial_balance": "admin:ledger_account_changelist",
}


def items_of(close: DailyClose, page: Page) -> list[dict[str, Any]]:
    """The checklist: of an open day as it stands now, else as it was when the day was prepared."""
    if close.state != State.OPEN:
        return list(close.checklist)
    key = f"checklist:{close.pk}"
    if key not in page.memo:
        overridden = {row["name"] for row in close.overrides}
        found = checklist(close.entity, close.business_date, now=page.now)
        page.memo[key] = [{**item.as_dict(), "overridden": item.name in overridden} for item in found]
    items: list[dict[str, Any]] = page.memo[key]
    return items


def missing_of(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in items if not item["ok"] and not item.get("overridden")]


def request_of(close: DailyClose, page: Page) -> ApprovalRequest | None:
    """The request for the signature, if there is one."""
    return ApprovalRequest.objects.prefetch_related("decisions").filter(pk=close.approval_id).first() if close.approval_id else None


def _preparable(close: DailyClose, page: Page) -> Standing:
    if close.state not in (State.OPEN, State.CLOSING):
        return hidden("The day is prepared or signed.")
    missing = missing_of(items_of(close, page))
    if missing:
        first = missing[0]
        named = "; ".join(first["missing"][:2]) or first["title"]
        return disabled(f"{len(missing)} thing{'s' if len(missing) > 1 else ''} missing. First: {named}")
    return SHOWN


def _signable(close: DailyClose, page: Page) -> Standing:
    request = request_of(close, page)
    if close.state != State.PREPARED or request is None or request.state != ApprovalRequest.State.PENDING:
        return hidden("The day does not wait for a signature.")
    if close.preparer_id == page.user.pk:
        return hidden("You prepared this; someone else must sign.")
    return SHOWN if holds_permission(page.user, "reconciliation.sign_close") else hidden("Signing needs the permission reconciliation.sign_close.")


def _only(*states: str) -> Any:
    return lambda close, page: SHOWN if close.state in states else hidden("The day is not in that state.")


def _overridable(close: DailyClose, page: Page) -> Standing:
    if close.state != State.OPEN:
        return hidden("Only an open day's items can be overridden.")
    return SHOWN if missing_of(items_of(close, page)) else hidden("Nothing is missing.")


def _prepare(close: DailyClose, data: Data, page: Page) -> Done:
    prepare_close(close_id=close.pk, preparer=page.user, now=page.now)
    return Done(f"{day_words(close)} is prepared. Someone else must sign it.")


def _sign(close: DailyClose, data: Data, page: Page) -> Done:
    decide(request_id=_request_id(close), approve=True, checker=page.user, reason=data.get("reason", ""), now=page.now)
    return Done(f"{day_words(close)} is signed off.")


def _send_back(close: DailyClose, data: Data, page: Page) -> Done:
    decide(request_id=_request_id(close), approve=False, checker=page.user, reason=data["reason"], now=page.now)
    return Done(f"{day_words(close)} is open again.")


def _request_id(close: DailyClose) -> Any:
    assert close.approval_id is not None
    return close.approval_id


def _look_again(close: DailyClose, data: Data, page: Page) -> Done:
    refresh_checklist(close_id=close.pk, now=page.now)
    return Done("The checklist was taken again and stored.")


def _override(close: DailyClose, data: Data, page: Page) -> Done:
    request_override(close_id=close.pk, name=data["name"], reason=data["reason"], actor=page.actor, now=page.now)
    return Done("The override waits for a second person.")


def _reopen(close: DailyClose, data: Data, page: Page) -> Done:
    request_reopen(close_id=close.pk, reason=data["reason"], actor=page.actor, now=page.now)
    return Done("Reopening waits for a second person.")


def _override_fields(close: DailyClose, page: Page) -> dict[str, forms.Field]:
    choices = [(item["name"], item["title"]) for item in missing_of(items_of(close, page))]
    return {"name": forms.ChoiceField(label="Item", choices=choices), "reason": reason_field("Why it may pass", help_text="It shows on this day for ever.")}


def day_words(close: DailyClose) -> str:
    return f"{close.business_date.day} {close.business_date:%b %Y}"


def _missing_cell(close: DailyClose, page: Page) -> str:
    count = len(missing_of(close.checklist))
    return str(count) if close.checklist else "—"


def _person(pk: Any, page: Page) -> str:
    return people(page).get(str(pk), "—").partition(" (")[0] if pk else "—"


def _reason(close: DailyClose, page: Page) -> dict[str, forms.Field]:
    return {"reason": reason_field()}


@admin.register(DailyClose)
class DailyCloseAdmin(OpsAdmin):
    frame = ListFrame(
        question="Which days are not signed?",
        columns=(
            Column("Business day", lambda row, page: day_words(row), kind="name", area="a"),
            Column("Entity", lambda row, page: row.entity.name, area="c"),
            Column("State", lambda row, page: chip_cell("close", row.state), area="b"),
            Column("Version", lambda row, page: str(row.version), kind="num", area="late"),
            Column("Missing", _missing_cell, kind="num", area="d"),
            Column("Prepared by", lambda row, page: _person(row.preparer_id, page)),
            Column("Signed by", lambda row, page: _person(row.signer_id, page)),
        ),
        views=(
            View("open", "Not signed", lambda rows, page: rows.exclude(state=State.SIGNED_OFF), urgent=True),
            View("signed", "Signed", lambda rows, page: rows.filter(state=State.SIGNED_OFF), order=("-business_date", "-id")),
            View("reopened", "Reopened", lambda rows, page: rows.exclude(reopened_at=None), order=("-business_date", "-id")),
        ),
        order=("business_date", "id"),
        related=("entity",),
        done_words="Every day is signed.",
    )
    acts = (
        Act("refresh", "Look again", "reconciliation.prepare_close", _look_again, dialog=False, standing=_only(State.OPEN), icon="refresh"),
        Act("override", "Override an item…", "reconciliation.prepare_close", _override, kind="menu", standing=_overridable, title="Let a missing item pass", fields=_override_fields, approver="Needs a second person"),
        Act("reopen", "Reopen…", "reconciliation.reopen_close", _reopen, kind="danger", standing=_only(State.SIGNED_OFF), title="Reopen a signed day", fields=_reason, approver="Needs a second person; both versions are kept"),
        Act("send_back", "Send back…", "reconciliation.sign_close", _send_back, kind="danger", standing=_signable, title="Send the day back", fields=_reason),
        Act("prepare", "Prepare close", "reconciliation.prepare_close", _prepare, kind="primary", standing=_preparable, title="Prepare this day", approver="From now on postings go to the next day; someone else signs"),
        Act("sign", lambda close, page: f"Sign off {day_words(close)}", "reconciliation.sign_close", _sign, kind="primary", standing=_signable, title="Sign this day off",
            fields=lambda close, page: {"reason": reason_field("Note", required=False)}, approver="Totals, matches, cases and file hashes are frozen"),
    )  # fmt: skip

    def heading(self, obj: Any) -> str:
        return "Daily close"

    def record(self, obj: DailyClose, page: Page) -> Record:
        items = items_of(obj, page)
        missing = len(missing_of(items))
        request = request_of(obj, page)
        zone = f"{obj.zone}, ends {obj.cutoff:%H:%M} the next day" if obj.cutoff.hour or obj.cutoff.minute else f"ends 24:00 {obj.zone}"
        facts = [
            Fact("State", chip_cell("close", obj.state)),
            Fact("Missing", str(missing), "bad" if missing else ""),
            Fact("Version", str(obj.version)),
            Fact("Prepared by", _person(obj.preparer_id, page)),
            Fact("Signed by", _person(obj.signer_id, page)),
            Fact("Signature", approvals_words(request) if request else "—"),
        ]
        return Record(
            question="Can this day be signed?",
            headline=f"{day_words(obj)} · {obj.entity.name} ({zone})",
            code=obj.public_id,
            chip=get_chip("close", obj.state),
            notice="You prepared this; someone else must sign." if obj.state == State.PREPARED and obj.preparer_id == page.user.pk else "",
            facts=facts,
            main=[_checklist(items), *_overrides(obj, page), _snapshots(obj, page), timeline(transition_events(obj, "close", page))],
            side=[_about(obj, page, request)],
        )


def _checklist(items: list[dict[str, Any]]) -> Panel:
    steps = [_step(item) for item in items]
    done = sum(item["ok"] for item in items)
    return steps_panel("Checklist", steps, note=f"{done} of {len(items)} hold")


def _step(item: dict[str, Any]) -> Step:
    state = "done" if item["ok"] else "review" if item.get("overridden") else "failed"
    more = int(item.get("count", 0)) - len(item["missing"])
    note = "; ".join(str(each) for each in item["missing"][:10]) + (f"; and {more} more" if more > 0 else "")
    place = PLACES.get(item["name"], "")
    return Step(item["title"], state, figure=str(item.get("figure", "")), link=reverse(place) if place and not item["ok"] else "", note=note)


def _overrides(obj: DailyClose, page: Page) -> list[Panel]:
    if not obj.overrides:
        return []
    rows = [[sentence(row["name"]), str(row.get("reason", "")), ref_cell(str(row.get("approval_id", "")))] for row in obj.overrides]
    return [table("Overrides, shown for ever", [("Item", "text"), ("Reason", "text"), ("Approval", "text")], rows)]


def _snapshots(obj: DailyClose, page: Page) -> Panel:
    shots = obj.snapshots.order_by("-id")
    rows = [[moment_cell(shot.taken_at, page.now), ref_cell(shot.first_txn), ref_cell(shot.last_txn), f"{shot.sha256[:16]}…", _shot_total(shot.totals)] for shot in shots]
    return table("What was frozen", [("Taken", "text"), ("First posting", "text"), ("Last posting", "text"), ("SHA-256", "text"), ("Postings", "num")], rows, empty="Nothing is frozen before the signature.")


def _shot_total(totals: dict[str, Any]) -> str:
    journal = totals.get("journal", {})
    return f"{int(journal.get('transactions', 0)):,}"


def _about(obj: DailyClose, page: Page, request: ApprovalRequest | None) -> Panel:
    start, end = day_bounds(obj.entity, obj.business_date)
    return values("Day", [
        ("Begins", moment_cell(start, page.now)), ("Ends", moment_cell(end, page.now)), ("Prepared", moment_cell(obj.prepared_at, page.now)),
        ("Signed", moment_cell(obj.signed_at, page.now)), ("Request", ref_cell(request.public_id) if request else "—"), ("Reopened", moment_cell(obj.reopened_at, page.now)),
    ])  # fmt: skip
