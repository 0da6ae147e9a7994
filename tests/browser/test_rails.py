"""The rail catalogue in a browser (C23): a draft signed off and sent by one person, put in force by another, at a desk and on a phone."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cashier.data.rails import SIGNED
from cashier.models import RailVersion
from cashier.queries.rails import forget_rails
from ledger.models import ApprovalRequest
from tests.browser.test_policies import shown

pytestmark = pytest.mark.whole

PICTURES = os.environ.get("RAILS_PICTURES", "")
LIST = "/admin/cashier/railversion/"


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    forget_rails()
    yield
    forget_rails()


def picture(page: Any, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def submitted(page: Any) -> None:
    page.locator("dialog[open] button[type=submit]").click()
    page.wait_for_load_state("networkidle")


@pytest.mark.spec("C23", "S1", "B6")
def test_a_row_is_signed_off_by_one_person_and_put_in_force_by_another(tab_of: Callable[..., Any], house: Any) -> None:
    ach = RailVersion.objects.get(method="ach")
    address = f"{LIST}{ach.public_id}/"
    tab = tab_of("ada", 1440, 900, False)
    page = tab.page
    picture(shown(tab, LIST), "list-1440")
    picture(shown(tab, address), "draft-1440")
    assert page.get_by_role("button", name="Send version 1 for approval").is_disabled()
    page.get_by_role("button", name="Change the row…").click()
    picture(page, "row-1440")
    page.locator("dialog[open] input[name=window_days]").fill("4")
    submitted(page)
    page.get_by_role("button", name="Answers and exceptions…").click()
    picture(page, "answers-1440")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Sign off…").click()
    for item, evidence in SIGNED.items():
        page.locator(f"dialog[open] input[name={item}]").fill(evidence)
    picture(page, "sign-1440")
    submitted(page)
    assert "It is finished and can be sent." in page.content()
    page.get_by_role("button", name="Send version 1 for approval").click()
    page.locator("dialog[open] textarea[name=reason], dialog[open] input[name=reason]").fill("ACH is offered from March")
    submitted(page)

    other = tab_of("kim", 1440, 900, False)
    request = ApprovalRequest.objects.get(kind="rail.activate")
    picture(shown(other, f"/admin/ledger/approvalrequest/{request.public_id}/"), "request-1440")
    other.page.get_by_role("button", name="Approve").first.click()
    other.page.wait_for_load_state("networkidle")
    if other.page.locator("dialog[open]").count():
        submitted(other.page)
    ach.refresh_from_db()
    assert (ach.state, ach.body["window_days"]) == ("ACTIVE", 4)
    picture(shown(other, address), "in-force-1440")

    page.set_viewport_size({"width": 390, "height": 844})
    for name, path in (("list", LIST), ("record", address)):
        picture(shown(tab, path), f"{name}-390")
    assert tab.complaints == [] == other.complaints
