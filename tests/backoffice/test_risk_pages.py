"""Pages of risk: deposits held for review, who paid, what was frozen, events asked for (C10, K10, K11, W6)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cashier.models import DepositReview, EventPull, FrozenChecks, PayerCheck, RoutingRules
from ledger.models import AuditRecord
from tests.backoffice.pressing import list_url, place_of, press

Browser = Callable[[str], Client]


def text_of(client: Client, row: Any) -> str:
    return client.get(place_of(row).url_of(row)).content.decode()


@pytest.mark.spec("C10", "K3")
@pytest.mark.parametrize(("act", "state", "deposit"), [("allow", "ALLOWED", "INITIATED"), ("refuse", "REFUSED", "FAILED")])
def test_risk_decides_on_a_deposit_that_is_held(act: str, state: str, deposit: str, scene: Any, browser_of: Browser) -> None:
    review = DepositReview.objects.get()
    assert press(browser_of("ada"), review, act, reason="Known to us for years").status_code == 403
    assert press(browser_of("rafe"), review, act, reason="Known to us for years").status_code == 302
    review.refresh_from_db()
    assert (review.state, review.intent.state, review.reason) == (state, deposit, "Known to us for years")
    assert AuditRecord.objects.filter(act=f"review.{state.lower()}", reason="Known to us for years").exists()
    assert press(browser_of("rafe"), review, act, reason="Asked for once more").status_code == 403


@pytest.mark.spec("C10", "P4")
def test_nobody_decides_on_their_own_deposit(scene: Any, browser_of: Browser) -> None:
    review, rafe = DepositReview.objects.get(), scene.staff["rafe"]
    rafe.player_refs = [review.intent.player.public_id]
    rafe.save()
    assert press(browser_of("rafe"), review, "allow", reason="It is my own money").status_code == 409
    assert DepositReview.objects.get().state == "WAITING"


@pytest.mark.spec("K10", "B5", "S6")
def test_who_paid_is_masked_until_risk_asks_with_a_reason(scene: Any, browser_of: Browser) -> None:
    check = PayerCheck.objects.get()
    intent = check.attempt.intent
    for row in (check, intent, check.player):
        shown = text_of(browser_of("rafe"), row)
        assert "Thirdparty" not in shown and "Lovelace" not in shown
        assert "the payer has another name" in shown
    assert press(browser_of("ada"), check, "show", reason="Ticket 12 of the bank").status_code == 403
    rafe = browser_of("rafe")
    answer = press(rafe, check, "show", reason="Ticket 12 of the bank")
    assert answer.status_code == 302
    assert "Robin Thirdparty" in rafe.get(answer["Location"]).content.decode()
    assert "Thirdparty" not in rafe.get(answer["Location"]).content.decode(), "shown once"
    assert AuditRecord.objects.filter(act="payer.unmasked", reason="Ticket 12 of the bank").count() == 1


@pytest.mark.spec("K11")
def test_what_was_frozen_is_on_the_payment_and_its_hash_is_held_against_it(scene: Any, browser_of: Browser) -> None:
    row = FrozenChecks.objects.filter(intent__isnull=False).first()
    assert row is not None and row.intent is not None
    assert "Frozen with it" in text_of(browser_of("ola"), row.intent)
    assert "agrees with the facts" in text_of(browser_of("ola"), row)
    payout = FrozenChecks.objects.get(payout__isnull=False).payout
    assert "Frozen with it" in text_of(browser_of("ola"), payout)


@pytest.mark.spec("W6")
def test_events_asked_for_have_a_page(scene: Any, browser_of: Browser) -> None:
    assert scene.deposits[0].public_id[:8] in browser_of("ada").get(list_url(EventPull)).content.decode()


@pytest.mark.spec("C10", "C12")
def test_a_draft_has_rates_and_splits_with_conditions(scene: Any, browser_of: Browser) -> None:
    rules = RoutingRules.objects.get(version=1)
    assert press(browser_of("ada"), rules, "rates", rates="EUR 0.90\nGBP 0.80").status_code == 302
    code = scene.accounts[0].code
    split = {"name": "second", "percent": "5", "account": code, "guard_tries": "100", "guard_points": "3", "scheme": "visa", "region": "MT"}
    rules.refresh_from_db()
    assert press(browser_of("ada"), rules, "split", **split).status_code == 302
    rules.refresh_from_db()
    assert rules.body["options"]["usd_rates"] == {"EUR": "0.90", "GBP": "0.80"}
    assert rules.body["splits"][-1]["when"] == {"scheme": ["visa"], "region": ["MT"]}
    assert press(browser_of("ada"), rules, "rates", rates="EUR").status_code == 409
