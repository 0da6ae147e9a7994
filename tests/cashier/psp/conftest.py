"""The providers that the contract suite runs against: each is running behind a real socket, and told how to behave by its tokens.

The sandbox is the real one; Stripe and Adyen are servers that speak their documented wire format; the generic provider is a
signed door before the sandbox.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from cashier.psp.base import Adapter, Credentials
from cashier.psp.capabilities import CAPABILITIES, Capabilities
from cashier.psp.registry import get_adapter
from tests.cashier.psp.servers.adyen_server import SECRET as ADYEN_SECRET
from tests.cashier.psp.servers.adyen_server import AdyenServer
from tests.cashier.psp.servers.generic_server import SECRET as GENERIC_SECRET
from tests.cashier.psp.servers.generic_server import GenericServer
from tests.cashier.psp.servers.stripe_server import SECRET as STRIPE_SECRET
from tests.cashier.psp.servers.stripe_server import StripeServer
from tests.sandbox.conftest import receiver, sandbox
from tests.sandbox.running import SECRETS, RunningSandbox, eventually

__all__ = ["receiver", "sandbox"]
PROVIDERS = ("sandbox", "stripe", "adyen", "generic")
SANDBOX_TOKENS = {
    "approve": "tok_approve",
    "decline": "tok_decline_insufficient_funds",
    "soft_decline": "tok_decline_authentication_required",
    "hard_decline": "tok_decline_stolen_card",
    "challenge": "tok_challenge",
    "frictionless": "tok_frictionless",
    "pending": "tok_pending_forever",
    "timeout_before": "tok_timeout_before",
    "timeout_after": "tok_timeout_after",
    "error_after": "tok_error_after",
    "refund_fail": "tok_approve.refund_fail",
    "payout_refuse": "tok_approve.payout_refuse",
    "payout_timeout": "tok_approve.payout_timeout_after",
}
STRIPE_TOKENS = {
    **{name: f"pm_{name}" for name in SANDBOX_TOKENS},
    "decline": "pm_decline_insufficient_funds",
    "soft_decline": "pm_decline_authentication_required",
    "hard_decline": "pm_decline_stolen_card",
}
ADYEN_TOKENS = {
    **{name: f"card_{name}" for name in SANDBOX_TOKENS},
    "decline": "card_decline_12_51",
    "soft_decline": "card_decline_38_65",
    "hard_decline": "card_decline_2_43",
}


@dataclass(frozen=True)
class Provider:
    """One provider under test. `tokens` maps what the suite wants to the provider's way of asking for it.

    `complete_challenge` opens the challenge's address as the player does, and returns what the browser brings back.
    """

    name: str
    adapter: Adapter
    credentials: Credentials
    tokens: dict[str, str]
    complete_challenge: Callable[[str], dict[str, str]]
    open_dispute: Callable[[str], str]
    wait_for: Callable[..., object] = eventually

    @property
    def can(self) -> Capabilities:
        """What it says that it can do."""
        return CAPABILITIES[self.name]

    def impatient(self, seconds: float = 0.5) -> Credentials:
        """The same credentials with a short deadline."""
        return replace(self.credentials, timeout_seconds=seconds)


@pytest.fixture(scope="session")
def stripe_server() -> Iterator[StripeServer]:
    """Stripe, as far as we call it."""
    server = StripeServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def adyen_server() -> Iterator[AdyenServer]:
    """Adyen, as far as we call it."""
    server = AdyenServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def generic_server(sandbox: RunningSandbox) -> Iterator[GenericServer]:
    """The signed door before the sandbox."""
    server = GenericServer(sandbox.url, SECRETS["SANDBOX_EU"])
    yield server
    server.close()


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> Provider:
    """Every registered provider. A new adapter adds a name and a function."""
    made: Provider = request.getfixturevalue(f"{request.param}_provider")
    return made


@pytest.fixture
def sandbox_provider(sandbox: RunningSandbox) -> Provider:
    return Provider(
        name="sandbox",
        adapter=get_adapter("sandbox"),
        credentials=Credentials("SANDBOX_EU", sandbox.url, SECRETS["SANDBOX_EU"], timeout_seconds=10.0),
        tokens=SANDBOX_TOKENS,
        complete_challenge=lambda url: pass_sandbox_challenge(sandbox, url),
        open_dispute=lambda reference: open_sandbox_dispute(sandbox, reference),
    )


@pytest.fixture
def stripe_provider(stripe_server: StripeServer) -> Provider:
    return Provider(
        name="stripe",
        adapter=get_adapter("stripe"),
        credentials=Credentials("STRIPE_EU", stripe_server.url, STRIPE_SECRET, timeout_seconds=10.0),
        tokens=STRIPE_TOKENS,
        complete_challenge=visit,
        open_dispute=stripe_server.open_dispute,
    )


@pytest.fixture
def adyen_provider(adyen_server: AdyenServer) -> Provider:
    return Provider(
        name="adyen",
        adapter=get_adapter("adyen"),
        credentials=Credentials("ADYEN_EU", adyen_server.url, ADYEN_SECRET, timeout_seconds=10.0),
        tokens=ADYEN_TOKENS,
        complete_challenge=visit,
        open_dispute=adyen_server.open_dispute,
    )


@pytest.fixture
def generic_provider(generic_server: GenericServer, sandbox: RunningSandbox) -> Provider:
    return Provider(
        name="generic",
        adapter=get_adapter("generic"),
        credentials=Credentials("GENERIC_EU", generic_server.url, GENERIC_SECRET, timeout_seconds=10.0),
        tokens=SANDBOX_TOKENS,
        complete_challenge=lambda url: pass_sandbox_challenge(sandbox, url),
        open_dispute=lambda reference: open_sandbox_dispute(sandbox, reference),
    )


def pass_sandbox_challenge(sandbox: RunningSandbox, url: str) -> dict[str, str]:
    """The payer passes the challenge and is led back."""
    assert sandbox.http.post(url, data={"outcome": "approve"}).status_code == 303
    return {}


def open_sandbox_dispute(sandbox: RunningSandbox, reference: str) -> str:
    return str(sandbox.control("POST", "disputes", {"merchant_reference": reference})["dispute_id"])


def visit(url: str) -> dict[str, str]:
    """The player opens the address; the parameters that the browser is sent back with."""
    answer = httpx.get(url, trust_env=False)
    assert answer.status_code in (200, 303)
    return dict(httpx.URL(answer.headers.get("Location", "")).params)
