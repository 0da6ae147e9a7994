"""Deposits that a rule holds for a person (C10): the queue, let through or refused."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet

from cashier.admin.routing.decisions import rules_words
from cashier.models import DepositIntent, DepositReview, DepositState
from cashier.operations import decide_review
from cashier.queries.rails import name_of
from ledger.admin.frames import (
    SHOWN,
    Act,
    Column,
    Done,
    Fact,
    Filter,
    ListFrame,
    OpsAdmin,
    Page,
    Record,
    Standing,
    View,
    chip_cell,
    disabled,
    get_chip,
    hidden,
    moment_cell,
    money_cell,
    reason_field,
    ref_cell,
    when_cell,
)
from ledger.admin.frames.records import timeline, values
from ledger.admin.frames.text import money_text, sentence
from ledger.admin.story import transition_events
from ledger.refusals import LedgerError

State = DepositReview.State
MAY = "cashier.decide_review"


def _standing(review: DepositReview, page: Page) -> Standing:
    if review.state != State.WAITING or review.intent.state != DepositState.INITIATED:
        return hidden("It does not wait for a decision.")
    if review.intent.player.public_id in page.user.player_refs:
        return disabled("It is your own player account: somebody else decides.")
    return SHOWN


def _fields(review: DepositReview, page: Page) -> dict[str, forms.Field]:
    return {"reason": reason_field()}


def _decide(review: DepositReview, allow: bool, data: Mapping[str, Any], page: Page) -> Done:
    decide_review(review_id=review.pk, allow=allow, reason=data["reason"], checker=page.user, now=page.now)
    amount = money_text(review.intent.gross_minor, review.intent.currency)
    return Done(f"{amount} may be tried now." if allow else f"Refused: the deposit of {amount} has failed.", advance=True)


def _allow(review: DepositReview, data: Mapping[str, Any], page: Page) -> Done:
    return _decide(review, True, data, page)


def _refuse(review: DepositReview, data: Mapping[str, Any], page: Page) -> Done:
    return _decide(review, False, data, page)


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    try:
        return rows.filter(intent_id=DepositIntent.id_of(text.lower()))
    except LedgerError:
        return rows.none()


@admin.register(DepositReview)
class DepositReviewAdmin(OpsAdmin):
    frame = ListFrame(
        question="May this deposit be tried?",
        columns=(
            Column("Waiting since", lambda row, page: when_cell(row.created_at, page.now), area="b"),
            Column("Amount", lambda row, page: money_cell(row.intent.gross_minor, row.intent.currency, trim=True), kind="num", area="a"),
            Column("Deposit", lambda row, page: ref_cell(row.intent.public_id), area="more"),
            Column("Player", lambda row, page: row.intent.player.external_id, kind="name", area="c"),
            Column("Held by", lambda row, page: rules_words(row.decision), area="late"),
            Column("Until", lambda row, page: when_cell(row.intent.expires_at, page.now), area="late"),
            Column("State", lambda row, page: chip_cell("review", row.state), area="d"),
        ),
        views=(
            View("decide", "To decide", lambda rows, page: rows.filter(state=State.WAITING), urgent=True),
            View("all", "All", lambda rows, page: rows, counted=False, order=("-id",)),
        ),
        order=("created_at", "id"),
        filters=(Filter("state", "State", choices=lambda: [(row.value, get_chip("review", row.value).word) for row in State]),),
        search=_search,
        search_hint="Exact id of a deposit",
        related=("intent__player", "decision"),
        done_words="No deposit waits for a decision.",
    )
    acts = (
        Act("refuse", "Refuse…", MAY, _refuse, kind="danger", title="Refuse this deposit", fields=_fields, standing=_standing),
        Act("allow", "Let it through…", MAY, _allow, kind="primary", title="Let this deposit through", fields=_fields, standing=_standing),
    )

    def list_words(self) -> str:
        return "Held for review"

    def heading(self, obj: Any) -> str:
        return "Held for review"

    def record(self, obj: DepositReview, page: Page) -> Record:
        intent = obj.intent
        facts = [
            Fact("Amount", money_cell(intent.gross_minor, intent.currency)),
            Fact("Deposit", ref_cell(intent.public_id)),
            Fact("Player", ref_cell(intent.player.public_id)),
            Fact("Decision", ref_cell(obj.decision.public_id)),
            Fact("Until", moment_cell(intent.expires_at, page.now)),
        ]
        known = [(sentence(name), str(value)) for name, value in obj.decision.payment.items() if value not in (None, "", False)]
        decided = [("Reason", obj.reason or "—"), ("When", moment_cell(obj.decided_at, page.now))]
        return Record(
            question="May this deposit be tried?",
            headline=f"{money_text(intent.gross_minor, intent.currency)} by {name_of(intent.method).lower()}, held by "
            f"{rules_words(obj.decision)}",
            code=obj.public_id,
            chip=get_chip("review", obj.state),
            facts=facts,
            main=[timeline(transition_events(obj, "review", page)), values("What was known of the payment", known)],
            side=[values("Decided", decided)],
        )
