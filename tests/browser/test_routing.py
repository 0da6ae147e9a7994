"""Routing rules in a browser (C12): a rule from dropdowns, a dry run with its table, at a desk and on a phone."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from cashier.models import RoutingRules
from cashier.operations.routing.trials import run_trial
from tests.backoffice.scene_routing import keep_past_decision as kept
from tests.browser.test_policies import shown

pytestmark = pytest.mark.whole

PICTURES = os.environ.get("ROUTING_PICTURES", "")


def picture(page: Any, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


@pytest.mark.spec("C12", "B6")
def test_a_rule_is_added_tried_and_may_then_be_sent(tab_of: Callable[..., Any], house: Any) -> None:
    for number in range(6):
        kept(house, number, winner=number % 2)
    tab, width = tab_of("ada", 1440, 900, False), 1440
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
    page.get_by_text("Of 6 deposits 3 would have gone elsewhere").wait_for()
    shown(tab, address)
    picture(page, f"rules-{width}")
    assert page.get_by_role("button", name=f"Send version {rules.version} for approval").is_enabled()
    page.set_viewport_size({"width": 390, "height": 844})
    decision = house.deposits[0].routing_decisions.get()
    for name, path in (
        ("rules", address),
        ("list", "/admin/cashier/routingrules/"),
        ("decision", f"/admin/cashier/routingdecision/{decision.public_id}/"),
        ("caps", "/admin/cashier/retrycap/"),
    ):
        picture(shown(tab, path), f"{name}-390")
    assert tab.complaints == []
