"""How often a scheme lets a declined card be tried (C11): read here."""

from typing import Any

from django.contrib import admin

from cashier.models import RetryCap
from ledger.admin.frames import Column, Fact, ListFrame, OpsAdmin, Page, Record, View
from ledger.admin.frames.records import values
from ledger.admin.frames.text import sentence
from ledger.admin.story import past_of


def _limits(cap: RetryCap) -> str:
    return (
        ", ".join(f"{tries} in {hours // 24} days" if hours > 24 else f"{tries} in {hours} hours" for tries, hours in cap.limits) or "none"
    )


def _never(cap: RetryCap) -> str:
    return ", ".join([*(sentence(code) for code in cap.never_codes), *(f"advice {code}" for code in cap.never_advice)]) or "none"


def _never_count(cap: RetryCap) -> str:
    codes = [f"{len(cap.never_codes)} declines"] if cap.never_codes else []
    return ", ".join([*codes, *(f"advice {code}" for code in cap.never_advice)]) or "none"


def _name(cap: RetryCap) -> str:
    return sentence(cap.scheme) if cap.scheme else "Scheme not known"


@admin.register(RetryCap)
class RetryCapAdmin(OpsAdmin):
    frame = ListFrame(
        question="How often may a declined card be tried again?",
        columns=(
            Column("Scheme", lambda row, page: _name(row), kind="name", area="a"),
            Column("Tries of one card and amount", lambda row, page: _limits(row), area="b"),
            Column("Never again after", lambda row, page: _never_count(row), area="c"),
        ),
        views=(View("all", "All", lambda rows, page: rows, counted=False),),
        order=("scheme",),
        done_words="No scheme caps tries.",
    )

    def list_words(self) -> str:
        return "Retry caps"

    def heading(self, obj: Any) -> str:
        return "Retry cap"

    def record(self, obj: RetryCap, page: Page) -> Record:
        return Record(
            question="How often may a card of this scheme be tried again?",
            headline=f"{_name(obj)}: {_limits(obj)}",
            code=obj.public_id,
            facts=[Fact("Never again after", _never(obj)), Fact("For", f"{obj.never_hours // 24} days")],
            main=[values("Counted", [("Per", "card and amount, over all PSPs"), ("Source", obj.source)])],
            side=[past_of(obj, _limits, page)],
        )
