"""The providers that the contract suite runs against: each is real, running, and told how to behave by magic tokens."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from cashier.psp.base import Adapter, Credentials
from cashier.psp.registry import get_adapter
from tests.sandbox.conftest import receiver, sandbox
from tests.sandbox.running import SECRETS, RunningSandbox, eventually

__all__ = ["receiver", "sandbox"]


@dataclass(frozen=True)
class Provider:
    """One provider under test. `tokens` maps what the suite wants to the provider's way of asking for it."""

    adapter: Adapter
    credentials: Credentials
    tokens: dict[str, str]
    wait_for: Callable[..., object]
    complete_challenge: Callable[[str], None]
    open_dispute: Callable[[str], str]

    def impatient(self, seconds: float = 0.5) -> Credentials:
        """The same credentials with a short deadline."""
        return replace(self.credentials, timeout_seconds=seconds)


@pytest.fixture(params=["sandbox"])
def provider(request: pytest.FixtureRequest, sandbox: RunningSandbox) -> Provider:
    """Every registered provider that can be run here. A new adapter adds a parameter and a branch."""
    return Provider(
        adapter=get_adapter(request.param),
        credentials=Credentials("SANDBOX_EU", sandbox.url, SECRETS["SANDBOX_EU"], timeout_seconds=10.0),
        tokens={
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
        },
        wait_for=eventually,
        complete_challenge=lambda url: _approve(sandbox, url),
        open_dispute=lambda reference: str(sandbox.control("POST", "disputes", {"merchant_reference": reference})["dispute_id"]),
    )


def _approve(sandbox: RunningSandbox, url: str) -> None:
    """The payer passes the challenge and is led back."""
    assert sandbox.http.post(url, data={"outcome": "approve"}).status_code == 303
