"""Matching rules in the back office (R15, S1): drafted, changed in a dialog, back-tested, sent, approved by another."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger.ids import new_id
from ledger.models import ApprovalRequest, AuditRecord
from reconciliation.models import BackTest, MatchingRules
from reconciliation.operations.matching_rules.back_tests import run_back_test
from tests.backoffice.pressing import place_of, press

pytestmark = pytest.mark.spec("R15", "S1")


def page_of(client: Client, row: Any, query: str = "") -> str:
    return str(client.get(f"{place_of(row).url_of(row)}{query}").content.decode())


def test_from_a_draft_to_rules_in_force(scene: Any, browser_of: Callable[[str], Client]) -> None:
    ada, kim = browser_of("ada"), browser_of("kim")
    url = reverse("admin:reconciliation_matchingrules_list_act", args=["draft"])
    assert browser_of("kim").post(url, {"once": str(new_id())}).status_code == 403
    assert ada.post(url, {"once": str(new_id())}).status_code == 302
    row = MatchingRules.objects.latest("version")
    shown = page_of(ada, row)
    assert "Payout by payer, amount and day" in shown and "bank.payer_and_amount@1" in shown and "Nothing." in shown

    # a parameter out of its bounds is refused in words, one within them is another version of the rule
    assert "is a whole number from 8 to 64: a shorter reference" in change(ada, row, shortest=4).content.decode()
    assert change(ada, row, shortest=12).status_code == 302
    row.refresh_from_db()
    assert "Change payout by the psp" in page_of(ada, row, "?edit=bank.payout_reference")
    assert all(told in page_of(ada, row) for told in ("bank.payout_reference@2", "shortest reference 8 becomes 12"))
    assert press(ada, row, "send", reason="distinct references").status_code == 409

    assert press(ada, row, "test", since="2026-11-13", until="2026-11-20", account="").status_code == 302
    test = BackTest.objects.get(rules=row)
    assert "Running: 0 of 0 lines" in page_of(ada, row)
    run_back_test(back_test_id=test.pk, now=scene.now)
    assert "lose their match" in page_of(ada, row) and "against v1, all accounts" in page_of(browser_of("ola"), test)
    assert press(ada, row, "send", reason="distinct references").status_code == 302
    request = ApprovalRequest.objects.get(kind="matching_rules.activate")
    asked = page_of(kim, request)
    assert "11. on, @1: shortest reference 8" in asked and "11. on, @2: shortest reference 12" in asked
    assert press(kim, request, "approve").status_code == 302

    row.refresh_from_db()
    assert row.state == "ACTIVE" and "In force" in page_of(browser_of("ola"), row)
    assert AuditRecord.objects.filter(act="matching_rules.activated", target_id=row.public_id).exists()
    assert "Ask to bring version 1 back" in page_of(ada, MatchingRules.objects.get(version=1))


def test_the_products_own_version_is_in_force_from_the_start_whatever_the_clock(scene: Any, browser_of: Callable[[str], Client]) -> None:
    shown = browser_of("ola").get(reverse("admin:reconciliation_matchingrules_changelist")).content.decode()

    assert "From the start" in shown


def change(client: Client, row: MatchingRules, *, shortest: int) -> Any:
    return press(client, row, "rule", rule="bank.payout_reference", is_on="on", place="2", p_shortest_reference=str(shortest))


def test_a_draft_is_dropped_and_stays_to_be_read(scene: Any, browser_of: Callable[[str], Client]) -> None:
    ada = browser_of("ada")
    row = MatchingRules.objects.latest("version")
    assert row.state == "DRAFT"

    assert press(ada, row, "drop").status_code == 302
    assert "Dropped" in page_of(ada, row)
    assert change(ada, row, shortest=12).status_code == 403
    assert press(ada, row, "copy").status_code == 302
    assert MatchingRules.objects.latest("version").based_on == row


def test_what_nobody_offered_is_refused_in_the_dialog(scene: Any, browser_of: Callable[[str], Client]) -> None:
    ada = browser_of("ada")
    row = MatchingRules.objects.latest("version")
    url = place_of(row).url_of(row)
    assert ada.get(f"{url}?edit=sale.guess").status_code == 200
    assert press(ada, row, "rule", rule="sale.guess", is_on="on").status_code == 403
    for said in ({"place": "9", "p_shortest_reference": "12"}, {"place": "1", "p_shortest_reference": "9" * 40}, {"place": "1"}):
        answer = press(ada, row, "rule", rule="bank.payout_reference", is_on="on", **said)
        assert 400 <= answer.status_code < 500
    answer = press(ada, row, "rule", rule="bank.payer_and_amount", is_on="on", p_sources=["camt053"], p_days_after_due="0")
    assert 400 <= answer.status_code < 500
    assert press(ada, row, "rule", rule="bank.duplicate").status_code == 302  # a rule without choice stays as it is
    assert press(ada, row, "test", since="2026-11-01", until="2026-12-31", account="").status_code == 409
    row.refresh_from_db()
    assert BackTest.objects.filter(rules=row).count() == 1
