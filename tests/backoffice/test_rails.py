"""The rail catalogue in the back office (C23, S1): what is missing in words, a row finished and signed off, in force by a second person."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cashier.data.rails import SIGNED
from cashier.models import RailVersion
from cashier.queries.rails import forget_rails, rails_in_force
from ledger.ids import new_id
from ledger.models import ApprovalRequest
from tests.backoffice.pressing import list_url, place_of, press

pytestmark = [pytest.mark.spec("C23", "S1"), pytest.mark.usefixtures("asked_anew")]
WHY = "Vouchers are to be offered from March"
Browsers = Callable[[str], Client]
ROW = {
    "name": "Voucher", "finality": "capture", "match_key": "psp_object", "bank_method": "batch_net", "refundable": "on",
    "expected_minutes": "1", "expiry_minutes": "30", "pending_days": "1", "authorised_days": "0", "window_days": "3",
}  # fmt: skip
ANSWERS = {"CAPTURED": "CAPTURED", "DECLINED": "FAILED", "usual_exceptions": "fee_differs\nCAPTURE_NOT_SETTLED"}


@pytest.fixture
def asked_anew() -> Iterator[None]:
    forget_rails()
    yield
    forget_rails()


def page_of(client: Client, obj: Any) -> str:
    return str(client.get(place_of(obj).url_of(obj)).content.decode())


def drafted(browser_of: Browsers, method: str) -> RailVersion:
    url = reverse("admin:cashier_railversion_list_act", args=["draft"])
    assert browser_of("ben").post(url, {"once": str(new_id()), "method": method}).status_code == 403
    assert browser_of("ada").post(url, {"once": str(new_id()), "method": method}).status_code == 302
    return RailVersion.objects.filter(method=method).order_by("-version")[0]


def test_the_list_tells_what_is_offered_and_what_each_other_row_lacks(scene: Any, browser_of: Browsers) -> None:
    page = browser_of("ola").get(list_url(RailVersion)).content.decode()

    for words in ("Card", "Pay by bank", "Direct debit", "In force", "On-chain", "unfinished: 4 to mend", "unfinished: 1 to mend"):
        assert words in page


def test_a_new_method_from_nothing_into_force(scene: Any, browser_of: Browsers) -> None:
    ada, kim = browser_of("ada"), browser_of("kim")
    row = drafted(browser_of, "voucher")
    page = page_of(ada, row)
    assert "What is missing before it can go live" in page
    assert "Not said yet: Name, When it is final, What a report" in page
    assert press(ada, row, "send", reason=WHY).status_code == 409

    assert press(ada, row, "row", **ROW).status_code == 302
    assert press(ada, row, "answers", **ANSWERS).status_code == 302
    assert "Not signed off, with what proves it: Ledger model" in page_of(ada, row)
    assert press(browser_of("ben"), row, "sign", **SIGNED).status_code == 403
    assert press(ada, row, "sign", **SIGNED).status_code == 302
    page = page_of(ada, row)
    assert "What is missing" not in page
    assert "FEE_DIFFERS, CAPTURE_NOT_SETTLED" in page
    assert press(ada, row, "send", reason=WHY).status_code == 302

    request = ApprovalRequest.objects.get(kind="rail.activate")
    shown = page_of(kim, request)
    assert "none: the method is not offered" in shown
    assert "it would be offered" in shown
    assert press(ada, request, "approve").status_code == 403
    assert press(kim, request, "approve").status_code == 302
    row.refresh_from_db()
    assert row.state == "ACTIVE"
    assert rails_in_force()["voucher"].window_days == 3
    assert "Voucher" in browser_of("ada").get(reverse("admin:cashier_depositintent_changelist")).content.decode()


def test_a_next_version_says_what_it_changes_and_is_dropped(scene: Any, browser_of: Browsers) -> None:
    ada = browser_of("ada")
    row = drafted(browser_of, "card")
    assert (row.version, "Nothing differs" in page_of(ada, row)) == (2, False)
    fields = {name: str(value) for name, value in row.body.items() if isinstance(value, str | int) and not isinstance(value, bool)}
    ticked = dict.fromkeys(("has_authorization", "manual_capture", "refundable"), "on")
    assert press(ada, row, "row", **{**fields, **ticked, "window_days": "4"}).status_code == 302
    assert "On a settlement report within, bank days: 2 becomes 4." in page_of(ada, row)
    assert press(ada, row, "drop").status_code == 302
    assert RailVersion.objects.get(pk=row.pk).state == "DROPPED"


@pytest.mark.parametrize(
    ("act", "said", "words"),
    [
        ("row", {**ROW, "window_days": "11"}, "less than or equal to 10"),
        ("row", {**ROW, "name": ""}, "required"),
        ("answers", {**ANSWERS, "usual_exceptions": "MOON_FULL"}, "No reason code is called MOON_FULL"),
        ("sign", {**SIGNED, "risk": "x" * 501}, "at most 500"),
    ],
)
def test_bad_values_are_told_in_the_dialog_and_nothing_is_kept(
    scene: Any, browser_of: Browsers, act: str, said: dict[str, str], words: str
) -> None:
    row = drafted(browser_of, "voucher")
    answer = press(browser_of("ada"), row, act, **said)
    assert answer.status_code in (409, 422)
    assert words in answer.content.decode()
    assert RailVersion.objects.get(pk=row.pk).body == {}
