"""Who paid (K10): checks as they came out, never a name; showing one is an act of its own, with a reason, audited (B5, S6)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet

from cashier.models import DepositIntent, PayerCheck, PayerState, Player
from cashier.operations.payers import show_payer
from cashier.risk import REASONS
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
    Panel,
    Record,
    Standing,
    View,
    chip_cell,
    get_chip,
    hidden,
    moment_cell,
    reason_field,
    ref_cell,
    when_cell,
)
from ledger.admin.frames.records import table, values
from ledger.refusals import LedgerError

MOST = 25
HEADERS = [("When", "text"), ("Result", "text"), ("Why", "text"), ("Likeness", "num"), ("By", "text"), ("Check", "text")]


def likeness_words(check: PayerCheck) -> str:
    """`12 of 100, same from 85`."""
    return f"{check.score} of 100, same from {check.threshold}" if check.score is not None else "not compared"


def about(check: PayerCheck) -> str:
    """What was paid, or stored, by them."""
    if check.attempt is not None:
        return ref_cell(check.attempt.intent.public_id)
    return ref_cell(check.instrument.public_id) if check.instrument else "—"


def _row(check: PayerCheck, page: Page) -> list[str]:
    who = "a person" if check.actor_kind == "user" else "the check"
    return [
        moment_cell(check.checked_at, page.now), chip_cell("payer", check.state), REASONS[check.reason], likeness_words(check), who,
        ref_cell(check.public_id),
    ]  # fmt: skip


def payer_panel(intent: DepositIntent, page: Page) -> list[Panel]:
    """On a deposit's page, where its rail named somebody."""
    checks = list(PayerCheck.objects.filter(attempt__intent=intent).order_by("checked_at", "pk"))
    note = "names are shown on the check's own page, with a reason"
    return [table("Who paid", HEADERS, [_row(check, page) for check in checks], note=note)] if checks else []


def payers_panel(player: Player, page: Page) -> Panel:
    """On a player's page: everybody who paid, latest first."""
    checks = player.payer_checks.select_related("attempt__intent", "instrument").order_by("-checked_at", "-pk")[:MOST]
    rows = [[about(check), *_row(check, page)] for check in checks]
    return table("Who paid, latest", [("Of", "text"), *HEADERS], rows, empty="No rail has named a payer yet.")


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """By the check, the player or the deposit."""
    prefixes = {"pc_": (PayerCheck, "pk"), "pl_": (Player, "player_id"), "pi_": (DepositIntent, "attempt__intent_id")}
    model, lookup = prefixes.get(text.lower()[:3], (None, ""))
    try:
        return rows.filter(**{lookup: model.id_of(text.lower())}) if model else rows.none()
    except LedgerError:
        return rows.none()


def _sealed(check: PayerCheck, page: Page) -> Standing:
    return SHOWN if check.sealed else hidden("Nothing is kept of who paid.")


def _fields(check: PayerCheck, page: Page) -> dict[str, forms.Field]:
    return {"reason": reason_field(help_text="Written to the audit log with your name.")}


def _show(check: PayerCheck, data: Mapping[str, Any], page: Page) -> Done:
    told = show_payer(check_id=check.pk, reason=data["reason"], actor=page.actor, now=page.now)
    return Done(f"Paid by {told.payer.name or 'nobody named'} {told.payer.iban} · player {told.player or 'not known'}")


@admin.register(PayerCheck)
class PayerCheckAdmin(OpsAdmin):
    frame = ListFrame(
        question="Is it the player who pays?",
        columns=(
            Column("Checked", lambda row, page: when_cell(row.checked_at, page.now), area="b"),
            Column("Check", lambda row, page: ref_cell(row.public_id), area="more"),
            Column("Player", lambda row, page: row.player.external_id, kind="name", area="a"),
            Column("Of", lambda row, page: about(row), area="d"),
            Column("Result", lambda row, page: chip_cell("payer", row.state), area="c"),
            Column("Why", lambda row, page: REASONS[row.reason], area="late"),
            Column("Likeness", lambda row, page: likeness_words(row), area="late"),
        ),
        views=(
            View("all", "All", lambda rows, page: rows, counted=False),
            View("held", "Held", lambda rows, page: rows.filter(state=PayerState.HELD, attempt__payer=PayerState.HELD), urgent=True),
            View("decided", "Decided by a person", lambda rows, page: rows.filter(actor_kind="user"), counted=False),
        ),
        order=("-id",),
        filters=(Filter("state", "Result", choices=lambda: [(row.value, get_chip("payer", row.value).word) for row in PayerState]),),
        search=_search,
        search_hint="Exact id of a check, player or deposit",
        related=("player", "attempt__intent", "instrument"),
        done_words="No rail has named a payer yet.",
    )
    acts = (
        Act("show", "Show who paid…", "cashier.show_payer", _show, title="Show who paid", fields=_fields, standing=_sealed,
            guards_staleness=False),
    )  # fmt: skip

    def list_words(self) -> str:
        return "Payers"

    def heading(self, obj: Any) -> str:
        return "Payer"

    def record(self, obj: PayerCheck, page: Page) -> Record:
        facts = [
            Fact("Player", ref_cell(obj.player.public_id)),
            Fact("Of", about(obj)),
            Fact("Likeness", likeness_words(obj)),
            Fact("Checked", moment_cell(obj.checked_at, page.now)),
        ]
        same = PayerCheck.objects.filter(payer_hash=obj.payer_hash).exclude(pk=obj.pk).select_related("player")[:MOST]
        heads = [("Player", "text"), ("Result", "text"), ("When", "text")]
        others = [[ref_cell(row.player.public_id), chip_cell("payer", row.state), moment_cell(row.checked_at, page.now)] for row in same]
        return Record(
            question="Is it the player who pays?",
            headline=f"{get_chip('payer', obj.state).word}: {REASONS[obj.reason]}",
            code=obj.public_id,
            chip=get_chip("payer", obj.state),
            facts=facts,
            main=[
                table("The same payer elsewhere", heads, others, empty="Nowhere else."),
            ],
            side=[values("About", [("Rule", obj.rule), ("Name", "•••"), ("IBAN", "•••"), ("Note", obj.note or "—")], note="masked")],
        )
