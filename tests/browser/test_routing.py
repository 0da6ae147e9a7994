"""Routing rules in a browser (C12): a rule from dropdowns, a dry run with its table, at a desk and on a phone."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from cashier.models import RoutingRules
from cashier.operations.routing.trials import run_trial
from tests.backoffice.scene_routing import keep_past_decision as kept
from tests.browser.test_policies import shown

PICTURES = os.environ.get("ROUTING_PICTURES", "")


def picture(page: Any, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


@pytest.mark.spec("C12", "B6")
@pytest.mark.parametrize(("dark", "width", "height"), [(False, 1440, 900), (True, 390, 844)])
def test_a_rule_is_added_tried_and_may_then_be_sent(tab_of: Callable[..., Any], house: Any, dark: bool, width: int, height: int) -> None:
    for number in range(6):
        kept(house, number, winner=number % 2)
    tab = tab_of("ada", width, height, dark)
    shown(tab, "/admin/cashier/routingrules/").get_by_role("button", name="Draft a new version").first.click()
    tab.page.wait_for_load_state("networkidle")
    rules = RoutingRules.objects.order_by("-version")[0]
    address, page = f"/admin/cashier/routingrules/{rules.public_id}/", tab.page
    page.get_by_role("button", name="Add a rule…").click()
    picture(page, f"dialog-{width}")
    page.locator("dialog[open] select[name=account_1]").select_option(house.accounts[1].code)
    page.locator("dialog[open] input[name=currency]").fill("EUR")
    page.locator("dialog[open] button[type=submit]").click()
    page.wait_for_load_state("networkidle")
    assert f"If currency is EUR → {house.accounts[1].code}" in page.content()

    shown(tab, address + "?edit=1")
    assert page.locator("dialog[open] input[name=currency]").input_value() == "EUR"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Dry run…").click()
    page.locator("dialog[open] button[type=submit]").click()
    page.wait_for_load_state("networkidle")
    assert "Running: 0 of 0 deposits" in page.content()
    picture(page, f"running-{width}")
    assert run_trial(trial_id=rules.trials.get().pk, now=house.now) == "DONE"
    page.get_by_text("Of 6 deposits 3 would have gone elsewhere").wait_for(timeout=8000)
    shown(tab, address)
    picture(page, f"rules-{width}")
    assert page.get_by_role("button", name=f"Send version {rules.version} for approval").is_enabled()
    if PICTURES:
        picture(shown(tab, "/admin/cashier/routingrules/"), f"list-{width}")
        picture(shown(tab, f"/admin/cashier/depositintent/{house.deposits[0].public_id}/"), f"deposit-{width}")
        decision = house.deposits[0].routing_decisions.get()
        picture(shown(tab, f"/admin/cashier/routingdecision/{decision.public_id}/"), f"decision-{width}")
        picture(shown(tab, "/admin/cashier/retrycap/"), f"caps-{width}")
    assert tab.complaints == []
