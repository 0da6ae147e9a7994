"""Players (G1, UX 4.14): who is this, and what may they do? Personal data is masked; showing it is an audited act of its own."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from cashier.admin import choices
from cashier.admin.lineage import lineage_panel
from cashier.admin.payers import payers_panel
from cashier.admin.player_acts import ACTS
from cashier.models import DepositIntent, PayoutIntent, Player
from cashier.queries.rails import name_of
from ledger.admin.frames import (
    Column,
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
    text_cell,
    when_cell,
)
from ledger.admin.frames.records import raw, table, timeline, values
from ledger.admin.frames.text import sentence
from ledger.admin.story import transition_events
from ledger.errors import BadPublicId
from ledger.queries import wallet_view

MOST = 25


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """By our id or the brand's own."""
    try:
        return rows.filter(pk=Player.id_of(text.lower())) if text.lower().startswith("pl_") else rows.filter(external_id=text)
    except BadPublicId:
        return rows.none()


@admin.register(Player)
class PlayerAdmin(OpsAdmin):
    frame = ListFrame(
        question="Who is this, and what may they do?",
        columns=(
            Column("Player", lambda row, page: row.external_id, kind="name", area="a"),
            Column("Id", lambda row, page: ref_cell(row.public_id), area="c"),
            Column("Brand", lambda row, page: row.brand.name),
            Column("State", lambda row, page: chip_cell("player", row.state), area="b"),
            Column("KYC", lambda row, page: f"{sentence(row.kyc_status)} · level {row.kyc_level}", area="d"),
            Column("Country", lambda row, page: text_cell(row.country), area="late"),
            Column("VIP", lambda row, page: "VIP" if row.is_vip else "", area="late"),
            Column("Since", lambda row, page: when_cell(row.created_at, page.now)),
        ),
        views=(
            View("all", "All", lambda rows, page: rows, counted=False),
            View("blocked", "Blocked", lambda rows, page: rows.filter(state=Player.State.BLOCKED), counted=False),
            View("excluded", "Self-excluded", lambda rows, page: rows.filter(state=Player.State.SELF_EXCLUDED), counted=False),
            View("vip", "VIP", lambda rows, page: rows.filter(is_vip=True), counted=False),
        ),
        order=("-id",),
        filters=(
            Filter("state", "State", choices=lambda: [(state.value, get_chip("player", state.value).word) for state in Player.State]),
            Filter("brand", "Brand", choices=choices.brands),
            Filter("country", "Country", kind="text"),
            Filter("kyc_status", "KYC", choices=lambda: [(kyc.value, sentence(kyc.value)) for kyc in Player.Kyc]),
        ),
        search=_search,
        search_hint="Exact id, ours or the brand's",
        related=("brand",),
        done_words="No player yet.",
    )

    acts = ACTS

    def heading(self, obj: Any) -> str:
        return "Player"

    def record(self, obj: Player, page: Page) -> Record:
        facts = [
            Fact("State", chip_cell("player", obj.state)),
            Fact("KYC", f"{sentence(obj.kyc_status)} · level {obj.kyc_level}"),
            Fact("Brand", obj.brand.name),
            Fact("Country", obj.country or "—"),
            Fact("Since", moment_cell(obj.created_at, page.now)),
        ]
        return Record(
            question="Who is this, and what may they do?",
            headline=f"Player {obj.external_id}{' · VIP' if obj.is_vip else ''}",
            code=obj.public_id,
            chip=get_chip("player", obj.state),
            facts=facts,
            main=[
                _balances(obj),
                lineage_panel(obj),
                _deposits(obj, page),
                _payouts(obj, page),
                payers_panel(obj, page),
                timeline(transition_events(obj, "player", page)),
            ],
            side=[
                values("Personal data", [("Name", "•••"), ("E-mail", "•••"), ("Phone", "•••")], note="masked"),
                _instruments(obj),
                raw("Limits", json.dumps(obj.limits, indent=2)),
            ],
        )


def _balances(obj: Player) -> Panel:
    headers = [("Currency", "text"), ("Playable", "num"), ("Pending", "num"), ("Locked", "num"), ("Bonus", "num"), ("Owes us", "num")]
    rows = [
        [code, *(money_cell(int(getattr(wallet, kind)), code) for kind in ("playable", "pending", "locked", "bonus", "receivable"))]
        for code, wallet in sorted(wallet_view(obj.public_id).items())
    ]
    return table("Balances", headers, rows, empty="No money was ever here.")


def _deposits(obj: Player, page: Page) -> Panel:
    found = DepositIntent.objects.filter(player=obj).order_by("-created_at")[:MOST]
    rows = [
        [
            ref_cell(row.public_id),
            when_cell(row.created_at, page.now),
            chip_cell("deposit", row.state),
            money_cell(row.gross_minor, row.currency),
        ]
        for row in found
    ]
    return table(
        "Deposits, latest", [("Deposit", "text"), ("Started", "text"), ("State", "text"), ("Amount", "num")], rows, empty="No deposit yet."
    )


def _payouts(obj: Player, page: Page) -> Panel:
    found = PayoutIntent.objects.filter(player=obj).order_by("-created_at")[:MOST]
    rows = [
        [
            ref_cell(row.public_id),
            when_cell(row.created_at, page.now),
            chip_cell("payout", row.state),
            money_cell(row.amount_minor, row.currency),
        ]
        for row in found
    ]
    return table(
        "Payouts, latest", [("Payout", "text"), ("Asked", "text"), ("State", "text"), ("Amount", "num")], rows, empty="No payout yet."
    )


def _instruments(obj: Player) -> Panel:
    rows = [
        [name_of(row.method), row.masked or "••••", chip_cell("instrument", row.state)]
        for row in obj.instruments.order_by("-created_at")[:MOST]
    ]
    return table("Payment means", [("Method", "text"), ("Masked", "text"), ("State", "text")], rows, empty="None stored.")
