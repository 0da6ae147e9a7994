"""Each merchant account has secrets, keys and certificates of its own (C16)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cashier.models import MerchantAccount
from cashier.operations.credentials import credentials_of
from cashier.operations.own_secrets import SecretShared, list_shared
from cashier.operations.settings.accounts import MERCHANT_ACCOUNT
from cashier.secrets import Purpose, certificate_ends_at, certificate_path
from ledger.errors import ApprovalRefused
from tests.cashier.providers.certificates import Authority
from tests.cashier.world import World

pytestmark = pytest.mark.spec("C16")


def check(account: MerchantAccount) -> None:
    """What asking for other settings checks, and deciding checks again."""
    assert MERCHANT_ACCOUNT.check is not None
    MERCHANT_ACCOUNT.check(account)


def test_accounts_with_their_own_are_called(world: World) -> None:
    assert credentials_of(world.account).secret == "first-secret"
    assert credentials_of(world.account).client_certificate == ""
    assert list_shared(world.account) == []


@pytest.mark.parametrize("purpose", ["API_KEY", "WEBHOOK_SECRET", "WEBHOOK_PUBLIC_KEY"])
def test_the_same_secret_on_two_accounts_is_refused(world: World, purpose: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"SANDBOX_EU2_{purpose}", "brand-new\nfirst-secret")  # even as the one that rotates away

    with pytest.raises(SecretShared, match="SANDBOX_EU and SANDBOX_EU2 hold the same"):
        credentials_of(world.account)
    world.account.currencies = ["EUR"]
    with pytest.raises(ApprovalRefused, match="each account needs its own"):
        check(world.account)


def test_nothing_is_sent_with_a_shared_secret_and_it_goes_on_when_mended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_EU2_API_KEY", "first-secret")
    attempt = world.begin(world.intent())
    assert world.send(attempt) == "unreachable"
    assert world.fresh(attempt).call_state == "READY"

    monkeypatch.setenv("SANDBOX_EU2_API_KEY", "second-secret")
    row = world.fresh(attempt)
    row.next_try_at = row.created_at - timedelta(minutes=1)
    row.save()
    assert world.send(attempt) == "CAPTURED"


def test_one_account_may_use_one_value_for_two_things(world: World) -> None:
    world.account.currencies = ["EUR"]
    check(world.account)  # its API key is its webhook secret here


def test_the_same_key_in_two_certificates_is_refused(world: World, tmp_path: Path, settings: Any) -> None:
    settings.SECRETS_DIR = str(tmp_path)
    authority = Authority(tmp_path)
    for code in ("SANDBOX_EU", "SANDBOX_EU2"):
        authority.client(f"{code}_{Purpose.CLIENT_CERTIFICATE}")
    assert credentials_of(world.account).client_certificate == str(tmp_path / "SANDBOX_EU_CLIENT_CERTIFICATE")
    assert certificate_ends_at("SANDBOX_EU") == authority.ends_at

    authority.client("SANDBOX_EU2_CLIENT_CERTIFICATE", key=authority.keys["SANDBOX_EU_CLIENT_CERTIFICATE"])
    with pytest.raises(SecretShared, match="the same client certificate"):
        credentials_of(world.account)


def test_a_certificate_that_cant_be_read_is_refused(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("not a certificate")
    monkeypatch.setenv("SANDBOX_EU_CLIENT_CERTIFICATE", str(broken))
    assert certificate_path("SANDBOX_EU") == str(broken)

    with pytest.raises(SecretShared, match="no PEM certificate"):
        credentials_of(world.account)


def test_methods_that_its_provider_does_not_take_are_refused(world: World) -> None:
    world.account.provider, world.account.methods, world.account.currencies = "stripe", ["card", "directdebit"], ["EUR"]

    with pytest.raises(ApprovalRefused, match="Stripe does not take directdebit"):
        check(world.account)
