"""Shadow posting in the back office (L11, S1): what was compared, what differs with its transactions, the next stage by two people."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger.actors import system_actor
from ledger.ids import new_id
from ledger.models import ApprovalRequest, JournalTransaction, Shadow
from ledger.operations import Posting, post
from ledger.shadow_rules import forget_rules
from ledger.shadowing import SIGN_OFF
from tests.backoffice.pressing import list_url, place_of, press
from tests.ledger.shadows.trying import CANDIDATE, RULE, drop_rules, use_rules

WHY = "The next version takes the fee"
LIST = {item: f"Looked at {words.lower()}, minutes of 3 March" for item, words in SIGN_OFF.items()}
TESTER = system_actor("tests")


@pytest.fixture
def rules() -> Iterator[None]:
    use_rules()
    yield
    drop_rules()


def book(scene: Any, key: str, fee: int = 0, way: str = "") -> str:
    """A deposit under the rule in shadow; its transaction's id."""
    player, account = scene.players[0].public_id, scene.accounts[0].public_id
    parts = (("clearing", account, 5_000), ("playable", player, -5_000))
    lines = [{"kind": k, "holder": h, "asset": "EUR", "amount_minor": a, "ref": "", "label": ""} for k, h, a in parts]
    source = {"lines": lines, "fee": fee, "way": way}
    return post(Posting(RULE, key, scene.entity.pk, source, scene.now, player_id=player), actor=TESTER, now=scene.now).public_id


def opened(browser_of: Callable[[str], Client]) -> Shadow:
    """Asked for by Ada of operations, approved by Kim the controller."""
    url = reverse("admin:ledger_shadow_list_act", args=["new"])
    form = {"once": f"open-{new_id()}", "rule": RULE, "candidate": CANDIDATE, "rail": "", "reason": WHY}
    assert browser_of("ben").post(url, form).status_code == 403
    assert browser_of("ada").post(url, form).status_code == 302
    request = ApprovalRequest.objects.get(kind="shadow.open")
    assert press(browser_of("ada"), request, "approve").status_code == 403
    assert press(browser_of("kim"), request, "approve").status_code == 302
    forget_rules()
    return Shadow.objects.get(rule=RULE)


@pytest.mark.spec("L11", "S1", "C23")
def test_from_the_first_shadow_to_a_cohort(scene: Any, rules: None, browser_of: Callable[[str], Client]) -> None:
    shadow = opened(browser_of)
    equal, other, broken = book(scene, "k1"), book(scene, "k2", fee=30), book(scene, "k3", way="break")
    page = browser_of("ola").get(place_of(shadow).url_of(shadow)).content.decode()
    assert "1 of 2 postings differ, 1 could not be compared" in page
    assert other in page
    assert broken in page
    assert equal not in page
    assert "division by zero" in page

    form = {**LIST, "percent": "10", "cohort_by": "player", "brands": ["lucky"], "reason": WHY}
    assert press(browser_of("ada"), shadow, "cohort", **{**form, "risk": ""}).status_code == 422
    assert press(browser_of("kim"), shadow, "cohort", **form).status_code == 403
    assert press(browser_of("ada"), shadow, "cohort", **form).status_code == 302
    assert press(browser_of("ada"), shadow, "cohort", **form).status_code == 409
    page = browser_of("kim").get(place_of(shadow).url_of(shadow)).content.decode()
    assert "Approve: 10 % of the players of lucky" in page
    assert press(browser_of("ada"), shadow, "approve", reason="").status_code == 403
    assert press(browser_of("kim"), shadow, "approve", reason="").status_code == 302

    shadow.refresh_from_db()
    assert (shadow.state, shadow.percent, shadow.brands, shadow.sign_off) == ("COHORT", 10, ["lucky"], LIST)
    page = browser_of("ola").get(place_of(shadow).url_of(shadow)).content.decode()
    assert LIST["risk"] in page
    assert "The candidate posts for 10 % of the players of lucky" in page
    assert press(browser_of("ada"), shadow, "end", reason=WHY).status_code == 302
    assert press(browser_of("kim"), shadow, "reject", reason="Let it go on for a day").status_code == 302
    shadow.refresh_from_db()
    assert shadow.state == "COHORT"
    assert press(browser_of("ada"), shadow, "on", reason=WHY, **LIST).status_code == 302
    assert press(browser_of("kim"), shadow, "approve", reason="").status_code == 302
    page = browser_of("ola").get(list_url(Shadow)).content.decode()
    assert "Posts for all" in page


@pytest.mark.spec("L11", "L13")
def test_days_narrow_the_report_and_the_csv_holds_every_difference(scene: Any, rules: None, browser_of: Callable[[str], Client]) -> None:
    shadow = opened(browser_of)
    other = book(scene, "k2", fee=30)
    day = JournalTransaction.by_public(other).business_date
    url, csv = place_of(shadow).url_of(shadow), reverse("admin:ledger_shadow_csv", args=[shadow.public_id])
    ola = browser_of("ola")
    assert "All 0 postings" not in ola.get(url, {"since": "2020-01-01", "until": "2020-01-02"}).content.decode()
    assert "Nothing was compared in these days" in ola.get(url, {"since": "2020-01-01", "until": "2020-01-02"}).content.decode()
    assert "is not a day" in ola.get(url, {"since": "tuesday"}).content.decode()
    rows = ola.get(csv, {"since": str(day), "until": str(day)}).getvalue().decode().splitlines()
    assert len(rows) == 3
    assert rows[1].startswith(f"{other},{day},{RULE},fee_income,")
    assert ola.get(csv, {"since": "tuesday"}).status_code == 400


@pytest.mark.spec("L11")
def test_a_page_does_not_sum_what_is_too_much_and_says_so(
    scene: Any, rules: None, browser_of: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    shadow = opened(browser_of)
    for key in ("k1", "k2"):
        book(scene, key, fee=30)
    url = place_of(shadow).url_of(shadow)
    assert "Balances that would differ" in browser_of("ola").get(url).content.decode()
    monkeypatch.setattr("ledger.admin.shadows.report.MOST_ON_A_PAGE", 1)
    page = browser_of("ola").get(url).content.decode()
    assert "too many to sum on a page" in page
    assert "Balances that would differ" not in page
    assert "2 of 2 postings differ" in page


@pytest.mark.spec("L11")
def test_a_list_without_shadows_says_so(scene: Any, browser_of: Callable[[str], Client]) -> None:
    Shadow.objects.all().delete()
    assert "No rule is in shadow" in browser_of("ola").get(list_url(Shadow)).content.decode()
