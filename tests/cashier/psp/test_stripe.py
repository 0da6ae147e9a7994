"""What only Stripe does: its currencies, its lagging search, its recorded objects, its evidence."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from cashier.psp import AuthorizeRequest, CaptureRequest, EvidenceFile, EvidenceRequest, Outcome, PspError, RefundRequest
from cashier.psp.stripe.http import Refusal
from cashier.psp.stripe.translate import find_payment, read_payment, read_refund, read_refusal
from tests.cashier.psp.conftest import Provider
from tests.cashier.psp.servers.stripe_server import StripeServer
from tests.sandbox.running import fresh

pytestmark = pytest.mark.spec("C16")


def request(amount_minor: int, currency: str, token: str = "pm_approve") -> AuthorizeRequest:
    return AuthorizeRequest(fresh("key"), fresh("pi_"), amount_minor, currency, token, return_url="https://casino.example/back")


def sent(server: StripeServer) -> dict[str, str]:
    return dict(parse_qsl(server.seen[-1].body.decode()))


@pytest.mark.parametrize(
    ("currency", "ours", "theirs"),
    [("EUR", 5000, "5000"), ("JPY", 500, "500"), ("ISK", 500, "50000"), ("UGX", 700, "70000"), ("BHD", 1230, "1230"), ("MGA", 500, "5")],
)
def test_amounts_as_stripe_counts_them(
    stripe_provider: Provider, stripe_server: StripeServer, currency: str, ours: int, theirs: str
) -> None:
    result = stripe_provider.adapter.authorize(stripe_provider.credentials, request(ours, currency))

    assert (sent(stripe_server)["amount"], sent(stripe_server)["currency"]) == (theirs, currency.lower())
    assert (result.outcome, result.amount_minor, result.currency) == (Outcome.CAPTURED, ours, currency)


@pytest.mark.parametrize(("currency", "amount_minor"), [("KWD", 1234), ("MGA", 501)])
def test_amounts_that_stripe_cant_take_are_refused_without_a_call(
    stripe_provider: Provider, stripe_server: StripeServer, currency: str, amount_minor: int
) -> None:
    calls = len(stripe_server.seen)
    adapter, credentials = stripe_provider.adapter, stripe_provider.credentials

    results = [
        adapter.authorize(credentials, request(amount_minor, currency)),
        adapter.capture(credentials, CaptureRequest(fresh("key"), "pi_1", fresh("cap_"), amount_minor, currency)),
        adapter.refund(credentials, RefundRequest(fresh("key"), "pi_1", "ch_1", fresh("rf_"), amount_minor, currency)),
    ]

    assert {(result.outcome, result.decline_code) for result in results} == {(Outcome.REFUSED, "invalid_amount")}
    assert len(stripe_server.seen) == calls


def test_our_reference_key_and_trace_are_its_metadata(stripe_provider: Provider, stripe_server: StripeServer) -> None:
    asked = replace(request(5000, "EUR"), trace_id="trace-1")
    stripe_provider.adapter.authorize(stripe_provider.credentials, asked)

    form, headers = sent(stripe_server), stripe_server.seen[-1].headers
    assert (form["metadata[merchant_reference]"], form["metadata[idempotency_key]"]) == (asked.merchant_reference, asked.idempotency_key)
    assert form["metadata[trace_id]"] == "trace-1"
    assert headers["idempotency-key"] == asked.idempotency_key
    assert "x-stripe-client-user-agent" not in headers


@pytest.mark.spec("C8")
def test_a_payment_that_the_search_does_not_show_yet_is_found(stripe_provider: Provider, stripe_server: StripeServer) -> None:
    asked = request(5000, "EUR")
    stripe_server.search_lag = 3600.0
    try:
        stripe_provider.adapter.authorize(stripe_provider.credentials, asked)
        found = stripe_provider.adapter.lookup(stripe_provider.credentials, merchant_reference=asked.merchant_reference)
    finally:
        stripe_server.search_lag = 0.0

    assert found is not None
    assert (found.state, found.idempotency_key) == ("CAPTURED", asked.idempotency_key)


def test_a_charge_or_refund_is_looked_up_by_its_own_id(stripe_provider: Provider) -> None:
    adapter, credentials = stripe_provider.adapter, stripe_provider.credentials
    captured = adapter.authorize(credentials, request(5000, "EUR"))
    refund = adapter.refund(credentials, RefundRequest(fresh("key"), captured.psp_ref, captured.object_ref, fresh("rf_"), 100, "EUR"))

    by_charge, by_refund = adapter.lookup(credentials, psp_ref=captured.object_ref), adapter.lookup(credentials, psp_ref=refund.object_ref)
    assert by_charge is not None and by_charge.psp_ref == captured.psp_ref
    assert by_refund is not None and (by_refund.kind, by_refund.amount_minor) == ("refund", 100)


@pytest.mark.spec("C15")
def test_the_issuers_advice_wins_over_the_class_of_the_code(stripe_provider: Provider) -> None:
    asked = request(5000, "EUR", "pm_decline_insufficient_funds_never")
    result = stripe_provider.adapter.authorize(stripe_provider.credentials, asked)
    assert (result.decline_code, result.retry, result.provider_code) == ("insufficient_funds", "never", "insufficient_funds")


def test_evidence_texts_go_into_the_field_and_documents_are_uploaded(stripe_provider: Provider, stripe_server: StripeServer) -> None:
    asked = request(5000, "EUR")
    stripe_provider.adapter.authorize(stripe_provider.credentials, asked)
    dispute = stripe_server.open_dispute(asked.merchant_reference)
    files = [EvidenceFile("log.txt", "text/plain", "", b"played"), EvidenceFile("a.pdf", "application/pdf", "", b"%PDF")]

    stripe_provider.adapter.submit_evidence(stripe_provider.credentials, EvidenceRequest(fresh("key"), dispute, files, "see"))

    evidence = stripe_server.disputes[dispute]["evidence"]
    assert evidence["uncategorized_text"] == "see\n\nlog.txt\nplayed"
    assert evidence["uncategorized_file"].startswith("file_")


@pytest.mark.parametrize("file", [("a.exe", "application/octet-stream", b"MZ"), ("a.txt", "text/plain", b"x" * 20_001)])
def test_evidence_that_stripe_would_not_take_is_refused(stripe_provider: Provider, file: tuple[str, str, bytes]) -> None:
    name, kind, content = file
    asked = EvidenceRequest(fresh("key"), "dp_1", [EvidenceFile(name, kind, "", content)])
    result = stripe_provider.adapter.submit_evidence(stripe_provider.credentials, asked)
    assert (result.outcome, result.provider_code) == (Outcome.REFUSED, "evidence_not_taken")


# --- recorded objects of others ---


def recorded(shared_data: Path, name: str) -> Any:
    return json.loads((shared_data / "webhooks/stripe" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("create_payment_intent_success_response.json", Outcome.APPROVED),
        ("create_payment_intent_success_response_with_charge.json", Outcome.APPROVED),
        ("create_payment_intent_requires_3ds_response.json", Outcome.ACTION_REQUIRED),
        ("get_payment_intent_with_3ds_authorised_success_response.json", Outcome.APPROVED),
        ("get_payment_intent_with_multiple_charges.json", Outcome.APPROVED),
    ],
)
def test_recorded_payment_intents_are_read(shared_data: Path, name: str, outcome: Outcome) -> None:
    result = read_payment(recorded(shared_data, name))
    assert (result.outcome, result.amount_minor, result.currency) == (outcome, 1000, "GBP")
    assert bool(result.action) is (outcome is Outcome.ACTION_REQUIRED)


@pytest.mark.spec("C13", "C14")
def test_a_recorded_charge_gives_its_3ds_and_checks(shared_data: Path) -> None:
    result = read_payment(recorded(shared_data, "get_payment_intent_with_3ds_authorised_success_response.json"))
    assert (result.three_ds_version, result.avs, result.cvv, result.eci) == ("1.0.2", "Y", "M", "")


@pytest.mark.spec("C15")
@pytest.mark.parametrize(
    ("name", "code", "retry"), [("rejected", "generic_decline", "other_psp"), ("rejected_no_retry", "lost_card", "never")]
)
def test_recorded_declines_are_read(shared_data: Path, name: str, code: str, retry: str) -> None:
    error = recorded(shared_data, f"create_payment_intent_authorisation_{name}_response.json")["error"]
    result = read_refusal(Refusal(402, error))
    assert (result.outcome, result.provider_code) == (Outcome.DECLINED, error["decline_code"])
    assert result.psp_ref == error["payment_intent"]["id"]
    assert (result.decline_code, result.retry) == (code, retry)


@pytest.mark.parametrize(("name", "code"), [("greater_amount", "amount_too_high"), ("charge_already_refunded", "invalid_request")])
def test_recorded_refusals_of_refunds_are_read(shared_data: Path, name: str, code: str) -> None:
    result = read_refusal(Refusal(400, recorded(shared_data, f"refund_error_{name}.json")["error"]))
    assert (result.outcome, result.decline_code) == (Outcome.REFUSED, code)


def test_recorded_refunds_and_search_hits_are_read(shared_data: Path) -> None:
    refund = read_refund(recorded(shared_data, "refund_full_charge.json"))
    assert (refund.outcome, refund.amount_minor, refund.currency) == (Outcome.APPROVED, 2000, "GBP")
    hit = recorded(shared_data, "search_query_response.json")["data"][0]
    with pytest.raises(PspError):  # it succeeded, and names neither a charge nor what was captured
        find_payment(hit, [])
    charge = {"id": "ch_1", "captured": True, "amount": 1000, "created": 1568648170}
    found = find_payment({**hit, "latest_charge": charge}, [])
    assert (found.state, found.captured_minor) == ("CAPTURED", 1000)


def test_what_cant_be_read_is_not_guessed(shared_data: Path) -> None:
    intent = recorded(shared_data, "create_payment_intent_success_response.json")
    shortened = recorded(shared_data, "payment_intent_cancel_response.json")
    for broken in ({**intent, "status": "brand_new"}, {**intent, "amount": None}, shortened):
        with pytest.raises(PspError):
            read_payment(broken)
