"""The pages of fees charged and of the reserve calendar (R12, R14)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse


def told(page: Any) -> str:
    return str(page.content.decode())


@pytest.mark.spec("R12", "R14")
def test_both_pages_open_and_need_the_permission_to_see_runs(browser_of: Callable[[str], Client], scene: object) -> None:
    from django.contrib.auth.models import Group, Permission

    client = browser_of("ben")
    names = ("admin:fees_charged", "admin:reserves")
    assert [client.get(reverse(name)).status_code for name in names] == [200, 200]
    assert "No PSP has withheld anything." in told(client.get(reverse("admin:reserves")))
    assert client.get(reverse("admin:fee_claim", args=["NOBODY"])).status_code == 404

    Group.objects.get(name="finance").permissions.remove(*Permission.objects.filter(codename="view_reconciliationrun"))
    assert [client.get(reverse(name)).status_code for name in names] == [403, 403]
    assert [Client().get(reverse(name)).status_code for name in names] == [302, 302]


@pytest.mark.spec("R12")
def test_a_week_that_differs_is_told_with_its_case_and_its_claim(browser_of: Callable[[str], Client], scene: Any) -> None:
    from reconciliation.operations.groups import Part, raise_group

    account = scene.accounts[0]
    case = raise_group(
        code="FEE_DIFFERS", key="x", part=Part("38", 3, 6_512, 0), account=account, currency="EUR", business_date=date(2026, 3, 10),
        facts={"fee": "processing", "week": "2026-03-09"}, links=[], run=None, now=scene.now,
    )  # fmt: skip

    text = told(browser_of("ben").get(reverse("admin:fees_charged")))
    assert f"{account.code} took too much" in text
    assert "65.12" in text and case.public_id in text and "2026-03-09" in text
    claim = browser_of("ben").get(reverse("admin:fee_claim", args=[account.code]))
    assert b"".join(claim.streaming_content).decode().startswith("Merchant account,Batch,Report,Line,")  # type: ignore[attr-defined]
