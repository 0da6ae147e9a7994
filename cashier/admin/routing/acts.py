"""Buttons of the routing rules: each one operation (C12, S1)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms

from cashier.admin.routing.forms import account_choices, condition_fields, row_of, rule_fields, when_of
from cashier.models import RoutingRules
from cashier.operations.routing import rules as operations
from cashier.operations.routing.trials import start_trial
from cashier.queries.routing import latest_trial, policy_of
from cashier.refusals import Invalid
from cashier.routing import editing
from cashier.routing.wording import rule_words
from ledger.admin.frames import Act, Done, Page, Standing, disabled, hidden
from ledger.admin.versions import drop_act, if_draft, send_act
from ledger.models import ApprovalRequest

MAY = "cashier.propose_routing"
APPROVER = "Another person decides, with the permission to approve routing rules"
Data = Mapping[str, Any]


def _has_rules(rules: RoutingRules, page: Page) -> Standing:
    standing = if_draft(rules, page)
    return standing if standing.state != "shown" or rules.body.get("rules") else hidden("It has no rule.")


def _has_splits(rules: RoutingRules, page: Page) -> Standing:
    standing = if_draft(rules, page)
    return standing if standing.state != "shown" or rules.body.get("splits") else hidden("It has no split test.")


def _tried(rules: RoutingRules, page: Page) -> Standing:
    standing = if_draft(rules, page)
    if standing.state != "shown" or latest_trial(rules):
        return standing
    return disabled("Needs a dry run of this exact version first.")


def numbered(rules: RoutingRules) -> list[tuple[str, str]]:
    return [(str(number), f"{number}. {rule_words(rule)}") for number, rule in enumerate(policy_of(rules).rules, 1)]


def _save(rules: RoutingRules, body: dict[str, Any], data: Data, page: Page, words: str) -> Done:
    saved = operations.save_draft(
        rules_id=rules.pk, body=body, overlap_is_meant=bool(data.get("overlap_is_meant")), actor=page.actor, now=page.now
    )  # fmt: skip
    return Done(f"{words} Version {saved.version} needs a dry run before it can be sent.")


def _put_rule(rules: RoutingRules, data: Data, page: Page) -> Done:
    number = data.get("number")
    if not number:
        return _save(rules, editing.with_rule(rules.body, row_of(data)), data, page, "Rule added.")
    if not 0 < number <= len(rules.body["rules"]):
        raise Invalid("There is no such rule.", field="number", rule="known")
    return _save(rules, editing.with_changed(rules.body, number, row_of(data)), data, page, f"Rule {number} changed.")


def _move_fields(rules: RoutingRules, page: Page) -> dict[str, forms.Field]:
    rows = numbered(rules)
    places = [(str(place), f"place {place}") for place in range(1, len(rows) + 1)]
    return {
        "number": forms.ChoiceField(label="Rule", choices=rows),
        "place": forms.ChoiceField(label="To", choices=places),
        "overlap_is_meant": forms.BooleanField(label="Where rules overlap, that is meant", required=False),
    }


def _move(rules: RoutingRules, data: Data, page: Page) -> Done:
    number, place = int(data["number"]), int(data["place"])
    return _save(rules, editing.with_moved(rules.body, number, place), data, page, f"Rule {number} moved to place {place}.")


def _out_fields(rules: RoutingRules, page: Page) -> dict[str, forms.Field]:
    return {"number": forms.ChoiceField(label="Rule", choices=numbered(rules))}


def _take_out(rules: RoutingRules, data: Data, page: Page) -> Done:
    body = editing.without_rule(rules.body, int(data["number"]))
    return _save(rules, body, {"overlap_is_meant": True}, page, f"Rule {data['number']} taken out.")


def _option_fields(rules: RoutingRules, page: Page) -> dict[str, forms.Field]:
    now = policy_of(rules).options
    fields = (
        ("step_up_usd", "Challenge for cards above, USD", 10**9, "Whole dollars; 0 asks for none by itself."),
        ("explore_percent", "Share drawn by lot, percent", 20, "So that accounts which are not the best now are still learned about."),
        ("slow_above_ms", "An account is slow above, ms", 120_000, "Of 95 in 100 answers."),
        ("slow_percent", "A slow account counts, percent", 100, "Of its value."),
    )
    return {
        name: forms.IntegerField(label=label, min_value=0, max_value=most, initial=getattr(now, name), help_text=help_text)
        for name, label, most, help_text in fields
    }


def _set_options(rules: RoutingRules, data: Data, page: Page) -> Done:
    names = ("step_up_usd", "explore_percent", "slow_above_ms", "slow_percent")
    body = editing.with_options(rules.body, **{name: data[name] for name in names})
    return _save(rules, body, {"overlap_is_meant": True}, page, "Options changed.")


def _rate_fields(rules: RoutingRules, page: Page) -> dict[str, forms.Field]:
    text = "\n".join(f"{code} {rate}" for code, rate in sorted(policy_of(rules).options.usd_rates.items()))
    words = "One a line: currency and how much of it is one US dollar. A currency that is left out is always stepped up."
    return {
        "rates": forms.CharField(label="Rates to USD", initial=text, max_length=4000, widget=forms.Textarea({"rows": 12}), help_text=words)
    }


def read_rates(text: str) -> dict[str, str]:
    """`EUR 0.92`, one a line. Raises Invalid."""
    rows = [line.split() for line in text.splitlines() if line.strip()]
    if not all(len(row) == 2 for row in rows) or len({row[0].upper() for row in rows}) < len(rows):
        raise Invalid("Each line names one currency, once, and its rate: EUR 0.92.", field="rates", rule="form")
    return {code.upper(): rate for code, rate in rows}


def _set_rates(rules: RoutingRules, data: Data, page: Page) -> Done:
    body = editing.with_options(rules.body, usd_rates=read_rates(data["rates"]))
    return _save(rules, body, {"overlap_is_meant": True}, page, "Rates changed.")


def _split_fields(rules: RoutingRules, page: Page) -> dict[str, forms.Field]:
    return {
        **condition_fields({}, ""),
        "name": forms.RegexField(r"^[a-z0-9-]{1,32}$", label="Name", help_text="Small letters, digits, hyphens."),
        "percent": forms.IntegerField(label="Share of arm B, percent", min_value=1, max_value=50, initial=10),
        "account": forms.ChoiceField(label="Arm B goes first to", choices=account_choices("choose")),
        "guard_tries": forms.IntegerField(label="Guardrail: after tries of each arm", min_value=20, max_value=1_000_000, initial=100),
        "guard_points": forms.IntegerField(label="Guardrail: stop at percentage points worse", min_value=1, max_value=50, initial=3),
    }


def _split(rules: RoutingRules, data: Data, page: Page) -> Done:
    row = {name: data[name] for name in ("name", "percent", "guard_tries", "guard_points")} | {"accounts": [data["account"]]}
    row |= {"when": when} if (when := when_of(data)) else {}
    return _save(rules, editing.with_split(rules.body, row), {"overlap_is_meant": True}, page, f"Split test {data['name']} set.")


def _split_out_fields(rules: RoutingRules, page: Page) -> dict[str, forms.Field]:
    return {"name": forms.ChoiceField(label="Split test", choices=[(row["name"], row["name"]) for row in rules.body.get("splits", [])])}


def _split_out(rules: RoutingRules, data: Data, page: Page) -> Done:
    body = editing.without_split(rules.body, data["name"])
    return _save(rules, body, {"overlap_is_meant": True}, page, f"Split test {data['name']} ended.")


def _try_fields(rules: RoutingRules, page: Page) -> dict[str, forms.Field]:
    until = page.now.date()
    date = {"type": "date"}
    return {
        "since": forms.DateField(label="From", initial=until - timedelta(days=7), widget=forms.DateInput(date, format="%Y-%m-%d")),
        "until": forms.DateField(
            label="To, included", initial=until, widget=forms.DateInput(date, format="%Y-%m-%d"), help_text="Days in UTC; 93 at most."
        ),
    }


def _try(rules: RoutingRules, data: Data, page: Page) -> Done:
    since = datetime.combine(data["since"], time(0), UTC)
    until = datetime.combine(data["until"] + timedelta(days=1), time(0), UTC)
    start_trial(rules_id=rules.pk, since=since, until=until, actor=page.actor, now=page.now)
    return Done(f"Dry run of version {rules.version} started.")


def _send(rules: RoutingRules, reason: str, page: Page) -> ApprovalRequest:
    return operations.propose_rules(rules_id=rules.pk, reason=reason, maker=page.actor, now=page.now)


def _drop(rules: RoutingRules, page: Page) -> None:
    operations.drop_draft(rules_id=rules.pk, actor=page.actor, now=page.now)


def draft_act(url_of: Callable[[Any], str]) -> Act:
    """On the list: a new version, and on to it."""

    def run(obj: Any, data: Data, page: Page) -> Done:
        made = operations.draft_rules(maker=page.actor, now=page.now)
        return Done(f"Version {made.version} drafted.", next_url=url_of(made))

    return Act("draft", "Draft a new version", MAY, run, kind="primary", dialog=False)


ACTS = (
    drop_act(MAY, _drop),
    Act("move", "Move a rule…", MAY, _move, kind="menu", title="Move a rule", fields=_move_fields, standing=_has_rules),
    Act("out", "Take out a rule…", MAY, _take_out, kind="menu", title="Take out a rule", fields=_out_fields, standing=_has_rules),
    Act("options", "Options…", MAY, _set_options, kind="menu", title="Change the options", fields=_option_fields, standing=if_draft),
    Act("rates", "Rates to USD…", MAY, _set_rates, kind="menu", title="Change the rates to USD", fields=_rate_fields, standing=if_draft),
    Act("split", "Split test…", MAY, _split, kind="menu", title="Set a split test", fields=_split_fields, standing=if_draft),
    Act("unsplit", "End a split test…", MAY, _split_out, kind="menu", title="End a split test", fields=_split_out_fields,
        standing=_has_splits),
    Act("rule", lambda rules, page: "Change rule…" if page.request.GET.get("edit") else "Add a rule…", MAY, _put_rule,
        title="If all of these hold", fields=rule_fields, standing=if_draft),
    Act("try", "Dry run…", MAY, _try, title="Decide past deposits again by this version", fields=_try_fields, standing=if_draft),
    send_act(MAY, _send, standing=_tried, approver=APPROVER),
)  # fmt: skip
