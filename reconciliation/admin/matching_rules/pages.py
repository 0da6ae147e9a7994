"""The matching rules (R5, R15): versions, each rule with its parameters, what differs in words, the back-test, and who decides."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from ledger.admin.frames import (
    Column,
    Fact,
    ListFrame,
    OpsAdmin,
    Page,
    Panel,
    Record,
    View,
    chip_cell,
    get_chip,
    moment_cell,
    page_of,
    ref_cell,
    when_cell,
)
from ledger.admin.frames.acts import draw_button
from ledger.admin.frames.records import table, timeline, values
from ledger.admin.people import actor_words
from ledger.admin.story import transition_events
from ledger.models import ApprovalRequest
from reconciliation.admin.matching_rules.acts import ACTS, MAY, draft_acts
from reconciliation.admin.matching_rules.results import back_test_panel
from reconciliation.matching.ruleset import Use
from reconciliation.matching.wording import differences, parameter_words
from reconciliation.models import MatchingRules, MatchingRulesState
from reconciliation.queries.matching_rules import active_rules, rules_of

State = MatchingRulesState


def _change_url(row: MatchingRules) -> str:
    return reverse("admin:reconciliation_matchingrules_change", args=[row.public_id])


_DRAFT, _COPY = draft_acts(_change_url)


@admin.register(MatchingRules)
class MatchingRulesAdmin(OpsAdmin):
    frame = ListFrame(
        question="By which rules are lines matched, and who says so?",
        columns=(
            Column("Version", lambda row, page: f"v{row.version}", kind="name", area="a"),
            Column("State", lambda row, page: chip_cell("matching_rules", row.state), area="b"),
            Column("Rules on", lambda row, page: str(sum(use.is_on for use in rules_of(row).uses)), kind="num", area="d"),
            Column("Drafted by", lambda row, page: actor_words(row.maker_kind, row.maker_id, page), area="late"),
            Column("Changed", lambda row, page: when_cell(row.updated_at, page.now), area="c"),
            Column("In force from", lambda row, page: when_cell(row.activated_at, page.now) if row.activated_at else "—", area="late"),
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

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """`?edit=sale.object` opens the dialog of that rule."""
        self.require_view(request)
        page, obj = page_of(request), self.load(object_id)
        act = next(act for act in self.acts if act.slug == "rule")
        standing = act.stand(obj, page)
        opened = None
        if standing.state == "shown":
            opened = draw_button(act, standing, obj, page, self.act_url(obj, act.slug))
            opened.opened = True
        return self.show_record(request, obj, page, opened, 200)

    def record(self, obj: MatchingRules, page: Page) -> Record:
        active = active_rules()
        test = obj.back_tests.select_related("rules", "against").order_by("-asked_at", "-pk").first()
        on = sum(use.is_on for use in rules_of(obj).uses)
        return Record(
            question="By which rules are lines matched, and who says so?",
            headline=f"Version {obj.version}: {on} rules on",
            code=obj.public_id,
            chip=get_chip("matching_rules", obj.state),
            facts=[
                Fact("Drafted by", actor_words(obj.maker_kind, obj.maker_id, page)),
                Fact("Changed", moment_cell(obj.updated_at, page.now)),
                Fact("In force now", f"v{active.version}" if active else "the product's"),
                Fact("Built on", f"v{obj.based_on.version}" if obj.based_on else "the product"),
            ],
            main=[_changes(obj, active), _rules(obj, page), back_test_panel(obj, test, _change_url(obj))],
            side=[*_waiting(obj), _used(obj), _versions(), timeline(transition_events(obj, "matching_rules", page), "Stages")],
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


def _changes(obj: MatchingRules, active: MatchingRules | None) -> Panel:
    before = obj.based_on if obj.state == State.ACTIVE else active
    told = differences(rules_of(before), rules_of(obj))
    title = f"What differs from v{before.version}" if before else "What differs from the product's rules"
    return table(title, [("In words", "text")], [[words] for words in told], empty="Nothing.")


def _waiting(obj: MatchingRules) -> list[Panel]:
    found = ApprovalRequest.objects.filter(target_kind="MatchingRules", target_id=obj.public_id, state="PENDING").first()
    return [values("Waits for approval", [("Request", ref_cell(found.public_id)), ("Reason", found.reason)])] if found else []


def _used(obj: MatchingRules) -> Panel:
    latest = obj.runs.select_related("run").order_by("-id").first()
    return values("Used by", [("Latest run", ref_cell(latest.run.public_id) if latest else "none")])


def _versions() -> Panel:
    rows = [[f"v{row.version}", chip_cell("matching_rules", row.state), ref_cell(row.public_id)]
            for row in MatchingRules.objects.order_by("-version")[:12]]  # fmt: skip
    return table("Versions", [("Version", "text"), ("State", "text"), ("Page", "text")], rows)
