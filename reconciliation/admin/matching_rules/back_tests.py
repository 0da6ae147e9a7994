"""Back-tests as a list, and each on a page of its own (R15)."""

from typing import Any

from django.contrib import admin

from ledger.admin.frames import Column, Fact, ListFrame, OpsAdmin, Page, Record, View, chip_cell, get_chip, moment_cell, ref_cell, when_cell
from ledger.admin.people import actor_words
from reconciliation.admin.matching_rules.results import back_test_panel, period_words
from reconciliation.models import BackTest


def _of(row: BackTest, change: str) -> str:
    return f"{row.result[change]['lines']:,}" if row.result else "—"


@admin.register(BackTest)
class BackTestAdmin(OpsAdmin):
    frame = ListFrame(
        question="What would other matching rules have changed?",
        columns=(
            Column("Asked", lambda row, page: when_cell(row.asked_at, page.now), area="b"),
            Column("Rules", lambda row, page: f"v{row.rules.version}", kind="name", area="a"),
            Column("Period", lambda row, page: period_words(row), area="late"),
            Column("State", lambda row, page: chip_cell("back_test", row.state), area="c"),
            Column("Lines", lambda row, page: f"{row.result['lines']:,}" if row.result else "—", kind="num", area="d"),
            Column("Lost", lambda row, page: _of(row, "lost"), kind="num", area="late"),
            Column("Gained", lambda row, page: _of(row, "gained"), kind="num", area="late"),
        ),
        views=(View("all", "All", lambda rows, page: rows, counted=False),),
        order=("-asked_at", "-id"),
        related=("rules", "against"),
        done_words="No version was back-tested yet.",
    )

    def list_words(self) -> str:
        return "Back-tests"

    def heading(self, obj: Any) -> str:
        return "Back-test"

    def record(self, obj: BackTest, page: Page) -> Record:
        return Record(
            question="What would these matching rules have changed?",
            headline=f"Back-test of rules v{obj.rules.version}",
            code=obj.public_id,
            chip=get_chip("back_test", obj.state),
            facts=[
                Fact("Rules", ref_cell(obj.rules.public_id)),
                Fact("Against", ref_cell(obj.against.public_id)),
                Fact("Asked", moment_cell(obj.asked_at, page.now)),
                Fact("By", actor_words(obj.asked_by_kind, obj.asked_by_id, page)),
            ],
            main=[back_test_panel(obj.rules, obj, self.url_of(obj))],
        )
