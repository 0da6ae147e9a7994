"""Matches (R6): which line proves which item, by which rule, by which values; taken apart here, by two people."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html

from ledger.admin.frames import (
    SHOWN,
    Act,
    Chip,
    Column,
    Done,
    Fact,
    Filter,
    ListFrame,
    OpsAdmin,
    Page,
    Panel,
    Receipt,
    Record,
    Standing,
    Tone,
    View,
    disabled,
    hidden,
    moment_cell,
    money_cell,
    reason_field,
    ref_cell,
    when_cell,
)
from ledger.admin.frames.receipts import receipt_of
from ledger.admin.frames.records import table, values
from ledger.admin.frames.text import sentence
from ledger.admin.thresholds import asked
from ledger.models import ApprovalRequest
from reconciliation.models import BankLine, Match, PspLine
from reconciliation.models.matches import ITEM_PREFIXES
from reconciliation.operations.casework.refusals import NothingToMove
from reconciliation.operations.unmatching import ask_to_unmatch, plan_unmatch, preview_unmatch
from reconciliation.queries.explain import explain, raw_line
from reconciliation.queries.matching_rules import rule_said

MATCHED, SUGGESTED = Chip(Tone.GOOD, "link", "Matched"), Chip(Tone.ATTENTION, "help", "Suggested")
APART = Chip(Tone.IDLE, "link_off", "Taken apart")


def _chip(match: Match) -> Chip:
    return APART if match.undone_at else SUGGESTED if match.suggested else MATCHED


def _line_words(match: Match) -> str:
    return f"{'Bank' if match.line_kind == 'bank' else 'Report'} line {match.line_id}"


def _item(match: Match) -> str:
    return ref_cell(match.item_public_id) if match.item_public_id else sentence(match.item_kind)


def _unmatch(match: Match, data: Mapping[str, Any], page: Page) -> Done:
    return asked(ask_to_unmatch(match_id=match.pk, reason=data["reason"], actor=page.actor, now=page.now))


def _standing(match: Match, page: Page) -> Standing:
    if match.undone_at:
        return hidden("It was taken apart.")
    try:
        plan_unmatch(match)
    except NothingToMove as refusal:
        return disabled(str(refusal))
    waits = ApprovalRequest.objects.filter(kind="match.unmatch", target_id=str(match.pk), state="PENDING").exists()
    return disabled("It waits for approval already.") if waits else SHOWN


def _receipt(match: Match, page: Page) -> Receipt | None:
    try:
        return receipt_of(preview_unmatch({"plan": plan_unmatch(match)}))
    except NothingToMove:
        return None


UNMATCH = Act(
    "unmatch", "Ask to take it apart…", "reconciliation.work_case", _unmatch, kind="danger", title="Ask to take this match apart",
    fields=lambda match, page: {"reason": reason_field()}, standing=_standing, receipt=_receipt,
    approver="Another person, with the permission to approve dispositions",
)  # fmt: skip


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """A line's number, or the id of an item."""
    if text.isdecimal() and len(text) < 19:
        return rows.filter(line_id=int(text))
    for prefix in set(ITEM_PREFIXES.values()):
        if text.startswith(prefix):
            from ledger.errors import BadPublicId
            from ledger.ids import from_public

            try:
                return rows.filter(item_id=from_public(text, prefix))
            except BadPublicId:
                break
    return rows.none()


@admin.register(Match)
class MatchAdmin(OpsAdmin):
    frame = ListFrame(
        question="Which line proves which payment, and why?",
        columns=(
            Column("Line", lambda row, page: _line_words(row), kind="name", area="a"),
            Column("Belongs to", lambda row, page: _item(row), area="c"),
            Column("Rule", lambda row, page: row.rule, area="more"),
            Column("Amount", lambda row, page: money_cell(row.line_minor, row.currency), kind="num", area="d"),
            Column("Differs by", lambda row, page: money_cell(row.difference_minor, row.currency) if row.difference_minor else "—",
                   kind="num", area="more"),
            Column("State", lambda row, page: _chip(row).word, area="b"),
            Column("Matched", lambda row, page: when_cell(row.matched_at, page.now), area="late"),
        ),
        views=(
            View("bank", "Bank lines", lambda rows, page: rows.filter(line_kind="bank")),
            View("all", "All", lambda rows, page: rows, counted=False),
            View("differs", "Differ", lambda rows, page: rows.filter(~Q(difference_minor=0)), counted=False),
            View("apart", "Taken apart", lambda rows, page: rows.exclude(undone_at=None)),
        ),
        order=("-id",),
        filters=(Filter("item_kind", "Belongs to", choices=lambda: [(kind, sentence(kind)) for kind in ITEM_PREFIXES]),),
        search=_search,
        search_hint="Number of a line, or cap_…, rf_…, po_…, dp_…, sb_…",
        done_words="Nothing is matched yet.",
    )  # fmt: skip
    acts = (UNMATCH,)

    def key_of(self, object_id: str) -> str:
        return object_id if object_id.isdecimal() and len(object_id) < 19 else "0"

    def name_of(self, obj: Any) -> str:
        return str(obj.pk)

    def heading(self, obj: Any) -> str:
        return "Match"

    def list_words(self) -> str:
        return "Matches"

    def version_of(self, obj: Match) -> str:
        return str(obj.undone_at or "")

    def record(self, obj: Match, page: Page) -> Record:
        line = (PspLine if obj.line_kind == "psp" else BankLine).objects.get(pk=obj.line_id)
        facts = [
            Fact("Amount", money_cell(obj.line_minor, obj.currency)),
            Fact("Differs by", money_cell(obj.difference_minor, obj.currency), "bad" if obj.difference_minor else ""),
            Fact("Rule", obj.rule),
            Fact("Run", ref_cell(obj.run.public_id)),
            Fact("Matched", moment_cell(obj.matched_at, page.now)),
        ]
        apart = [("When", moment_cell(obj.undone_at, page.now)), ("By", f"{obj.undone_by_kind} {obj.undone_by_id}"),
                 ("Why", obj.undone_reason)] if obj.undone_at else []  # fmt: skip
        return Record(
            question="Why does this line belong to this item?",
            headline=f"{_line_words(obj)} → {obj.item_public_id or sentence(obj.item_kind)}",
            chip=_chip(obj),
            facts=facts,
            main=[_compared(obj), *_rule(obj), *_together(obj), *([values("Taken apart", apart)] if apart else []), _received(line)],
            sub="A run never repeats a match that people took apart." if obj.undone_at else "",
        )


def _compared(match: Match) -> Panel:
    rows = [[each.field, each.on_line or "—", each.on_item or "—"] for each in explain(match)]
    headers = [("Compared", "text"), ("On the line", "text"), ("On the item", "text")]
    return table("Why they belong together", headers, rows, empty="The rule compares nothing that is kept.")


def _rule(match: Match) -> list[Panel]:
    """What the rule said when the match was made (R6, R15); nothing for what a person matched."""
    said = rule_said(match)
    if said is None:
        return []
    used = format_html("v{} {}", said.rules.version, ref_cell(said.rules.public_id)) if said.rules else "the product's"
    pairs = [
        ("Rule", f"{said.title} ({said.label})"),
        ("It asks that", said.pairs),
        ("Parameters", said.parameters),
        ("Matching rules", used),
    ]
    return [values("The rule as it was", pairs)]


def _together(match: Match) -> list[Panel]:
    """Other payouts of the same bank line, other lines of the same payout."""
    if match.line_kind != "bank" or match.item_id is None:
        return []
    same = Match.objects.filter(Q(line_kind="bank", line_id=match.line_id) | Q(item_kind=match.item_kind, item_id=match.item_id))
    rows = [
        [_link(each), _item(each), money_cell(each.line_minor, each.currency), _chip(each).word]
        for each in same.exclude(pk=match.pk).order_by("pk")[:20]
    ]
    if not rows:
        return []
    headers = [("Line", "text"), ("Belongs to", "text"), ("Share", "num"), ("", "text")]
    return [table("With it", headers, rows)]


def _link(match: Match) -> str:
    url = reverse("admin:reconciliation_match_change", args=[match.pk])
    return format_html('<a class="ops-link" href="{}">{}</a>', url, _line_words(match))


def _received(line: PspLine | BankLine) -> Panel:
    raw = raw_line(line)[:2000] or "The file is not at hand on this machine."
    return Panel("The line as it was received", "ops/text.html", {"paragraphs": [raw]})
