"""Endpoints and what was sent to them, in a browser (A8, B3)."""

from collections.abc import Callable
from typing import Any

import pytest

from cashier.models import OutgoingDelivery, OutgoingEndpoint
from ledger.models import ApprovalRequest
from tests.browser.test_policies import shown

pytestmark = pytest.mark.whole


@pytest.mark.spec("A8", "B3", "B6")
@pytest.mark.parametrize(("dark", "width", "height"), [(False, 1440, 900), (True, 390, 844)])
def test_what_was_given_up_is_found_and_sent_again_and_an_endpoint_is_asked_for(
    tab_of: Callable[..., Any], house: Any, dark: bool, width: int, height: int
) -> None:
    endpoint = OutgoingEndpoint.objects.get(code="platform")
    given_up = OutgoingDelivery.objects.get(state="FAILED")
    ada = tab_of("ada", width, height, dark)
    shown(ada, "/admin/cashier/outgoingdelivery/?view=all")
    page = shown(ada, f"/admin/cashier/outgoingdelivery/{given_up.public_id}/")
    assert "no database" in page.content()
    page.get_by_role("button", name="Send again…").first.click()
    page.locator("dialog[open] textarea").fill("Their database is back")
    page.locator("dialog[open] button[type=submit]").click()
    page.wait_for_load_state("networkidle")
    given_up.refresh_from_db()
    assert (given_up.state, given_up.resends) == ("WAITING", 1)

    shown(ada, "/admin/cashier/outgoingendpoint/")
    shown(ada, f"/admin/cashier/outgoingendpoint/{endpoint.public_id}/")
    ben = tab_of("ben", width, height, dark)
    page = shown(ben, "/admin/cashier/outgoingendpoint/")
    page.get_by_role("button", name="Ask for an endpoint…").first.click()
    page.get_by_label("Name", exact=True).fill("bi")
    page.get_by_label("Address").fill("https://bi.lucky.example/hooks")
    page.get_by_label("Name of its secret").fill("BI")
    page.locator("dialog[open] textarea").fill("For the warehouse")
    page.locator("dialog[open] button[type=submit]").click()
    page.wait_for_load_state("networkidle")
    assert ApprovalRequest.objects.get(kind="outgoing_endpoint.change").payload["after"]["url"] == "https://bi.lucky.example/hooks"
    assert ada.complaints + ben.complaints == []
