"""A merchant account's page says what its provider can do, how it is reconciled, and which secrets it holds (C16)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cashier.models import MerchantAccount

pytestmark = pytest.mark.spec("C16")


def page_of(browser_of: Callable[[str], Client], account: MerchantAccount) -> str:
    answer = browser_of("ada").get(f"/admin/cashier/merchantaccount/{account.public_id}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_page_has_the_row_of_the_matrix_and_no_secret(
    scene: Any, browser_of: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    account = MerchantAccount.objects.order_by("code")[0]
    monkeypatch.setenv(f"{account.secret_ref}_API_KEY", "very-secret-key")
    monkeypatch.setenv(f"{account.secret_ref}_WEBHOOK_SECRET", "newer-secret\nolder-secret")

    text = page_of(browser_of, account)

    assert "in parts, several" in text
    assert "by our reference, our key, its reference" in text
    assert "How it is reconciled" in text and "Its settlement detail report names our reference" in text
    assert "rotating: 2 values" in text
    assert "very-secret" not in text and "newer-secret" not in text


def test_a_shared_secret_is_told_on_the_page(scene: Any, browser_of: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = MerchantAccount.objects.order_by("code")[:2]
    for account in (first, second):
        monkeypatch.setenv(f"{account.secret_ref}_API_KEY", "one-key-for-two")

    assert f"{first.code} and {second.code} hold the same api key" in page_of(browser_of, first)


def test_a_provider_that_cant_be_asked_says_so(scene: Any, browser_of: Callable[[str], Client]) -> None:
    account = MerchantAccount.objects.order_by("code")[0]
    account.provider = "adyen"
    account.save()

    text = page_of(browser_of, account)

    assert "no: the same request is sent again under its key" in text
    assert "taken in; the end comes by notification" in text
