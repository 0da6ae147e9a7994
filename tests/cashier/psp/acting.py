"""Short ways to act at a provider under test."""

from collections.abc import Callable

import pytest

from cashier.psp import (
    AuthorizeRequest,
    CaptureRequest,
    Credentials,
    LookupNotOffered,
    LookupResult,
    Outcome,
    PayoutRequest,
    PspResult,
    PspTimeout,
    PspUnreachable,
    RefundRequest,
)
from tests.cashier.psp.conftest import Provider
from tests.sandbox.running import fresh


def new_request(provider: Provider, behaviour: str, *, capture: str = "auto", reference: str = "") -> AuthorizeRequest:
    return AuthorizeRequest(
        idempotency_key=fresh("key"),
        merchant_reference=reference or fresh("pi_"),
        amount_minor=5000,
        currency="EUR",
        payment_token=provider.tokens[behaviour],
        capture=capture,
        return_url="https://casino.example/back",
        device={"ip": "203.0.113.7"},
        trace_id=fresh("trace"),
    )


def authorize(provider: Provider, behaviour: str, *, capture: str = "auto", reference: str = "") -> PspResult:
    return provider.adapter.authorize(provider.credentials, new_request(provider, behaviour, capture=capture, reference=reference))


def look_up(provider: Provider, **query: str) -> LookupResult | None:
    """What the provider holds; None where it can't be asked, which it must say then."""
    if not provider.can.can_look_up:
        with pytest.raises(LookupNotOffered):
            provider.adapter.lookup(provider.credentials, **query)
        return None
    found = provider.adapter.lookup(provider.credentials, **query)
    assert found is not None
    return found


def state_of(provider: Provider, **query: str) -> str:
    found = look_up(provider, **query)
    return found.state if found else ""


def go_unanswered(provider: Provider, send: Callable[[Credentials], PspResult]) -> None:
    """Send with a deadline that the provider's silence outlasts.

    What was not sent at all, because building it took this machine the whole deadline, says so, and is sent again.
    """
    for _ in range(3):
        try:
            with pytest.raises(PspTimeout):
                send(provider.impatient())
        except PspUnreachable:
            continue
        return
    pytest.fail("never sent")


def capture_part(provider: Provider, psp_ref: str, amount_minor: int, ours: str = "") -> PspResult:
    request = CaptureRequest(fresh("key"), psp_ref, ours or fresh("cap_"), amount_minor, "EUR")
    return provider.adapter.capture(provider.credentials, request)


def refund_part(provider: Provider, captured: PspResult, amount_minor: int, *, ours: str = "", key: str = "") -> PspResult:
    reference = ours or fresh("rf_")
    request = RefundRequest(key or fresh("key"), captured.psp_ref, captured.object_ref, reference, amount_minor, "EUR")
    return provider.adapter.refund(provider.credentials, request)


def is_turned_down(provider: Provider, result: PspResult, code: str = "") -> bool:
    """Refused; or only taken in, by a provider that tells refusals of captures, voids and refunds by notification."""
    if not provider.can.modifies_at_once:
        return result.outcome is Outcome.SUBMITTED
    return result.outcome is Outcome.REFUSED and (not code or result.decline_code == code)


def is_voided(provider: Provider, result: PspResult) -> bool:
    return result.outcome is (Outcome.APPROVED if provider.can.modifies_at_once else Outcome.SUBMITTED)


def pay_out(provider: Provider, behaviour: str, *, ours: str = "") -> PspResult:
    request = PayoutRequest(fresh("key"), ours or fresh("po_"), 2000, "EUR", provider.tokens[behaviour])
    return provider.adapter.payout(provider.credentials, request)
