"""Dry runs as a list, and each on a page of its own (C12)."""

from typing import Any

from django.contrib import admin

from cashier.admin.routing.trials import period_words, trial_panel
from cashier.models import RoutingTrial
from ledger.admin.frames import Column, Fact, ListFrame, OpsAdmin, Page, Record, View, chip_cell, get_chip, moment_cell, ref_cell, when_cell
from ledger.admin.people import actor_words


@admin.register(RoutingTrial)
class RoutingTrialAdmin(OpsAdmin):
    frame = ListFrame(
        question="What would other rules have changed?",
        columns=(
            Column("Asked", lambda row, page: when_cell(row.asked_at, page.now), area="b"),
            Column("Rules", lambda row, page: f"v{row.rules.version}", kind="name", area="a"),
            Column("Period", lambda row, page: period_words(row), area="late"),
            Column("State", lambda row, page: chip_cell("routing_trial", row.state), area="c"),
            Column("Deposits", lambda row, page: f"{row.done:,}", kind="num", area="d"),
            Column("Would move", lambda row, page: f"{row.result['moved']:,}" if row.result else "—", kind="num", area="late"),
        ),
        views=(View("all", "All", lambda rows, page: rows, counted=False),),
        order=("-asked_at", "-id"),
        related=("rules",),
        done_words="No version was tried yet.",
    )

    def list_words(self) -> str:
        return "Dry runs"

    def heading(self, obj: Any) -> str:
        return "Dry run"

    def record(self, obj: RoutingTrial, page: Page) -> Record:
        return Record(
            question="What would these rules have changed?",
            headline=f"Dry run of rules v{obj.rules.version}",
            code=obj.public_id,
            chip=get_chip("routing_trial", obj.state),
            facts=[
                Fact("Rules", ref_cell(obj.rules.public_id)),
                Fact("Asked", moment_cell(obj.asked_at, page.now)),
                Fact("By", actor_words(obj.asked_by_kind, obj.asked_by_id, page)),
            ],
            main=[trial_panel(obj.rules, obj, self.url_of(obj))],
        )
