"""The four-eyes inbox (S1, UX 4.15): what waits for my yes, and what of mine waits for others. Decisions go through `decide`."""

from collections.abc import Mapping
from textwrap import shorten
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from ledger.admin.frames import (
    SHOWN,
    Act,
    Column,
    Done,
    Event,
    Fact,
    Filter,
    ListFrame,
    OpsAdmin,
    Page,
    Panel,
    Receipt,
    Record,
    Standing,
    Step,
    Tone,
    View,
    chip_cell,
    chip_map,
    due_cell,
    get_chip,
    hidden,
    moment_cell,
    money_cell,
    reason_field,
    receipt_of,
    ref_cell,
    states_of,
)
from ledger.admin.frames.records import checklist, timeline, values
from ledger.admin.frames.text import money_text, sentence
from ledger.admin.payloads import payload_pairs
from ledger.admin.people import actor_words
from ledger.approvals import get_approval_kind
from ledger.canonical import canonical_json, sha256_hex
from ledger.models import ApprovalRequest
from ledger.operations import decide, holds_permission, withdraw_approval
from ledger.refusals import Refused

State = ApprovalRequest.State

chip_map(
    "approvalrequest",
    PENDING=(Tone.ATTENTION, "Waiting for approval|group"),
    APPROVED=(Tone.GOOD, "Approved"),
    REJECTED=(Tone.BAD, "Rejected"),
    WITHDRAWN=(Tone.IDLE, "Withdrawn"),
    EXPIRED=(Tone.IDLE, "Expired"),
)


def kinds_of(page: Page) -> list[str]:
    """Kinds of requests on which this person's roles may decide."""
    if "approval-kinds" not in page.memo:
        kinds = settings.APPROVAL_KINDS
        page.memo["approval-kinds"] = [kind for kind in kinds if page.may(get_approval_kind(kind).permission)]
    found: list[str] = page.memo["approval-kinds"]
    return found


def _pending(rows: QuerySet[ApprovalRequest], page: Page) -> QuerySet[ApprovalRequest]:
    return rows.filter(state=State.PENDING, expires_at__gt=page.now)


def _by_me(rows: QuerySet[ApprovalRequest], page: Page) -> QuerySet[ApprovalRequest]:
    return rows.filter(maker_kind="user", maker_id=str(page.user.pk))


def _for_me(rows: QuerySet[ApprovalRequest], page: Page) -> QuerySet[ApprovalRequest]:
    others = _pending(rows, page).exclude(maker_kind="user", maker_id=str(page.user.pk)).exclude(decisions__checker=page.user)
    return others.filter(kind__in=kinds_of(page))


def _not_mine(rows: QuerySet[ApprovalRequest], page: Page) -> QuerySet[ApprovalRequest]:
    return _pending(rows, page).exclude(maker_kind="user", maker_id=str(page.user.pk)).exclude(kind__in=kinds_of(page))


def why_me(request: ApprovalRequest, page: Page) -> str:
    """The line that says why this person is asked, or why not."""
    if request.maker_kind == "user" and request.maker_id == str(page.user.pk):
        return "You asked, others decide"
    return f"Your role decides on {_kind_words(request.kind)}" if request.kind in kinds_of(page) else "Another role decides"


def _short(text: str) -> str:
    """One line of a list; the whole text stands on the record's page."""
    return shorten(text, 24, placeholder="…")


def _kind_words(kind: str) -> str:
    return sentence(kind.replace(".", " ")).lower()


def approvals_words(request: ApprovalRequest) -> str:
    """`0 of 2`."""
    return f"{sum(decision.approve for decision in request.decisions.all())} of {request.required}"


def preview_of(request: ApprovalRequest, page: Page) -> Receipt | None:
    """The lines that execution would post now; None where the kind posts nothing, or what it read is gone."""
    path = get_approval_kind(request.kind).preview
    if not path or request.state != State.PENDING:
        return None
    try:
        return receipt_of(import_string(path)(request.payload), not_done="Nothing else is changed. It is executed once.")
    except (Refused, KeyError):
        return None


def _expires(request: ApprovalRequest, page: Page) -> str:
    """The clock of what waits, the outcome of what does not."""
    return due_cell(request.expires_at, page.now) if request.state == State.PENDING else chip_cell("approvalrequest", request.state)


def _standing(request: ApprovalRequest, page: Page) -> Standing:
    if request.state != State.PENDING:
        return hidden(f"It is {get_chip('approvalrequest', request.state).word.lower()} already.")
    if request.maker_kind == "user" and request.maker_id == str(page.user.pk):
        return hidden("Who made a request can't decide on it.")
    if not holds_permission(page.user, get_approval_kind(request.kind).permission):
        return hidden(f"Deciding this needs the permission {get_approval_kind(request.kind).permission}.")
    if any(decision.checker_id == page.user.pk for decision in request.decisions.all()):
        return hidden("You have decided already.")
    return SHOWN if page.now < request.expires_at else hidden("The request has expired.")


def _own_standing(request: ApprovalRequest, page: Page) -> Standing:
    is_mine = request.maker_kind == "user" and request.maker_id == str(page.user.pk)
    return SHOWN if is_mine and request.state == State.PENDING else hidden("Only who made a request may withdraw it.")


def _approve_label(request: ApprovalRequest, page: Page) -> str:
    receipt = preview_of(request, page)
    parts = [f"post {len(receipt.lines)} lines"] if receipt and receipt.lines else []
    parts += [money_text(request.amount_minor, request.currency)] if request.currency and request.amount_minor else []
    return f"Approve: {', '.join(parts)}" if parts else f"Approve {_kind_words(request.kind)}"


def _approve(request: ApprovalRequest, data: Mapping[str, Any], page: Page) -> Done:
    after = decide(request_id=request.pk, approve=True, checker=page.user, reason=data.get("reason", ""), now=page.now)
    words = "Approved and executed" if after.state == State.APPROVED else f"Your yes is kept; {approvals_words(after)} given"
    return Done(f"{words}: {request.summary}.", advance=True)


def _reject(request: ApprovalRequest, data: Mapping[str, Any], page: Page) -> Done:
    decide(request_id=request.pk, approve=False, checker=page.user, reason=data["reason"], now=page.now)
    return Done(f"Rejected: {request.summary}.", advance=True)


def _withdraw(request: ApprovalRequest, data: Mapping[str, Any], page: Page) -> Done:
    withdraw_approval(request_id=request.pk, maker=page.actor, now=page.now)
    return Done(f"Withdrawn: {request.summary}.")


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(OpsAdmin):
    frame = ListFrame(
        question="What waits for a second person?",
        columns=[
            Column("Expires", _expires, area="b"),
            Column("What", lambda row, page: shorten(row.summary, 44, placeholder="…"), kind="name", area="a"),
            Column("Amount", lambda row, page: money_cell(row.amount_minor if row.currency else None, row.currency), kind="num", area="d"),
            Column("Asked by", lambda row, page: actor_words(row.maker_kind, row.maker_id, page), area="c"),
            Column("Reason", lambda row, page: _short(row.reason), area="late"),
            Column("Approvals", lambda row, page: approvals_words(row)),
            Column("Why me", lambda row, page: _short(why_me(row, page)), area="late"),
        ],
        views=[
            View("me", "Waiting for me", _for_me, urgent=True),
            View("mine", "By me", lambda rows, page: _by_me(_pending(rows, page), page)),
            View("others", "I may not decide", _not_mine),
            View("decided", "Decided", lambda rows, page: rows.exclude(state=State.PENDING), counted=False, order=("-requested_at", "-id")),
        ],
        order=("expires_at", "id"),
        filters=[
            Filter("kind", "Kind", choices=lambda: [(kind, sentence(kind.replace(".", " "))) for kind in settings.APPROVAL_KINDS]),
            Filter("state", "State", choices=states_of(State)),
        ],
        done_words="Nobody waits for you.",
    )
    acts = (
        Act(
            "withdraw",
            "Withdraw request",
            "ledger.view_approvalrequest",
            _withdraw,
            standing=_own_standing,
            title="Withdraw this request",
            guards_staleness=False,
            icon="undo",
        ),
        Act(
            "reject",
            "Reject…",
            "ledger.view_approvalrequest",
            _reject,
            kind="danger",
            key="n",
            standing=_standing,
            title="Reject this request",
            fields=lambda obj, page: {"reason": reason_field()},
            guards_staleness=False,
        ),
        Act(
            "approve",
            _approve_label,
            "ledger.view_approvalrequest",
            _approve,
            kind="primary",
            key="y",
            standing=_standing,
            receipt=preview_of,
            fields=lambda obj, page: {"reason": reason_field("Note", required=False)},
            guards_staleness=False,
        ),
    )
    rail_columns = (1, 2, 0)

    def list_words(self) -> str:
        return "Approvals"

    def rows(self, page: Page) -> QuerySet[Any]:
        return ApprovalRequest.objects.prefetch_related("decisions__checker")

    def heading(self, obj: Any) -> str:
        return "Approval"

    def record(self, obj: ApprovalRequest, page: Page) -> Record:
        unchanged = sha256_hex(canonical_json(obj.payload)) == obj.payload_sha256
        facts = [
            Fact("Amount", money_cell(obj.amount_minor if obj.currency else None, obj.currency)),
            Fact("Expires", due_cell(obj.expires_at, page.now, is_open=obj.state == State.PENDING)),
            Fact("Asked by", actor_words(obj.maker_kind, obj.maker_id, page)),
            Fact("Approvals", approvals_words(obj)),
            Fact("For", ref_cell(obj.target_id) if obj.target_id else "—"),
        ]
        seal = Step("The request is as it was asked for", "done" if unchanged else "failed", note=f"SHA-256 {obj.payload_sha256[:16]}…")
        return Record(
            question="May this be done?",
            headline=obj.summary,
            code=obj.kind,
            chip=get_chip("approvalrequest", obj.state),
            facts=facts,
            main=[*self._effect(obj, page), values("What was asked", payload_pairs(obj.payload)), timeline(self._events(obj, page))],
            side=[
                values("Why", self._why(obj, page)),
                checklist("Checks", [seal]),
            ],
        )

    def _why(self, obj: ApprovalRequest, page: Page) -> list[tuple[str, str]]:
        asked = moment_cell(obj.requested_at, page.now)
        return [("Reason", obj.reason), ("Rule", obj.rule or "One other person decides"), ("You", why_me(obj, page)), ("Asked", asked)]

    def _effect(self, obj: ApprovalRequest, page: Page) -> list[Any]:
        receipt = preview_of(obj, page)
        return [Panel("What it will post", "ops/receipt_panel.html", {"receipt": receipt})] if receipt else []

    def _events(self, obj: ApprovalRequest, page: Page) -> list[Event]:
        asked = Event(obj.requested_at, "Asked for approval", "person", actor_words(obj.maker_kind, obj.maker_id, page), obj.reason)
        decided = [
            Event(
                each.decided_at,
                "Approved" if each.approve else "Rejected",
                "person",
                actor_words("user", str(each.checker_id), page),
                each.reason,
                "" if each.approve else "bad",
            )
            for each in obj.decisions.all()
        ]
        return [asked, *decided]
