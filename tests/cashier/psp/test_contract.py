"""What every adapter must do (C7, C8, C13, C15, C16), run against the provider itself."""

import hashlib

import pytest

from cashier.psp import (
    AcceptDisputeRequest,
    AuthorizeRequest,
    CaptureRequest,
    EvidenceFile,
    EvidenceRequest,
    LookupResult,
    Outcome,
    PayoutRequest,
    PspError,
    PspKeyReused,
    PspResult,
    PspTimeout,
    RefundRequest,
    VoidRequest,
)
from cashier.psp.declines import DECLINES
from tests.cashier.psp.conftest import Provider
from tests.sandbox.running import fresh

pytestmark = pytest.mark.spec("C16")


def _request(
    provider: Provider, behaviour: str, *, capture: str = "auto", reference: str = "", amount_minor: int = 5000
) -> AuthorizeRequest:
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


def _authorize(provider: Provider, behaviour: str, **options: object) -> PspResult:
    return provider.adapter.authorize(provider.credentials, _request(provider, behaviour, **options))  # type: ignore[arg-type]


def _look_up(provider: Provider, **query: str) -> LookupResult:
    found = provider.adapter.lookup(provider.credentials, **query)
    assert found is not None
    return found


def test_automatic_capture_names_payment_and_capture(provider: Provider) -> None:
    result = _authorize(provider, "approve")
    assert (result.outcome, result.amount_minor, result.currency) == (Outcome.CAPTURED, 5000, "EUR")
    assert result.psp_ref
    assert result.object_ref
    assert result.occurred_at is not None
    assert result.occurred_at.tzinfo is not None
    assert result.decline_code == ""


@pytest.mark.spec("C13", "C14")
def test_proof_of_authentication_and_checks_come_along(provider: Provider) -> None:
    result = _authorize(provider, "frictionless")
    assert (result.eci, result.three_ds_version, result.avs, result.cvv) == ("05", "2.2.0", "Y", "M")
    assert result.cavv
    assert result.ds_trans_id


@pytest.mark.spec("C15")
@pytest.mark.parametrize(
    ("behaviour", "code", "retry"),
    [
        ("decline", "insufficient_funds", "same_later"),
        ("soft_decline", "authentication_required", "step_up"),
        ("hard_decline", "stolen_card", "never"),
    ],
)
def test_declines_are_answers_in_our_own_words(provider: Provider, behaviour: str, code: str, retry: str) -> None:
    result = _authorize(provider, behaviour)
    assert (result.outcome, result.decline_code, result.retry) == (Outcome.DECLINED, code, retry)
    assert code in DECLINES
    assert result.psp_ref


def test_pending_is_pending(provider: Provider) -> None:
    result = _authorize(provider, "pending")
    assert (result.outcome, result.object_ref) == (Outcome.PENDING, "")


@pytest.mark.spec("C13")
def test_a_challenge_gives_an_address_and_ends_in_the_lookup(provider: Provider) -> None:
    reference = fresh("pi_")
    result = _authorize(provider, "challenge", reference=reference)
    assert result.outcome is Outcome.ACTION_REQUIRED
    assert result.action is not None
    assert result.action["type"] == "redirect"
    provider.complete_challenge(result.action["url"])
    found = _look_up(provider, merchant_reference=reference)
    assert (found.state, found.captured_minor, found.eci) == ("CAPTURED", 5000, "05")


def test_captures_in_parts_then_the_rest_is_voided(provider: Provider) -> None:
    reference = fresh("pi_")
    authorized = _authorize(provider, "approve", capture="manual", reference=reference)
    assert (authorized.outcome, authorized.object_ref) == (Outcome.APPROVED, "")
    ours = [fresh("cap_"), fresh("cap_")]
    for capture, amount_minor in zip(ours, (3000, 1500), strict=True):
        request = CaptureRequest(fresh("key"), authorized.psp_ref, capture, amount_minor, "EUR")
        result = provider.adapter.capture(provider.credentials, request)
        assert (result.outcome, result.amount_minor, result.psp_ref) == (Outcome.CAPTURED, amount_minor, authorized.psp_ref)
    too_much = CaptureRequest(fresh("key"), authorized.psp_ref, fresh("cap_"), 501, "EUR")
    assert provider.adapter.capture(provider.credentials, too_much).outcome is Outcome.REFUSED
    assert provider.adapter.void(provider.credentials, VoidRequest(fresh("key"), authorized.psp_ref, reference)).outcome is Outcome.APPROVED
    found = _look_up(provider, psp_ref=authorized.psp_ref)
    assert [capture.merchant_reference for capture in found.captures] == ours
    assert _look_up(provider, merchant_reference=ours[0]).psp_ref == authorized.psp_ref


def test_void_is_refused_once_captured(provider: Provider) -> None:
    captured = _authorize(provider, "approve")
    refused = provider.adapter.void(provider.credentials, VoidRequest(fresh("key"), captured.psp_ref, fresh("pi_")))
    assert (refused.outcome, refused.decline_code) == (Outcome.REFUSED, "wrong_state")


def test_refunds_are_accepted_up_to_the_capture_and_end_later(provider: Provider) -> None:
    captured, ours = _authorize(provider, "approve"), fresh("rf_")
    request = RefundRequest(fresh("key"), captured.psp_ref, captured.object_ref, ours, 2000, "EUR")
    accepted = provider.adapter.refund(provider.credentials, request)
    assert (accepted.outcome, accepted.amount_minor) == (Outcome.SUBMITTED, 2000)
    above = RefundRequest(fresh("key"), captured.psp_ref, captured.object_ref, fresh("rf_"), 3001, "EUR")
    assert provider.adapter.refund(provider.credentials, above).decline_code == "amount_too_high"
    assert provider.wait_for(lambda: _look_up(provider, merchant_reference=ours).state == "SUCCEEDED")
    found = _look_up(provider, merchant_reference=ours)
    assert (found.kind, found.object_ref, found.psp_ref) == ("refund", accepted.object_ref, captured.psp_ref)
    assert _look_up(provider, psp_ref=captured.psp_ref).refunds[0].merchant_reference == ours


def test_a_refund_that_fails_says_so_when_asked(provider: Provider) -> None:
    captured, key = _authorize(provider, "refund_fail"), fresh("key")
    provider.adapter.refund(provider.credentials, RefundRequest(key, captured.psp_ref, captured.object_ref, fresh("rf_"), 2000, "EUR"))
    assert provider.wait_for(lambda: _look_up(provider, idempotency_key=key).state == "FAILED")


def test_payouts_are_accepted_refused_and_found(provider: Provider) -> None:
    ours = fresh("po_")
    accepted = provider.adapter.payout(provider.credentials, PayoutRequest(fresh("key"), ours, 2000, "EUR", provider.tokens["approve"]))
    assert (accepted.outcome, accepted.amount_minor) == (Outcome.SUBMITTED, 2000)
    assert provider.wait_for(lambda: _look_up(provider, merchant_reference=ours).state == "SUCCEEDED")
    found = _look_up(provider, merchant_reference=ours)
    assert found.payout is not None
    assert (found.kind, found.payout.object_ref) == ("payout", accepted.object_ref)
    bad = PayoutRequest(fresh("key"), fresh("po_"), 2000, "EUR", provider.tokens["payout_refuse"])
    assert provider.adapter.payout(provider.credentials, bad).outcome is Outcome.REFUSED


def test_disputes_are_answered_or_accepted_once(provider: Provider) -> None:
    content = b"all that we know"
    file = EvidenceFile("pack.txt", "text/plain", hashlib.sha256(content).hexdigest(), content)
    first, second = fresh("pi_"), fresh("pi_")
    for reference in (first, second):
        _authorize(provider, "approve", reference=reference)
    answered, given_up = provider.open_dispute(first), provider.open_dispute(second)
    evidence = provider.adapter.submit_evidence(provider.credentials, EvidenceRequest(fresh("key"), answered, [file], "see file"))
    assert (evidence.outcome, evidence.object_ref) == (Outcome.SUBMITTED, answered)
    accepted = provider.adapter.accept_dispute(provider.credentials, AcceptDisputeRequest(fresh("key"), given_up))
    assert accepted.outcome is Outcome.APPROVED
    again = provider.adapter.accept_dispute(provider.credentials, AcceptDisputeRequest(fresh("key"), given_up))
    assert (again.outcome, again.decline_code) == (Outcome.REFUSED, "wrong_state")


@pytest.mark.spec("C7")
def test_same_key_same_answer_other_request_refused(provider: Provider) -> None:
    request = _request(provider, "approve")
    first = provider.adapter.authorize(provider.credentials, request)
    assert provider.adapter.authorize(provider.credentials, request).psp_ref == first.psp_ref
    other = AuthorizeRequest(request.idempotency_key, request.merchant_reference, 5001, "EUR", request.payment_token)
    with pytest.raises(PspKeyReused):
        provider.adapter.authorize(provider.credentials, other)


@pytest.mark.spec("C8")
def test_no_answer_is_unknown_and_the_lookup_tells_what_happened(provider: Provider) -> None:
    charged, lost = _request(provider, "timeout_after"), _request(provider, "timeout_before")
    for request in (charged, lost):
        with pytest.raises(PspTimeout):
            provider.adapter.authorize(provider.impatient(), request)
    found = _look_up(provider, idempotency_key=charged.idempotency_key)
    assert (found.state, found.captured_minor, found.idempotency_key) == ("CAPTURED", 5000, charged.idempotency_key)
    assert provider.adapter.lookup(provider.credentials, idempotency_key=lost.idempotency_key) is None
    assert provider.adapter.lookup(provider.credentials, merchant_reference=lost.merchant_reference) is None
    assert provider.adapter.authorize(provider.credentials, charged).psp_ref == found.psp_ref
    assert provider.adapter.authorize(provider.credentials, lost).outcome is Outcome.CAPTURED


@pytest.mark.spec("C8")
def test_a_servers_failure_is_unknown_too(provider: Provider) -> None:
    request = _request(provider, "error_after")
    with pytest.raises(PspError):
        provider.adapter.authorize(provider.credentials, request)
    assert _look_up(provider, merchant_reference=request.merchant_reference).state == "CAPTURED"


@pytest.mark.spec("P5")
def test_a_payout_without_answer_is_never_paid_twice(provider: Provider) -> None:
    request = PayoutRequest(fresh("key"), fresh("po_"), 2000, "EUR", provider.tokens["payout_timeout"])
    with pytest.raises(PspTimeout):
        provider.adapter.payout(provider.impatient(), request)
    found = _look_up(provider, idempotency_key=request.idempotency_key)
    assert provider.adapter.payout(provider.credentials, request).object_ref == found.object_ref


def test_a_lookup_needs_something_to_look_for(provider: Provider) -> None:
    with pytest.raises(ValueError):
        provider.adapter.lookup(provider.credentials)
    assert provider.adapter.lookup(provider.credentials, merchant_reference="pi_nobody_knows") is None
