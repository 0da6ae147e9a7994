"""What only Adyen does: its currencies, its keys, its reasons with the scheme's advice, its recorded answers, redirects of others."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cashier.psp import AuthorizeRequest, CompleteRequest, EvidenceFile, EvidenceRequest, Outcome, PspError, PspKeyReused
from cashier.psp.adyen.evidence import documents_of, pick_reason
from cashier.psp.adyen.http import short_key
from cashier.psp.adyen.translate import card_fields, read_dispute, read_payment, read_reason
from tests.cashier.psp.conftest import Provider
from tests.cashier.psp.servers.adyen_server import AdyenServer
from tests.sandbox.running import fresh

pytestmark = pytest.mark.spec("C16")


def request(amount_minor: int, currency: str, token: str = "card_approve") -> AuthorizeRequest:
    return AuthorizeRequest(fresh("key"), fresh("pi_"), amount_minor, currency, token, return_url="https://casino.example/back")


@pytest.mark.parametrize(
    ("currency", "ours", "theirs"), [("EUR", 5000, 5000), ("JPY", 500, 500), ("ISK", 5, 500), ("CLP", 7, 700), ("IDR", 900, 9)]
)
def test_amounts_as_adyen_counts_them(adyen_provider: Provider, adyen_server: AdyenServer, currency: str, ours: int, theirs: int) -> None:
    result = adyen_provider.adapter.authorize(adyen_provider.credentials, request(ours, currency))

    assert adyen_server.seen[-1].json()["amount"] == {"value": theirs, "currency": currency}
    assert (result.outcome, result.amount_minor, result.currency) == (Outcome.CAPTURED, ours, currency)


def test_digits_that_adyen_cant_take_are_refused_without_a_call(adyen_provider: Provider, adyen_server: AdyenServer) -> None:
    calls = len(adyen_server.seen)
    result = adyen_provider.adapter.authorize(adyen_provider.credentials, request(901, "IDR"))
    assert (result.outcome, result.decline_code, len(adyen_server.seen)) == (Outcome.REFUSED, "invalid_amount", calls)


def test_account_reference_shopper_and_key_are_named(adyen_provider: Provider, adyen_server: AdyenServer) -> None:
    asked = replace(request(5000, "EUR", "pl_1/card_approve"), device={"ip": "203.0.113.7", "browser": {"language": "en"}})
    adyen_provider.adapter.authorize(adyen_provider.credentials, asked)

    body = adyen_server.seen[-1].json()
    assert (body["merchantAccount"], body["reference"], body["shopperReference"]) == ("ADYEN_EU", asked.merchant_reference, "pl_1")
    assert (body["paymentMethod"]["storedPaymentMethodId"], body["captureDelayHours"]) == ("card_approve", 0)
    assert (body["shopperIP"], body["browserInfo"]) == ("203.0.113.7", {"language": "en"})
    assert adyen_server.seen[-1].headers["idempotency-key"] == asked.idempotency_key


@pytest.mark.spec("C7")
def test_a_key_that_is_too_long_for_adyen_stays_one_key() -> None:
    long = "pi_01jd" * 12
    assert len(short_key(long)) == 64
    assert short_key(long) == short_key(long) != short_key(long + "x")
    assert short_key("pi_1.1.authorize") == "pi_1.1.authorize"


@pytest.mark.spec("C13")
def test_what_a_browser_brings_of_another_payment_is_no_answer_to_this_one(adyen_provider: Provider) -> None:
    adapter, credentials = adyen_provider.adapter, adyen_provider.credentials
    theirs = adapter.authorize(credentials, request(5000, "EUR", "card_challenge"))
    assert theirs.action is not None
    brought = adyen_provider.complete_challenge(theirs.action["url"])

    result = adapter.complete(credentials, CompleteRequest(fresh("key"), "", "pi_of_another", 5000, "EUR", brought))
    assert (result.outcome, result.decline_code, result.provider_code) == (Outcome.REFUSED, "invalid_request", "result_of_another_payment")


@pytest.mark.spec("C15")
@pytest.mark.parametrize(
    ("reason", "raw", "advice", "expected"),
    [
        ("2", "05 : Do not honor", "", ("do_not_honour", "other_psp", "2")),
        ("2", "43 : Stolen card", "", ("stolen_card", "never", "2")),
        ("12", "", "03", ("insufficient_funds", "never", "12")),
        ("12", "", "24 : Retry after 1 hour", ("insufficient_funds", "same_later", "12")),
        ("2", "", "01", ("do_not_honour", "fix_data", "2")),
        ("999", "", "", ("generic_decline", "other_psp", "999")),
    ],
)
def test_reasons_with_what_issuer_and_scheme_say(reason: str, raw: str, advice: str, expected: tuple[str, str, str]) -> None:
    additional = {"refusalReasonRaw": raw, "merchantAdviceCode": advice}
    code, retry, provider_code = read_reason({"refusalReasonCode": reason, "resultCode": "Refused", "additionalData": additional})
    assert (code, str(retry), provider_code) == expected


@pytest.mark.spec("C14")
def test_checks_of_a_notification_are_in_our_form(shared_data: Path) -> None:
    file = shared_data / "webhooks/adyen/AUTHORISATION-authorisation.json"
    item = json.loads(file.read_text(encoding="utf-8"))["notificationItems"][0]["NotificationRequestItem"]
    fields = card_fields(item["additionalData"])
    assert set(fields["avs"]) <= set("ABNPUYZ") and set(fields["cvv"]) <= set("MNPSU")
    assert card_fields({"avsResult": "4 AVS not supported for this card type", "cvcResult": "2 Doesn't match"})["cvv"] == "N"


@pytest.mark.parametrize(
    "act", ["acceptDispute-accept-dispute", "defendDispute-defend-dispute", "supplyDefenseDocument-supply-defense-document"]
)
def test_recorded_answers_of_the_disputes_api_are_read(shared_data: Path, act: str) -> None:
    body = json.loads((shared_data / f"disputes/adyen/post-{act}-200.json").read_text(encoding="utf-8"))
    assert read_dispute(body, dispute_ref="D1", done=Outcome.SUBMITTED).outcome is Outcome.SUBMITTED


def test_of_recorded_defence_reasons_the_one_for_any_material_is_taken(shared_data: Path) -> None:
    file = shared_data / "disputes/adyen/post-retrieveApplicableDefenseReasons-retrieve-defense-reasons-200.json"
    reason = pick_reason(json.loads(file.read_text(encoding="utf-8")), files=2)
    assert reason is not None and reason["defenseReasonCode"] == "SupplyDefenseMaterial"
    files = [EvidenceFile("a.pdf", "application/pdf", "", b"%PDF"), EvidenceFile("b.pdf", "application/pdf", "", b"%PDF")]
    documents = documents_of(EvidenceRequest("key", "D1", files), reason)
    assert documents is not None
    assert [document["defenseDocumentTypeCode"] for document in documents] == ["DefenseMaterial", "TIDorInvoice"]
    assert documents_of(EvidenceRequest("key", "D1", [EvidenceFile("a.txt", "text/plain", "", b"x")]), reason) is None


def test_what_cant_be_read_is_not_guessed() -> None:
    for body in ({}, {"resultCode": "BrandNew"}, {"resultCode": "Authorised", "amount": {"value": "5000", "currency": "EUR"}}):
        with pytest.raises((PspError, PspKeyReused)):
            read_payment(body, reference="pi_1", amount_minor=5000, currency="EUR", is_captured=True)
