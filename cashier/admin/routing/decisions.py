"""Decisions of routing, read only: where each try went and why (C10)."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from cashier.admin import choices
from cashier.admin.routing.words import candidates_panel
from cashier.models import DepositIntent, RoutingDecision
from ledger.admin.frames import (
    Column,
    Event,
    Fact,
    Filter,
    ListFrame,
    OpsAdmin,
    Page,
    Panel,
    Record,
    View,
    chip_cell,
    get_chip,
    moment_cell,
    money_cell,
    ref_cell,
    when_cell,
)
from ledger.admin.frames.records import raw, values
from ledger.refusals import LedgerError

Outcome = RoutingDecision.Outcome
MOMENTS = {"authorize": "First try", "cascade": "After a decline", "step_up": "Again with a challenge"}


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    try:
        return rows.filter(intent_id=DepositIntent.id_of(text.lower()))
    except LedgerError:
        return rows.none()


def _account(row: RoutingDecision) -> str:
    return row.merchant_account.code if row.merchant_account else "—"


def _amount(row: RoutingDecision) -> str:
    return money_cell(row.payment["amount_minor"], row.payment["currency"], trim=True)


def rules_words(row: RoutingDecision) -> str:
    """`v3, rules 1 and 4`."""
    version = f"v{row.rules_version}" if row.rules_version else "built-in defaults"
    matched = ", ".join(str(number) for number in row.rules_matched)
    return f"{version}, rule {matched}" if matched else version


@admin.register(RoutingDecision)
class RoutingDecisionAdmin(OpsAdmin):
    frame = ListFrame(
        question="Where did each payment go, and why?",
        columns=(
            Column("Decided", lambda row, page: when_cell(row.decided_at, page.now), area="b"),
            Column("Deposit", lambda row, page: ref_cell(row.intent.public_id), area="more"),
            Column("Amount", lambda row, page: _amount(row), kind="num", area="a"),
            Column("Outcome", lambda row, page: chip_cell("routing_decision", row.outcome), area="c"),
            Column("PSP account", lambda row, page: _account(row), area="d"),
            Column("Try", lambda row, page: MOMENTS[row.moment], area="late"),
            Column("Rules", lambda row, page: rules_words(row), area="late"),
            Column("Split", lambda row, page: f"{row.split} {row.arm}" if row.split else "—", area="late"),
        ),
        views=(
            View("all", "All", lambda rows, page: rows, counted=False),
            View("review", "Held for review", lambda rows, page: rows.filter(outcome=Outcome.REVIEW), counted=False),
            View("none", "Went nowhere", lambda rows, page: rows.exclude(outcome=Outcome.ROUTE), counted=False),
            View("cascade", "After a decline", lambda rows, page: rows.exclude(moment="authorize"), counted=False),
        ),
        order=("-id",),
        filters=(
            Filter("merchant_account", "Merchant account", choices=choices.accounts),
            Filter("outcome", "Outcome", choices=lambda: [(row.value, get_chip("routing_decision", row.value).word) for row in Outcome]),
        ),
        search=_search,
        search_hint="Exact id of a deposit",
        related=("intent", "merchant_account"),
        done_words="No payment was routed yet.",
    )

    def list_words(self) -> str:
        return "Routing decisions"

    def heading(self, obj: Any) -> str:
        return "Routing decision"

    def record(self, obj: RoutingDecision, page: Page) -> Record:
        where = f"to {_account(obj)}" if obj.merchant_account else get_chip("routing_decision", obj.outcome).word.lower()
        return Record(
            question="Why did this payment go there?",
            headline=f"{MOMENTS[obj.moment]}: {where}",
            code=obj.public_id,
            chip=get_chip("routing_decision", obj.outcome),
            facts=[
                Fact("Amount", _amount(obj)),
                Fact("Deposit", ref_cell(obj.intent.public_id)),
                Fact("Attempt", ref_cell(obj.attempt.public_id) if obj.attempt else "—"),
                Fact("Rules", rules_words(obj)),
                Fact("Challenge", "asked for" if obj.is_stepped_up else "not asked for"),
            ],
            main=[candidates_panel("Candidates", obj.candidates, obj.payment["currency"], note=obj.note)],
            side=[_about(obj, page), raw("What was known of the payment", json.dumps(obj.payment, indent=2))],
        )


def _about(obj: RoutingDecision, page: Page) -> Panel:
    pairs = [
        ("Decided", moment_cell(obj.decided_at, page.now)),
        ("Split test", f"{obj.split}, arm {obj.arm}" if obj.split else "none"),
        ("Drawn by lot", "yes, to learn" if obj.is_explored else "no"),
        ("Note", obj.note or "—"),
    ]
    return values("About", pairs)


def decisions_of(intent: DepositIntent) -> list[RoutingDecision]:
    """Oldest first."""
    return list(intent.routing_decisions.select_related("merchant_account").order_by("decided_at", "pk"))


def decision_events(decisions: Sequence[RoutingDecision]) -> list[Event]:
    """On a deposit's timeline."""
    return [Event(row.decided_at, f"{MOMENTS[row.moment]}: {_where(row)}", "system", rules_words(row), row.public_id) for row in decisions]


def _where(row: RoutingDecision) -> str:
    word = get_chip("routing_decision", row.outcome).word.lower()
    return f"{word} to {row.merchant_account.code}" if row.merchant_account else word


def decisions_panels(decisions: Sequence[RoutingDecision]) -> list[Panel]:
    """On a deposit's page: each decision with its candidates."""
    panels = []
    for row in decisions:
        notes = [rules_words(row), *([f"split {row.split}, arm {row.arm}"] if row.split else []), *([row.note] if row.note else [])]
        title = f"Routing: {MOMENTS[row.moment].lower()}"
        panels.append(candidates_panel(title, row.candidates, row.payment["currency"], note=", ".join(notes)))
    return panels
