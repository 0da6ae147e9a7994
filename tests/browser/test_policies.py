"""Thresholds, separate duties, staff and the inbox in a browser (S1, S2, UX 4.15)."""

from collections.abc import Callable
from typing import Any

import pytest

from ledger.actors import user_actor
from ledger.models import ApprovalRequest, ApprovalThreshold, Shadow
from ledger.operations import propose_threshold

pytestmark = pytest.mark.whole

WIDE = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def shown(tab: Any, path: str) -> Any:
    tab.go(path)
    tab.page.wait_for_load_state("networkidle")
    assert tab.page.evaluate(WIDE), path
    return tab.page


@pytest.mark.spec("S1", "S2", "B6")
@pytest.mark.parametrize(("dark", "width", "height"), [(False, 1440, 900), (True, 390, 844)])
def test_a_threshold_is_asked_for_in_a_dialog_and_its_request_waits(
    tab_of: Callable[..., Any], house: Any, dark: bool, width: int, height: int
) -> None:
    ApprovalThreshold.objects.create(kind="ledger.write_off", currency="EUR", two_above_minor=10_000, updated_at=house.now)
    request = propose_threshold(
        kind="ledger.adjustment", brand="", currency="EUR", one_above_minor=None, two_above_minor=100_000, reason="the board",
        maker=user_actor(house.staff["fay"]), now=house.now,
    )  # fmt: skip
    tab = tab_of("ben", width, height, dark)
    shown(tab, "/admin/ledger/separateduty/")
    shown(tab, f"/admin/ledger/user/{house.staff['cleo'].public_id}/")
    shadow = Shadow.objects.create(rule="DEPOSIT_CAPTURED@1", candidate="DEPOSIT_CAPTURED@2", opened_at=house.now, updated_at=house.now)
    shown(tab, "/admin/ledger/shadow/")
    assert "Nothing was compared" in shown(tab, f"/admin/ledger/shadow/{shadow.public_id}/").content()
    page = shown(tab, "/admin/ledger/approvalthreshold/")
    page.get_by_role("button", name="Ask for a threshold…").first.click()
    page.get_by_label("Kind").select_option("ledger.reversal")
    page.get_by_label("Currency").fill("EUR")
    page.get_by_label("Two people above").fill("250.00")
    page.locator("dialog[open] textarea").fill("Reversals are rare and large")
    page.locator("dialog[open] button[type=submit]").click()
    page.wait_for_load_state("networkidle")
    assert ApprovalRequest.objects.filter(kind="threshold.change", maker_id=str(house.staff["ben"].pk)).count() == 1
    shown(tab, "/admin/ledger/approvalrequest/?view=mine")

    kim = tab_of("kim", width, height, dark)
    shown(kim, "/admin/ledger/approvalrequest/?view=me")
    page = shown(kim, f"/admin/ledger/approvalrequest/{request.public_id}/")
    assert "1000.00" in page.content()
    assert tab.complaints + kim.complaints == []
