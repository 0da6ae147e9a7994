"""The routing rules (C12): versions, each rule a sentence, what changes in words, the dry run, and who decides."""

from typing import Any

from django.contrib import admin
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
from ledger.admin.frames import Column, Fact, ListFrame, Page, Panel, Record, View, get_chip
from ledger.admin.frames.records import table, values
from ledger.admin.versions import CHANGED, DRAFTED_BY, IN_FORCE_FROM, NOUN, NUMBER, STATE, VersionAdmin, changes_panel, facts_of, side_of

State = RoutingRules.State
WITHOUT = "the built-in defaults"


def _change_url(rules: RoutingRules) -> str:
    return reverse("admin:cashier_routingrules_change", args=[rules.public_id])


@admin.register(RoutingRules)
class RoutingRulesAdmin(VersionAdmin):
    frame = ListFrame(
        question="Which PSP should take the next payment, and who says so?",
        columns=(
            NUMBER,
            STATE,
            Column("Rules", lambda row, page: str(len(row.body.get("rules", []))), kind="num", area="d"),
            DRAFTED_BY,
            CHANGED,
            IN_FORCE_FROM,
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

    def is_edit_asked(self, obj: Any, page: Page) -> bool:
        return bool(asked_number(obj, page))

    def record(self, obj: RoutingRules, page: Page) -> Record:
        policy = policy_of(obj)
        trial = obj.trials.order_by("-asked_at", "-pk").first()
        return Record(
            question="Which PSP should take the next payment, and who says so?",
            headline=f"Version {obj.version}: {len(policy.rules)} rules" if len(policy.rules) != 1 else f"Version {obj.version}: 1 rule",
            code=obj.public_id,
            chip=get_chip(NOUN, obj.state),
            facts=[*facts_of(obj, page, without=WITHOUT), Fact("Built on", f"v{obj.based_on.version}" if obj.based_on else "nothing")],
            main=[_rules(obj, policy, page), _splits(obj, policy), _changes(obj, policy), trial_panel(obj, trial, _change_url(obj))],
            side=side_of(obj, page, values("Options", list(option_words(policy.options).items()))),
        )


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


def _changes(obj: RoutingRules, policy: Policy) -> Panel:
    before = obj.based_on if obj.state in (State.ACTIVE, State.RETIRED) else active_rules()
    return changes_panel(differences(policy_of(before), policy), before, without=WITHOUT)
