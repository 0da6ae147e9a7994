"""The routing rules (C12): versions, each rule a sentence, what changes in words, the dry run, and who decides."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from cashier.admin.routing.acts import ACTS, draft_act
from cashier.admin.routing.forms import asked_number
from cashier.admin.routing.trials import trial_panel
from cashier.admin.routing.words import percent
from cashier.models import RoutingRules, SplitStop
from cashier.queries.routing import active_rules, policy_of, split_results
from cashier.routing import Policy
from cashier.routing.conflicts import find_conflicts
from cashier.routing.wording import differences, option_words, rule_words, split_words
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

State = RoutingRules.State


def _change_url(rules: RoutingRules) -> str:
    return reverse("admin:cashier_routingrules_change", args=[rules.public_id])


@admin.register(RoutingRules)
class RoutingRulesAdmin(OpsAdmin):
    frame = ListFrame(
        question="Which PSP should take the next payment, and who says so?",
        columns=(
            Column("Version", lambda row, page: f"v{row.version}", kind="name", area="a"),
            Column("State", lambda row, page: chip_cell("routing_rules", row.state), area="b"),
            Column("Rules", lambda row, page: str(len(row.body.get("rules", []))), kind="num", area="d"),
            Column("Drafted by", lambda row, page: actor_words(row.maker_kind, row.maker_id, page), area="late"),
            Column("Changed", lambda row, page: when_cell(row.updated_at, page.now), area="c"),
            Column("In force from", lambda row, page: when_cell(row.activated_at, page.now) if row.activated_at else "—", area="late"),
        ),
        views=(View("all", "All", lambda rows, page: rows, counted=False),),
        order=("-version",),
        done_words="No rules; the fallback list is used.",
    )
    acts = ACTS
    list_acts = (draft_act(_change_url),)

    def list_words(self) -> str:
        return "Routing rules"

    def heading(self, obj: Any) -> str:
        return f"Routing rules v{obj.version}"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """`?edit=3` opens the dialog of rule 3."""
        self.require_view(request)
        page, obj = page_of(request), self.load(object_id)
        act = next(act for act in self.acts if act.slug == "rule")
        standing = act.stand(obj, page)
        opened = None
        if asked_number(obj, page) and standing.state == "shown":
            opened = draw_button(act, standing, obj, page, self.act_url(obj, act.slug))
            opened.opened = True
        return self.show_record(request, obj, page, opened, 200)

    def record(self, obj: RoutingRules, page: Page) -> Record:
        policy, active = policy_of(obj), active_rules()
        trial = obj.trials.order_by("-asked_at", "-pk").first()
        main = [_rules(obj, policy, page), _splits(obj, policy), _changes(obj, policy, active)]
        return Record(
            question="Which PSP should take the next payment, and who says so?",
            headline=f"Version {obj.version}: {len(policy.rules)} rules" if len(policy.rules) != 1 else f"Version {obj.version}: 1 rule",
            code=obj.public_id,
            chip=get_chip("routing_rules", obj.state),
            facts=_facts(obj, active, page),
            main=[*main, trial_panel(obj, trial, _change_url(obj))],
            side=[*_waiting(obj), values("Options", list(option_words(policy.options).items())), _versions(obj, page), _story(obj, page)],
        )


def _facts(obj: RoutingRules, active: RoutingRules | None, page: Page) -> list[Fact]:
    return [
        Fact("Drafted by", actor_words(obj.maker_kind, obj.maker_id, page)),
        Fact("Changed", moment_cell(obj.updated_at, page.now)),
        Fact("In force now", f"v{active.version}" if active else "built-in defaults"),
        Fact("Built on", f"v{obj.based_on.version}" if obj.based_on else "nothing"),
    ]


def _rules(obj: RoutingRules, policy: Policy, page: Page) -> Panel:
    may = obj.state == State.DRAFT and page.may("cashier.propose_routing")
    rows = [
        {"words": rule_words(rule), "edit_url": f"{_change_url(obj)}?edit={number}" if may else ""}
        for number, rule in enumerate(policy.rules, 1)
    ]
    conflicts = [row.words for row in find_conflicts(policy)]
    return Panel("Rules, read in order", "ops/routing_rules.html", {"rules": rows, "conflicts": conflicts})


def _splits(obj: RoutingRules, policy: Policy) -> Panel:
    results = split_results(obj, [split.name for split in policy.splits]) if obj.activated_at else {}
    stopped = set(SplitStop.objects.filter(rules=obj).values_list("split", flat=True))
    rows = []
    for split in policy.splits:
        found = results.get(split.name)
        arms = [f"{percent(arm.ppm)} of {arm.tries:,}" if arm.tries else "—" for arm in (found.a, found.b)] if found else ["—", "—"]
        state = "stopped: it was losing" if split.name in stopped else "runs" if obj.state == State.ACTIVE else "not in force"
        rows.append([split_words(split), *arms, state])
    headers = [("Test", "text"), ("Arm A", "num"), ("Arm B", "num"), ("State", "text")]
    return table("Split tests", headers, rows, empty="No split test.")


def _changes(obj: RoutingRules, policy: Policy, active: RoutingRules | None) -> Panel:
    before = obj.based_on if obj.state in (State.ACTIVE, State.RETIRED) else active
    told = differences(policy_of(before), policy)
    title = f"What differs from v{before.version}" if before else "What differs from the built-in defaults"
    return table(title, [("In words", "text")], [[words] for words in told], empty="Nothing.")


def _waiting(obj: RoutingRules) -> list[Panel]:
    found = ApprovalRequest.objects.filter(target_kind="RoutingRules", target_id=obj.public_id, state="PENDING").first()
    if found is None:
        return []
    return [values("Waits for approval", [("Request", ref_cell(found.public_id)), ("Reason", found.reason)])]


def _versions(obj: RoutingRules, page: Page) -> Panel:
    rows = [
        [f"v{row.version}", chip_cell("routing_rules", row.state), ref_cell(row.public_id)]
        for row in RoutingRules.objects.order_by("-version")[:12]
    ]
    return table("Versions", [("Version", "text"), ("State", "text"), ("Page", "text")], rows)


def _story(obj: RoutingRules, page: Page) -> Panel:
    events = transition_events(obj, "routing_rules", page)
    return timeline(events, "Stages")
