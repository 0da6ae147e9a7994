"""Routing rules in the back office (C12, S1): drafted, tried over the past, approved by another, in force; decisions on the deposit."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cashier.models import RoutingDecision, RoutingRules, RoutingTrial
from cashier.operations.routing.trials import run_trial
from ledger.ids import new_id
from ledger.models import ApprovalRequest, AuditRecord
from tests.backoffice.pressing import list_url, place_of, press
from tests.backoffice.scene_routing import keep_past_decision as kept

pytestmark = pytest.mark.spec("C12")
WHY = "The second account is cheaper for small amounts"
Browsers = Callable[[str], Client]


def drafted(browser_of: Browsers) -> RoutingRules:
    url = reverse("admin:cashier_routingrules_list_act", args=["draft"])
    assert browser_of("ben").post(url, {"once": str(new_id())}).status_code == 403
    assert browser_of("ada").post(url, {"once": str(new_id())}).status_code == 302
    return RoutingRules.objects.order_by("-version")[0]


def add_rule(client: Client, rules: RoutingRules, **data: Any) -> Any:
    return press(client, rules, "rule", **{"effect": "prefer", "percent": "100", **data})


def tried(browser_of: Browsers, rules: RoutingRules) -> RoutingTrial:
    assert press(browser_of("ada"), rules, "try", since="2026-11-13", until="2026-11-20").status_code == 302
    trial = rules.trials.order_by("-asked_at", "-pk")[0]
    run_trial(trial_id=trial.pk, now=trial.asked_at)
    done = RoutingTrial.objects.get(pk=trial.pk)
    assert done.error == ""
    return done


def page_of(client: Client, obj: Any, query: str = "") -> str:
    return str(client.get(place_of(obj).url_of(obj) + query).content.decode())


@pytest.mark.spec("S1")
def test_from_a_draft_to_rules_in_force(scene: Any, browser_of: Browsers) -> None:
    for number in range(3):
        kept(scene, number)
    ada, kim, second = browser_of("ada"), browser_of("kim"), scene.accounts[1].code
    rules = drafted(browser_of)
    assert "No rules; the fallback list is used" in page_of(ada, rules)
    assert add_rule(ada, rules, account_1=second, currency="eur", amount_from="100.02").status_code == 302
    page = page_of(ada, rules)
    assert f"If currency is EUR and amount is at least 100.02 EUR → {second}" in page
    assert "Needs a dry run of this exact version first" in page
    assert press(ada, rules, "send", reason=WHY).status_code == 409

    trial = tried(browser_of, rules)
    assert (trial.state, trial.done, trial.result["moved"]) == ("DONE", 3, 1)
    page = page_of(ada, rules)
    assert "Of 3 deposits 1 would have gone elsewhere" in page
    assert "fees −0.50 EUR" in page
    assert "expected success −0.3 %" in page
    assert scene.deposits[2].public_id in page
    assert "can&#x27;t be known" in page or "can't be known" in page

    rules.refresh_from_db()
    assert add_rule(ada, rules, effect="step_up", card_type=["prepaid"]).status_code == 302  # the dry run counts no more
    assert press(ada, rules, "send", reason=WHY).status_code == 409
    tried(browser_of, rules)
    assert press(ada, rules, "send", reason=WHY).status_code == 302
    request = ApprovalRequest.objects.get(kind="routing.activate")
    assert request.payload["changes"][0].startswith("New rule 1: ")
    assert request.payload["dry_run"]["moved"] == 1
    assert press(ada, request, "approve").status_code == 403
    assert add_rule(ada, rules, account_1=second).status_code == 403
    assert press(kim, request, "approve").status_code == 302
    rules.refresh_from_db()
    assert rules.state == "ACTIVE"
    assert AuditRecord.objects.filter(act="routing.activated", target_id=rules.public_id).exists()


def test_a_second_version_retires_the_first_and_tells_what_changed(scene: Any, browser_of: Browsers) -> None:
    first, second = (account.code for account in scene.accounts[:2])
    ada, kim = browser_of("ada"), browser_of("kim")
    for account in (first, second):
        rules = drafted(browser_of)
        if rules.body["rules"]:
            assert add_rule(ada, rules, number="1", account_1=account, region="MT, SE").status_code == 302
        else:
            assert add_rule(ada, rules, account_1=account, region="MT").status_code == 302
        tried(browser_of, rules)
        assert press(ada, rules, "send", reason=WHY).status_code == 302
        if account == second:
            waiting = ApprovalRequest.objects.get(kind="routing.activate", state="PENDING")
            assert press(kim, waiting, "reject", reason="Say first what it will cost us").status_code == 302
            assert RoutingRules.objects.get(pk=rules.pk).state == "DRAFT"
            assert press(ada, rules, "send", reason=WHY).status_code == 302
        assert press(kim, ApprovalRequest.objects.get(kind="routing.activate", state="PENDING"), "approve").status_code == 302
    states = dict(RoutingRules.objects.values_list("version", "state"))
    assert states == {1: "DRAFT", 2: "RETIRED", 3: "ACTIVE"}
    page = page_of(browser_of("ola"), RoutingRules.objects.get(version=3))
    assert f"Rule 1 changed: “If region is MT or SE → {second}” instead of “If region is MT → {first}”." in page
    assert "Add a rule" not in page


def test_what_can_not_be_is_named_before_anything_is_saved(scene: Any, browser_of: Browsers) -> None:
    first, second = (account.code for account in scene.accounts[:2])
    ada, rules = browser_of("ada"), drafted(browser_of)
    assert add_rule(ada, rules, account_1=first, region="MT").status_code == 302
    rules.refresh_from_db()
    for data, words in (
        ({"account_1": second, "region": "MT", "cvv": "N"}, "Rule 2 is never reached: rule 1 holds"),
        ({"account_1": second, "cvv": "N"}, "Rules 1 and 2 overlap"),
        ({"account_1": second, "amount_from": "5"}, "An amount is of one currency"),
        ({"account_1": ""}, "names one account at least"),
        ({"account_1": second, "bin_from": "41"}, "six to eight digits"),
    ):
        answer = add_rule(ada, rules, **data)
        assert answer.status_code == 409, data
        assert words in answer.content.decode()
    assert len(RoutingRules.objects.get(pk=rules.pk).body["rules"]) == 1
    assert add_rule(ada, rules, account_1=second, cvv="N", overlap_is_meant="on").status_code == 302
    assert press(ada, rules, "move", number="2", place="1", overlap_is_meant="on").status_code == 302
    rules.refresh_from_db()
    assert rules.body["rules"][0]["when"] == {"cvv": ["N"]}
    assert 'name="cvv"' in page_of(ada, rules, "?edit=1")
    assert press(ada, rules, "out", number="1").status_code == 302
    assert press(ada, rules, "options", step_up_usd="5000", explore_percent="5", slow_above_ms="9000", slow_percent="90").status_code == 302
    assert press(ada, rules, "split", name="cheap", percent="10", account=second, guard_tries="50", guard_points="4").status_code == 302
    page = page_of(ada, rules)
    assert "Share drawn by lot: 5 % instead of 2 %" in page or "5 %" in page
    assert "cheap: 10 % go to" in page
    assert press(ada, rules, "unsplit", name="cheap").status_code == 302
    assert press(ada, rules, "drop").status_code == 302
    assert RoutingRules.objects.get(pk=rules.pk).state == "DROPPED"


@pytest.mark.spec("C10")
def test_a_deposit_shows_its_decisions(scene: Any, browser_of: Browsers) -> None:
    decision = kept(scene, 0)
    page = page_of(browser_of("ola"), scene.deposits[0])
    assert "Routing: first try" in page
    assert "Highest expected value" in page
    assert decision.public_id in page
    shown = page_of(browser_of("ola"), decision)
    assert "First try: to " in shown and "90.0 %" in shown
    assert scene.accounts[0].code in browser_of("ola").get(list_url(RoutingDecision)).content.decode()


@pytest.mark.spec("C11")
def test_the_caps_of_the_schemes_are_there_to_be_read(scene: Any, browser_of: Browsers) -> None:
    from cashier.models import RetryCap

    page = browser_of("ola").get(list_url(RetryCap)).content.decode()
    assert "10 in 24 hours, 35 in 30 days" in page
    assert "15 in 30 days" in page
    assert "advice 03" in page
