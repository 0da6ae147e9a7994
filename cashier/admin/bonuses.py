"""Bonuses (G4): what is promised, how far is it wagered, what did it cost? Acts of the staff wait for a second person."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet

from cashier.admin import choices
from cashier.admin.bonus_record import bonus_record
from cashier.admin.granting import GRANT_TO
from cashier.bonuses.by_hand import FORFEIT, preview_forfeit, propose_forfeit
from cashier.models import Bonus
from ledger.admin.frames import (
    SHOWN,
    Act,
    Column,
    Done,
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
    money_cell,
    reason_field,
    ref_cell,
    when_cell,
)
from ledger.admin.frames.receipts import Receipt, receipt_of
from ledger.admin.frames.text import money_text, sentence
from ledger.errors import BadPublicId
from ledger.models import ApprovalRequest

State = Bonus.State
ACTIVE_ONLY = {"state": State.ACTIVE}
SOON = timedelta(days=1)
Rows = QuerySet[Any]


def _search(rows: Rows, text: str) -> Rows:
    """By our id, or the player's external one."""
    try:
        return rows.filter(pk=Bonus.id_of(text.lower())) if text.lower().startswith("bn_") else rows.filter(player__external_id=text)
    except BadPublicId:
        return rows.none()


def _progress(bonus: Bonus, page: Page) -> str:
    if not bonus.required_minor:
        return f"{bonus.spins_left} of {bonus.spins} spins left" if bonus.spins else "—"
    return f"{bonus.wagered_minor * 100 // bonus.required_minor} %"


def _forfeitable(bonus: Bonus, page: Page) -> Standing:
    if bonus.state != State.ACTIVE:
        return hidden("It has ended.")
    waiting = ApprovalRequest.objects.filter(kind=FORFEIT, target_id=bonus.public_id, state=ApprovalRequest.State.PENDING)
    return disabled("It is proposed already and waits for a second person.") if waiting.exists() else SHOWN


def _forfeit(bonus: Bonus, data: Mapping[str, Any], page: Page) -> Done:
    request = propose_forfeit(bonus_id=bonus.pk, reason=data["reason"], maker=page.actor, now=page.now)
    return Done(f"Asked: {money_text(request.amount_minor, bonus.currency)} is forfeited when a second person says yes.")


def _receipt(bonus: Bonus, page: Page) -> Receipt:
    return receipt_of(preview_forfeit({"bonus": bonus.public_id}), not_done="Nothing is posted before a second person says yes.")


@admin.register(Bonus)
class BonusAdmin(OpsAdmin):
    frame = ListFrame(
        question="What is promised, and how far is it wagered?",
        columns=(
            Column("Granted", lambda row, page: when_cell(row.created_at, page.now), area="b"),
            Column("Left", lambda row, page: money_cell(row.balance_minor, row.currency, trim=True), kind="num", area="a"),
            Column("Granted amount", lambda row, page: money_cell(row.face_minor, row.currency, trim=True), kind="num", area="late"),
            Column("Bonus", lambda row, page: ref_cell(row.public_id)),
            Column("Player", lambda row, page: row.player.external_id, kind="name", area="c"),
            Column("Type", lambda row, page: sentence(row.kind), area="late"),
            Column("Wagered", _progress),
            Column("Ends", lambda row, page: when_cell(row.expires_at, page.now), area="late"),
            Column("State", lambda row, page: chip_cell("bonus", row.state), area="d"),
        ),
        views=(
            View("active", "Active", lambda rows, page: rows.filter(**ACTIVE_ONLY)),
            View("ending", "Ends within a day", lambda rows, page: rows.filter(**ACTIVE_ONLY, expires_at__lte=page.now + SOON)),
            View(
                "wagered", "Wagered, not converted", lambda rows, page: rows.filter(**ACTIVE_ONLY, wagered_minor__gte=F("required_minor"))
            ),
            View("all", "All", lambda rows, page: rows, counted=False),
        ),
        order=("-id",),
        filters=(
            Filter("state", "State", choices=lambda: [(state.value, get_chip("bonus", state.value).word) for state in State]),
            Filter("kind", "Type", choices=lambda: [(kind.value, sentence(kind.value)) for kind in Bonus.Kind]),
            Filter("player__brand", "Brand", choices=choices.brands),
            Filter("currency", "Currency", choices=choices.currencies),
        ),
        amount="balance_minor",
        search=_search,
        search_hint="Exact id, or the player's",
        related=("player",),
        done_words="No bonus is active.",
    )
    list_acts = (GRANT_TO,)
    acts = (
        Act(
            "forfeit",
            lambda bonus, page: f"Forfeit {money_text(bonus.balance_minor, bonus.currency)}…",
            "cashier.propose_bonus",
            _forfeit,
            kind="danger",
            standing=_forfeitable,
            title="Ask to forfeit this bonus",
            fields=lambda bonus, page: {"reason": reason_field()},
            receipt=_receipt,
            approver="finance",
        ),
    )

    def heading(self, obj: Any) -> str:
        return "Bonus"

    def record(self, obj: Bonus, page: Page) -> Record:
        return bonus_record(obj, page)
