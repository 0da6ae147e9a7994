"""The casino's accounts at other providers, each behind its local server."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.cashier.psp.conftest import adyen_server, stripe_server
from tests.cashier.psp.servers.adyen_server import SECRET as ADYEN_SECRET
from tests.cashier.psp.servers.adyen_server import AdyenServer
from tests.cashier.psp.servers.stripe_server import SECRET as STRIPE_SECRET
from tests.cashier.psp.servers.stripe_server import StripeServer

if TYPE_CHECKING:
    from cashier.models import MerchantAccount
    from tests.cashier.world import World

__all__ = ["adyen_server", "stripe_server"]


def move_to(world: "World", provider: str, url: str, secret: str, monkeypatch: pytest.MonkeyPatch) -> "World":
    """The casino's first account is at this provider from now on; its second is not in use."""
    monkeypatch.setenv(f"{world.account.code}_API_KEY", secret)
    for account, fields in ((world.account, {"provider": provider, "base_url": url}), (world.other_account, {"is_active": False})):
        change(account, **fields)
    return world


def change(account: "MerchantAccount", **fields: Any) -> None:
    for name, value in fields.items():
        setattr(account, name, value)
    account.save()


@pytest.fixture
def at_adyen(world: "World", adyen_server: AdyenServer, monkeypatch: pytest.MonkeyPatch) -> "World":
    return move_to(world, "adyen", adyen_server.url, ADYEN_SECRET, monkeypatch)


@pytest.fixture
def at_stripe(world: "World", stripe_server: StripeServer, monkeypatch: pytest.MonkeyPatch) -> "World":
    return move_to(world, "stripe", stripe_server.url, STRIPE_SECRET, monkeypatch)
