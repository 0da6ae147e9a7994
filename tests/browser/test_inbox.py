"""The inbox and the forms of proposals in a browser (S1, UX 4.12, 4.15): the button that is pressed is the one that counts."""

from collections.abc import Callable
from typing import Any

import pytest

from ledger.actors import user_actor
from ledger.models import Account, ApprovalRequest, ApprovalThreshold
from ledger.operations import decide, propose_adjustment

pytestmark = pytest.mark.whole

WIDE = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
WHY = "Checked one by one against the tickets"


def ask(house: Any, amount_minor: int, player: int) -> ApprovalRequest:
    return propose_adjustment(
        entity_id=house.entity.pk, player_id=house.players[player].public_id, asset="EUR", amount_minor=amount_minor,
        direction="credit", reason="goodwill of the house", maker=user_actor(house.staff["ada"]), now=house.now,
    )  # fmt: skip


@pytest.mark.spec("S1", "L12", "B6")
def test_two_are_approved_together_on_a_phone_and_an_adjustment_is_shown_while_it_is_written(
    tab_of: Callable[..., Any], house: Any
) -> None:
    ApprovalThreshold.objects.all().delete()
    both = [ask(house, 1_100, 0), ask(house, 1_200, 1)]
    kim = tab_of("kim", 390, 844)
    kim.go("/admin/ledger/approvalrequest/?view=me&kind=ledger.adjustment")
    for check in kim.page.locator("[data-ops-choose]").all():
        check.check()
    kim.page.get_by_role("button", name="Decide together…").click()
    kim.page.wait_for_url("**/together/**")
    assert kim.page.evaluate(WIDE)
    kim.page.fill("[name=reason]", WHY)
    kim.page.get_by_role("button", name="Approve 2: 23.00 EUR").click()
    kim.page.wait_for_load_state("networkidle")
    assert "2 approved." in kim.page.content()
    assert set(ApprovalRequest.objects.filter(pk__in=[row.pk for row in both]).values_list("state", flat=True)) == {"APPROVED"}

    wallet = Account.objects.get(kind="playable", owner_ref=house.players[0].public_id, asset="EUR")
    ada = tab_of("ada")
    ada.go(f"/admin/ledger/account/{wallet.pk}/")
    ada.page.get_by_role("button", name="Propose adjustment…").click()
    ada.page.fill("dialog[open] [name=amount]", "12.5")
    ada.page.locator("dialog[open] .ops-receipt").wait_for()
    assert "12.50" in ada.page.locator("dialog[open] .ops-receipt").inner_text()
    ada.page.fill("dialog[open] [name=amount]", "12.505")
    ada.page.locator("dialog[open] .ops-live-receipt .ops-error").wait_for()
    ada.page.fill("dialog[open] [name=amount]", "12.50")
    ada.page.fill("dialog[open] textarea", WHY)
    ada.page.locator("dialog[open] button[type=submit]").click()
    ada.page.wait_for_load_state("networkidle")
    request = ApprovalRequest.objects.latest("id")
    assert (request.amount_minor, request.state, request.reason) == (1_250, "PENDING", WHY)
    assert decide(request_id=request.pk, approve=True, checker=house.staff["kim"], reason="", now=house.now).state == "APPROVED"
    assert kim.complaints + ada.complaints == []
