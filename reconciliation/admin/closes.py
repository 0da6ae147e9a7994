"""The daily close (D1 to D4, UX 4.10): can this day be signed? What is missing is named; preparer and signer are two people."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse

from ledger.admin.approvals import approvals_words
from ledger.admin.frames import (
    Column,
    Fact,
    ListFrame,
    OpsAdmin,
    Page,
    Panel,
    Record,
    Step,
    View,
    chip_cell,
    get_chip,
    moment_cell,
    ref_cell,
)
from ledger.admin.frames.records import checklist as steps_panel
from ledger.admin.frames.records import table, timeline, values
from ledger.admin.frames.text import sentence
from ledger.admin.people import people
from ledger.admin.story import transition_events
from ledger.calendar import day_bounds
from ledger.models import ApprovalRequest
from reconciliation.admin.close_acts import ACTS, day_words, items_of, missing_of, request_of
from reconciliation.admin.close_bundle import BUNDLE_ACTS, bundle_panels, bundle_state, prepared_files, take_view
from reconciliation.models import CloseState, DailyClose
from reconciliation.sealed_days import is_signed

Rows = QuerySet[Any]
Data = Mapping[str, Any]
State = CloseState
# Where an item of the checklist is worked on.
PLACES = {
    "reports": "admin:reconciliation_sourcefile_changelist",
    "statements": "admin:reconciliation_sourcefile_changelist",
    "registers": "admin:reconciliation_sourcefile_changelist",
    "runs": "admin:reconciliation_reconciliationrun_changelist",
    "order": "admin:reconciliation_reconciliationrun_changelist",
    "reserve": "admin:ledger_account_changelist",
    "in_transit": "admin:ledger_account_changelist",
    "player_money": "admin:cashier_bankaccount_changelist",
    "bank": "admin:reconciliation_reconciliationrun_changelist",
    "suspense": "admin:reconciliation_exceptioncase_changelist",
    "unknown": "admin:cashier_attempt_changelist",
    "approvals": "admin:ledger_approvalrequest_changelist",
    "cases": "admin:reconciliation_exceptioncase_changelist",
    "trial_balance": "admin:ledger_account_changelist",
    "audit": "admin:ledger_auditrecord_changelist",
}


def _missing_cell(close: DailyClose, page: Page) -> str:
    count = len(missing_of(close.checklist))
    return str(count) if close.checklist else "—"


def _person(pk: Any, page: Page) -> str:
    return people(page).get(str(pk), "—").partition(" (")[0] if pk else "—"


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
    acts = (*BUNDLE_ACTS, *ACTS)

    def list_words(self) -> str:
        return "Daily closes"

    def heading(self, obj: Any) -> str:
        return "Daily close"

    def version_of(self, obj: DailyClose) -> str:
        """What a person acts on. The checklist is none of it: it is looked at by itself too, and taken again by each act."""
        return f"{obj.version} {obj.state} {obj.approval_id or ''} {len(obj.overrides)}"

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
            main=[
                checklist_panel(items, page), *_overrides(obj, page), *_files(obj, request, page), _snapshots(obj, page),
                timeline(transition_events(obj, "close", page)),
            ],
            side=[_about(obj, page, request), *bundle_state(obj, page), *_bound(obj)],
        )  # fmt: skip

    def extra_urls(self) -> list[URLPattern]:
        return [path("<str:object_id>/bundle/", self.admin_site.admin_view(partial(take_view, self)), name=self._named("bundle"))]


def checklist_panel(items: list[dict[str, Any]], page: Page) -> Panel:
    """The checklist of a close, each item with where it is worked on."""
    steps = [_step(item, page) for item in items]
    done = sum(item["ok"] for item in items)
    return steps_panel("Checklist", steps, note=f"{done} of {len(items)} hold")


def _step(item: dict[str, Any], page: Page) -> Step:
    state = "done" if item["ok"] else "review" if item.get("overridden") else "failed"
    more = int(item.get("count", 0)) - len(item["missing"])
    note = "; ".join(str(each) for each in item["missing"][:10]) + (f"; and {more} more" if more > 0 else "")
    place = PLACES.get(item["name"], "")
    is_open = bool(place) and not item["ok"] and page.may(permission_of(place))
    return Step(item["title"], state, figure=str(item.get("figure", "")), link=reverse(place) if is_open else "", note=note)


def permission_of(place: str) -> str:
    """The permission to see a list: "admin:ledger_account_changelist" needs ledger.view_account."""
    app, model, _ = place.removeprefix("admin:").split("_", 2)
    return f"{app}.view_{model}"


def _files(obj: DailyClose, request: ApprovalRequest | None, page: Page) -> list[Panel]:
    """The bundle of a signed day; of a prepared one the files that are to be signed."""
    if obj.state == State.PREPARED and request is not None:
        return prepared_files(request.payload)
    return bundle_panels(obj, page)


def _overrides(obj: DailyClose, page: Page) -> list[Panel]:
    if not obj.overrides:
        return []
    rows = [[sentence(row["name"]), str(row.get("reason", "")), ref_cell(str(row.get("approval_id", "")))] for row in obj.overrides]
    return [table("Overrides, shown for ever", [("Item", "text"), ("Reason", "text"), ("Approval", "text")], rows)]


def _snapshots(obj: DailyClose, page: Page) -> Panel:
    shots = obj.snapshots.order_by("-id")
    rows = [
        [
            moment_cell(shot.taken_at, page.now),
            ref_cell(shot.first_txn),
            ref_cell(shot.last_txn),
            f"{shot.sha256[:16]}…",
            _shot_total(shot.totals),
        ]
        for shot in shots
    ]
    return table(
        "What was frozen",
        [("Taken", "text"), ("First posting", "text"), ("Last posting", "text"), ("SHA-256", "text"), ("Postings", "num")],
        rows,
        empty="Nothing is frozen before the signature.",
    )


def _shot_total(totals: dict[str, Any]) -> str:
    journal = totals.get("journal", {})
    return f"{int(journal.get('transactions', 0)):,}"


def _bound(obj: DailyClose) -> list[Panel]:
    """The head of the audit chain that the newest snapshot carries, and whether its signature holds."""
    shot = obj.snapshots.select_related("close__entity").order_by("-id").first()
    if shot is None or shot.audit_position is None:
        return []
    holds = is_signed(shot)
    steps = [Step("A trusted key signed the day with this head", "done" if holds else "failed", note="Ed25519, checked just now")]
    pairs = [("Position", f"{shot.audit_position:,}"), ("Hash of the chain", shot.audit_head), ("Key", shot.audit_key_id),
             ("Signature", shot.audit_signature)]  # fmt: skip
    return [steps_panel("Bound to the audit chain", steps), values("Head of the audit chain", pairs)]


def _about(obj: DailyClose, page: Page, request: ApprovalRequest | None) -> Panel:
    start, end = day_bounds(obj.entity, obj.business_date)
    return values(
        "Day",
        [
            ("Begins", moment_cell(start, page.now)),
            ("Ends", moment_cell(end, page.now)),
            ("Prepared", moment_cell(obj.prepared_at, page.now)),
            ("Signed", moment_cell(obj.signed_at, page.now)),
            ("Request", ref_cell(request.public_id) if request else "—"),
            ("Reopened", moment_cell(obj.reopened_at, page.now)),
        ],
    )
