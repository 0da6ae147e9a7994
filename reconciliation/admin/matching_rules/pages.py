"""The matching rules (R5, R15): versions, each rule with its parameters, what differs in words, the back-test, and who decides."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from ledger.admin.frames import Column, Fact, ListFrame, Page, Panel, Record, View, get_chip, ref_cell
from ledger.admin.frames.records import table, values
from ledger.admin.versions import CHANGED, DRAFTED_BY, IN_FORCE_FROM, NOUN, NUMBER, STATE, VersionAdmin, changes_panel, facts_of, side_of
from reconciliation.admin.matching_rules.acts import ACTS, MAY, draft_acts
from reconciliation.admin.matching_rules.forms import asked_rule
from reconciliation.admin.matching_rules.results import back_test_panel
from reconciliation.matching.ruleset import Use
from reconciliation.matching.wording import differences, parameter_words
from reconciliation.models import MatchingRules
from reconciliation.queries.matching_rules import active_rules, rules_of

State = MatchingRules.State


def _change_url(row: MatchingRules) -> str:
    return reverse("admin:reconciliation_matchingrules_change", args=[row.public_id])


_DRAFT, _COPY = draft_acts(_change_url)


@admin.register(MatchingRules)
class MatchingRulesAdmin(VersionAdmin):
    frame = ListFrame(
        question="By which rules are lines matched, and who says so?",
        columns=(
            NUMBER,
            STATE,
            Column("Rules on", lambda row, page: str(sum(use.is_on for use in rules_of(row).uses)), kind="num", area="d"),
            DRAFTED_BY,
            CHANGED,
            IN_FORCE_FROM,
        ),
        views=(View("all", "All", lambda rows, page: rows, counted=False),),
        order=("-version",),
        done_words="No version; lines are matched by the rules that come with the product.",
    )
    acts = (*ACTS[:1], _COPY, *ACTS[1:])
    list_acts = (_DRAFT,)

    def list_words(self) -> str:
        return "Matching rules"

    def heading(self, obj: Any) -> str:
        return f"Matching rules v{obj.version}"

    def is_edit_asked(self, obj: Any, page: Page) -> bool:
        return asked_rule(obj, page) is not None

    def record(self, obj: MatchingRules, page: Page) -> Record:
        test = obj.back_tests.select_related("rules", "against").order_by("-asked_at", "-pk").first()
        on = sum(use.is_on for use in rules_of(obj).uses)
        built_on = Fact("Built on", f"v{obj.based_on.version}" if obj.based_on else "the product")
        return Record(
            question="By which rules are lines matched, and who says so?",
            headline=f"Version {obj.version}: {on} rules on",
            code=obj.public_id,
            chip=get_chip(NOUN, obj.state),
            facts=[*facts_of(obj, page, without="the product's"), built_on],
            main=[_changes(obj), _rules(obj, page), back_test_panel(obj, test, _change_url(obj))],
            side=side_of(obj, page, _used(obj)),
        )


def _rules(obj: MatchingRules, page: Page) -> Panel:
    may = obj.state == State.DRAFT and page.may(MAY)
    rows = [
        [str(place), _title(use), parameter_words(use), format_html("<code>{}</code>", use.label), "on" if use.is_on else "off",
         _change_link(obj, use) if may and (use.kind.parameters or not use.kind.is_fixed) else ""]
        for place, use in enumerate(rules_of(obj).uses, 1)
    ]  # fmt: skip
    headers = [("", "num"), ("Rule", "text"), ("Parameters", "text"), ("Named", "text"), ("Is", "text"), ("", "text")]
    return table("Rules, applied in order", headers, rows)


def _title(use: Use) -> str:
    return format_html('{}<br><span class="ops-soft">{}</span>', use.kind.title, use.kind.pairs)


def _change_link(obj: MatchingRules, use: Use) -> str:
    words = f"Change {use.kind.title}"
    return format_html('<a class="ops-link" href="{}?edit={}" aria-label="{}">Change…</a>', _change_url(obj), use.kind.name, words)


def _changes(obj: MatchingRules) -> Panel:
    before = obj.based_on if obj.state == State.ACTIVE else active_rules()
    return changes_panel(differences(rules_of(before), rules_of(obj)), before, without="the product's rules")


def _used(obj: MatchingRules) -> Panel:
    latest = obj.runs.select_related("run").order_by("-id").first()
    return values("Used by", [("Latest run", ref_cell(latest.run.public_id) if latest else "none")])
