"""What every adapter must do (C7, C8, C13, C15, C16), run against each provider over real HTTP.

Where a provider can't do a thing, its row of the capability matrix says so and the adapter must refuse it by name.
"""

import hashlib
from dataclasses import replace
from functools import partial

import pytest

from cashier.data.rails import LIVE
from cashier.psp import (
    AcceptDisputeRequest,
    CompleteRequest,
    EvidenceFile,
    EvidenceRequest,
    Outcome,
    PayoutRequest,
    PspError,
    PspKeyReused,
    PspUnreachable,
    VoidRequest,
)
from cashier.psp.declines import DECLINES
from tests.cashier.psp.acting import (
    authorize,
    capture_part,
    go_unanswered,
    is_turned_down,
    is_voided,
    look_up,
    new_request,
    pay_out,
    refund_part,
    state_of,
)
from tests.cashier.psp.conftest import Provider
from tests.sandbox.running import fresh

pytestmark = pytest.mark.spec("C16")


def test_automatic_capture_names_payment_and_capture(provider: Provider) -> None:
    result = authorize(provider, "approve")
    assert (result.outcome, result.amount_minor, result.currency) == (Outcome.CAPTURED, 5000, "EUR")
    assert result.psp_ref
    assert result.object_ref
    assert result.occurred_at is None or result.occurred_at.tzinfo is not None
    assert (result.decline_code, result.provider_code) == ("", "")


@pytest.mark.spec("C13", "C14")
def test_proof_of_authentication_and_checks_come_along(provider: Provider) -> None:
    result = authorize(provider, "frictionless")
    assert (result.eci, result.three_ds_version, result.avs, result.cvv) == ("05", "2.2.0", "Y", "M")
    assert bool(result.cavv) is provider.can.proof_of_3ds
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
    result = authorize(provider, behaviour)
    assert (result.outcome, result.decline_code, result.retry) == (Outcome.DECLINED, code, retry)
    assert code in DECLINES
    assert result.provider_code
    assert result.psp_ref


def test_pending_is_pending(provider: Provider) -> None:
    result = authorize(provider, "pending")
    assert (result.outcome, result.object_ref) == (Outcome.PENDING, "")


@pytest.mark.spec("C13")
def test_a_challenge_gives_an_address_and_ends_as_the_provider_says(provider: Provider) -> None:
    reference = fresh("pi_")
    result = authorize(provider, "challenge", reference=reference)
    assert result.outcome is Outcome.ACTION_REQUIRED
    assert result.action is not None
    assert result.action["type"] == "redirect"
    brought = provider.complete_challenge(result.action["url"])
    ended = provider.adapter.complete(provider.credentials, CompleteRequest(fresh("key"), result.psp_ref, reference, 5000, "EUR", brought))
    if provider.can.completes_challenge:  # by itself: there is nothing to complete, the lookup tells
        assert (ended.outcome, ended.decline_code) == (Outcome.REFUSED, "not_offered")
        found = look_up(provider, merchant_reference=reference)
        assert found is not None
        assert (found.state, found.captured_minor, found.eci) == ("CAPTURED", 5000, "05")
    else:
        assert (ended.outcome, ended.amount_minor, ended.eci) == (Outcome.CAPTURED, 5000, "05")


def test_captures_in_parts_then_the_rest_is_voided(provider: Provider) -> None:
    reference = fresh("pi_")
    authorized = authorize(provider, "approve", capture="manual", reference=reference)
    assert (authorized.outcome, authorized.object_ref) == (Outcome.APPROVED, "")
    assert is_turned_down(provider, capture_part(provider, authorized.psp_ref, 5001))
    parts = (3000, 1500) if provider.can.several_captures else (3000,)
    ours = [fresh("cap_") for _ in parts]
    for capture, amount_minor in zip(ours, parts, strict=True):
        result = capture_part(provider, authorized.psp_ref, amount_minor, capture)
        assert result.outcome in (Outcome.CAPTURED, Outcome.SUBMITTED)
        assert (result.amount_minor, result.psp_ref) == (amount_minor, authorized.psp_ref)
        assert result.object_ref
    assert is_turned_down(provider, capture_part(provider, authorized.psp_ref, 501 if provider.can.several_captures else 1))
    voided = provider.adapter.void(provider.credentials, VoidRequest(fresh("key"), authorized.psp_ref, reference))
    assert is_voided(provider, voided)
    found = look_up(provider, psp_ref=authorized.psp_ref)
    if found is not None:
        assert [capture.merchant_reference for capture in found.captures] == ours
        by_capture = look_up(provider, merchant_reference=ours[0])
        assert by_capture is not None and by_capture.psp_ref == authorized.psp_ref


def test_a_void_gives_back_what_was_authorised(provider: Provider) -> None:
    authorized = authorize(provider, "approve", capture="manual")
    voided = provider.adapter.void(provider.credentials, VoidRequest(fresh("key"), authorized.psp_ref, fresh("pi_")))
    assert is_voided(provider, voided)
    assert is_turned_down(provider, capture_part(provider, authorized.psp_ref, 100))
    found = look_up(provider, psp_ref=authorized.psp_ref)
    assert found is None or (found.state, found.captured_minor) == ("VOIDED", 0)


def test_void_is_refused_once_captured(provider: Provider) -> None:
    captured = authorize(provider, "approve")
    refused = provider.adapter.void(provider.credentials, VoidRequest(fresh("key"), captured.psp_ref, fresh("pi_")))
    assert is_turned_down(provider, refused, "wrong_state")


def test_refunds_are_accepted_up_to_the_capture_and_end_later(provider: Provider) -> None:
    captured, ours = authorize(provider, "approve"), fresh("rf_")
    accepted = refund_part(provider, captured, 2000, ours=ours)
    assert (accepted.outcome, accepted.amount_minor) == (Outcome.SUBMITTED, 2000)
    assert accepted.object_ref
    assert is_turned_down(provider, refund_part(provider, captured, 3001), "amount_too_high")
    assert refund_part(provider, captured, 3000).outcome is Outcome.SUBMITTED
    if look_up(provider, merchant_reference=ours) is None:
        return
    assert provider.wait_for(lambda: state_of(provider, merchant_reference=ours) == "SUCCEEDED")
    found, payment = look_up(provider, merchant_reference=ours), look_up(provider, psp_ref=captured.psp_ref)
    assert found is not None and payment is not None
    assert (found.kind, found.object_ref, found.psp_ref) == ("refund", accepted.object_ref, captured.psp_ref)
    assert ours in [refund.merchant_reference for refund in payment.refunds]


def test_a_refund_that_fails_says_so_when_asked(provider: Provider) -> None:
    captured, key = authorize(provider, "refund_fail"), fresh("key")
    assert refund_part(provider, captured, 2000, key=key).outcome is Outcome.SUBMITTED
    if look_up(provider, idempotency_key=key) is not None:
        assert provider.wait_for(lambda: state_of(provider, idempotency_key=key) == "FAILED")


def test_payouts_are_accepted_refused_and_found(provider: Provider) -> None:
    ours = fresh("po_")
    accepted = pay_out(provider, "approve", ours=ours)
    if not provider.can.payouts:
        assert (accepted.outcome, accepted.decline_code) == (Outcome.REFUSED, "not_offered")
        return
    assert accepted.outcome in (Outcome.SUBMITTED, Outcome.APPROVED)
    assert accepted.amount_minor == 2000
    assert pay_out(provider, "payout_refuse").outcome is Outcome.REFUSED
    if look_up(provider, merchant_reference=ours) is None:
        return
    assert provider.wait_for(lambda: state_of(provider, merchant_reference=ours) == "SUCCEEDED")
    found = look_up(provider, merchant_reference=ours)
    assert found is not None and found.payout is not None
    assert (found.kind, found.payout.object_ref) == ("payout", accepted.object_ref)


def test_disputes_are_answered_or_accepted_once(provider: Provider) -> None:
    content = b"%PDF-1.4 all that we know"
    file = EvidenceFile("pack.pdf", "application/pdf", hashlib.sha256(content).hexdigest(), content)
    first, second = fresh("pi_"), fresh("pi_")
    for reference in (first, second):
        authorize(provider, "approve", reference=reference)
    answered, given_up = provider.open_dispute(first), provider.open_dispute(second)
    evidence = provider.adapter.submit_evidence(provider.credentials, EvidenceRequest(fresh("key"), answered, [file], "see file"))
    assert (evidence.outcome, evidence.object_ref) == (Outcome.SUBMITTED, answered)
    accepted = provider.adapter.accept_dispute(provider.credentials, AcceptDisputeRequest(fresh("key"), given_up))
    assert accepted.outcome is Outcome.APPROVED
    again = provider.adapter.accept_dispute(provider.credentials, AcceptDisputeRequest(fresh("key"), given_up))
    assert (again.outcome, again.decline_code) == (Outcome.REFUSED, "wrong_state")


@pytest.mark.spec("C7")
def test_same_key_same_answer_other_request_refused(provider: Provider) -> None:
    request = new_request(provider, "approve")
    first = provider.adapter.authorize(provider.credentials, request)
    assert provider.adapter.authorize(provider.credentials, request).psp_ref == first.psp_ref
    with pytest.raises(PspKeyReused):
        provider.adapter.authorize(provider.credentials, replace(request, amount_minor=5001))


@pytest.mark.spec("C8")
def test_no_answer_is_unknown_and_asking_tells_what_happened(provider: Provider) -> None:
    charged, lost = new_request(provider, "timeout_after"), new_request(provider, "timeout_before")
    for request in (charged, lost):
        go_unanswered(provider, partial(provider.adapter.authorize, request=request))
    found = look_up(provider, idempotency_key=charged.idempotency_key)
    if found is not None:
        assert (found.state, found.captured_minor, found.idempotency_key) == ("CAPTURED", 5000, charged.idempotency_key)
        assert provider.adapter.lookup(provider.credentials, idempotency_key=lost.idempotency_key) is None
        assert provider.adapter.lookup(provider.credentials, merchant_reference=lost.merchant_reference) is None
    again = provider.adapter.authorize(provider.credentials, charged)
    assert again.outcome is Outcome.CAPTURED
    assert found is None or again.psp_ref == found.psp_ref
    assert provider.adapter.authorize(provider.credentials, charged).psp_ref == again.psp_ref
    assert provider.adapter.authorize(provider.credentials, lost).outcome is Outcome.CAPTURED


@pytest.mark.spec("C8")
def test_a_servers_failure_is_unknown_too(provider: Provider) -> None:
    request = new_request(provider, "error_after")
    with pytest.raises(PspError):
        provider.adapter.authorize(provider.credentials, request)
    if look_up(provider, merchant_reference=request.merchant_reference) is not None:
        assert state_of(provider, merchant_reference=request.merchant_reference) == "CAPTURED"


@pytest.mark.spec("P5")
def test_a_payout_without_answer_is_never_paid_twice(provider: Provider) -> None:
    request = PayoutRequest(fresh("key"), fresh("po_"), 2000, "EUR", provider.tokens["payout_timeout"])
    if not provider.can.payouts:
        assert provider.adapter.payout(provider.impatient(), request).decline_code == "not_offered"
        return
    go_unanswered(provider, partial(provider.adapter.payout, request=request))
    found = look_up(provider, idempotency_key=request.idempotency_key)
    first, again = (provider.adapter.payout(provider.credentials, request).object_ref for _ in range(2))
    assert first == again == (found.object_ref if found else first)


def test_a_lookup_needs_something_to_look_for(provider: Provider) -> None:
    with pytest.raises(ValueError):
        provider.adapter.lookup(provider.credentials)
    if provider.can.can_look_up:
        assert provider.adapter.lookup(provider.credentials, merchant_reference="pi_nobody_knows") is None
        assert provider.adapter.lookup(provider.credentials, psp_ref="nobody_knows") is None


@pytest.mark.spec("C24")
def test_nothing_is_authorised_to_verify_an_instrument(provider: Provider) -> None:
    good = replace(new_request(provider, "approve", capture="manual"), amount_minor=0)
    result = provider.adapter.authorize(provider.credentials, good)
    assert (result.outcome, result.amount_minor, result.object_ref) == (Outcome.APPROVED, 0, "")
    bad = provider.adapter.authorize(provider.credentials, replace(new_request(provider, "hard_decline", capture="manual"), amount_minor=0))
    assert (bad.outcome, bad.decline_code) == (Outcome.DECLINED, "stolen_card")


def test_a_token_that_nobody_knows_is_refused(provider: Provider) -> None:
    request = replace(new_request(provider, "approve"), payment_token=f"{provider.tokens['approve'].partition('_')[0]}_unknown")
    result = provider.adapter.authorize(provider.credentials, request)
    assert result.outcome in (Outcome.REFUSED, Outcome.DECLINED)
    assert (result.decline_code, result.retry) == ("invalid_token", "fix_data")


def test_a_method_that_is_not_offered_is_refused_without_a_call(provider: Provider) -> None:
    for method in sorted(set(LIVE) - set(provider.can.methods)):
        result = provider.adapter.authorize(provider.impatient(0.000001), replace(new_request(provider, "approve"), method=method))
        assert (result.outcome, result.decline_code, result.retry) == (Outcome.REFUSED, "not_offered", "other_psp")


def test_wrong_credentials_are_turned_away_and_nothing_happens(provider: Provider) -> None:
    with pytest.raises(PspUnreachable):
        provider.adapter.authorize(replace(provider.credentials, secret="wrong"), new_request(provider, "approve"))
