"""Adyen behind the protocol. It can't be asked what it holds: the same request under its key brings the first answer again."""

from collections.abc import Callable, Mapping
from typing import Any

from cashier.psp.adyen.codes import EXPONENTS
from cashier.psp.adyen.evidence import documents_of, pick_reason
from cashier.psp.adyen.http import AdyenHttp, Refusal, Session
from cashier.psp.adyen.translate import read_dispute, read_modification, read_payment, read_payout, read_refusal
from cashier.psp.amounts import NotRepresentable, to_provider
from cashier.psp.base import (
    AcceptDisputeRequest,
    AuthorizeRequest,
    CaptureRequest,
    CompleteRequest,
    Credentials,
    EvidenceRequest,
    LookupNotOffered,
    LookupResult,
    Outcome,
    PayoutRequest,
    PspKeyReused,
    PspResult,
    RefundRequest,
    VoidRequest,
)
from cashier.psp.declines import not_offered, refused

METHODS = frozenset({"card", "wallet_card"})


class AdyenAdapter:
    """cashier.psp.base.Adapter for Adyen."""

    def __init__(self) -> None:
        self._http = AdyenHttp()

    def authorize(self, credentials: Credentials, request: AuthorizeRequest) -> PspResult:
        """https://docs.adyen.com/api-explorer/Checkout/latest/post/payments"""
        if request.method not in METHODS:
            return not_offered()

        def send(session: Session) -> PspResult:
            body = _payment_body(credentials, request)
            answer = session.send(session.checkout.payments_api.payments, body, key=request.idempotency_key)
            return read_payment(
                answer,
                reference=request.merchant_reference,
                amount_minor=request.amount_minor,
                currency=request.currency,
                is_captured=request.capture != "manual",
            )

        return self._act(credentials, send)

    def complete(self, credentials: Credentials, request: CompleteRequest) -> PspResult:
        """https://docs.adyen.com/api-explorer/Checkout/latest/post/payments/details, with what the browser brought back.

        The result of another payment is no answer to this one: refused, whoever brought it.
        """

        def send(session: Session) -> PspResult:
            body = {"details": dict(request.details)}
            answer = session.send(session.checkout.payments_api.payments_details, body, key=request.idempotency_key)
            return read_payment(
                answer,
                reference=request.merchant_reference,
                amount_minor=request.amount_minor,
                currency=request.currency,
                is_captured=request.capture != "manual",
            )

        try:
            return self._act(credentials, send)
        except PspKeyReused:
            return refused("invalid_request", provider_code="result_of_another_payment")

    def capture(self, credentials: Credentials, request: CaptureRequest) -> PspResult:
        """https://docs.adyen.com/api-explorer/Checkout/latest/post/payments/(paymentPspReference)/captures"""
        return self._modify(credentials, request, lambda session: session.checkout.modifications_api.capture_authorised_payment)

    def void(self, credentials: Credentials, request: VoidRequest) -> PspResult:
        """https://docs.adyen.com/api-explorer/Checkout/latest/post/payments/(paymentPspReference)/cancels"""

        def send(session: Session) -> PspResult:
            body = {"merchantAccount": credentials.merchant_account, "reference": request.merchant_reference}
            method = session.checkout.modifications_api.cancel_authorised_payment_by_psp_reference
            answer = session.send(method, body, request.psp_ref, key=request.idempotency_key)
            return read_modification(answer, reference=request.merchant_reference, psp_ref=request.psp_ref)

        return self._act(credentials, send)

    def refund(self, credentials: Credentials, request: RefundRequest) -> PspResult:
        """https://docs.adyen.com/api-explorer/Checkout/latest/post/payments/(paymentPspReference)/refunds"""
        return self._modify(credentials, request, lambda session: session.checkout.modifications_api.refund_captured_payment)

    def payout(self, credentials: Credentials, request: PayoutRequest) -> PspResult:
        """https://docs.adyen.com/api-explorer/Payout/latest/post/payout, to a card that the player has stored."""

        def send(session: Session) -> PspResult:
            shopper, token = _token(request.destination_token)
            body = {
                "merchantAccount": credentials.merchant_account,
                "reference": request.merchant_reference,
                "amount": _amount(request.amount_minor, request.currency),
                "recurring": {"contract": "PAYOUT"},
                "selectedRecurringDetailReference": token,
                "shopperReference": shopper,
                "shopperInteraction": "ContAuth",
            }
            answer = session.send(session.payout.payout, body, key=request.idempotency_key)
            return read_payout(answer, amount_minor=request.amount_minor, currency=request.currency)

        return self._act(credentials, send)

    def submit_evidence(self, credentials: Credentials, request: EvidenceRequest) -> PspResult:
        """https://docs.adyen.com/api-explorer/Disputes/latest: retrieveApplicableDefenseReasons, supplyDefenseDocument, defendDispute."""

        def send(session: Session) -> PspResult:
            of = {"disputePspReference": request.dispute_ref, "merchantAccountCode": credentials.merchant_account}
            reasons = session.send(session.disputes.retrieve_applicable_defense_reasons, of, key=f"{request.idempotency_key}.reasons")
            reason = pick_reason(reasons, files=len(request.files))
            if reason is None:
                return refused("wrong_state", provider_code="no_applicable_defense_reason", raw=reasons)
            documents = documents_of(request, reason)
            if documents is None:
                return refused("invalid_request", provider_code="evidence_not_taken")
            supply = {**of, "defenseDocuments": documents}
            supplied = session.send(session.disputes.supply_defense_document, supply, key=f"{request.idempotency_key}.documents")
            taken = read_dispute(supplied, dispute_ref=request.dispute_ref, done=Outcome.SUBMITTED)
            if taken.outcome is not Outcome.SUBMITTED:
                return taken
            defend = {**of, "defenseReasonCode": reason["defenseReasonCode"]}
            answer = session.send(session.disputes.defend_dispute, defend, key=request.idempotency_key)
            return read_dispute(answer, dispute_ref=request.dispute_ref, done=Outcome.SUBMITTED)

        return self._act(credentials, send)

    def accept_dispute(self, credentials: Credentials, request: AcceptDisputeRequest) -> PspResult:
        """https://docs.adyen.com/api-explorer/Disputes/latest/post/acceptDispute"""

        def send(session: Session) -> PspResult:
            of = {"disputePspReference": request.dispute_ref, "merchantAccountCode": credentials.merchant_account}
            answer = session.send(session.disputes.accept_dispute, of, key=request.idempotency_key)
            return read_dispute(answer, dispute_ref=request.dispute_ref, done=Outcome.APPROVED)

        return self._act(credentials, send)

    def lookup(
        self, credentials: Credentials, *, merchant_reference: str = "", idempotency_key: str = "", psp_ref: str = ""
    ) -> LookupResult | None:
        """Adyen has no call that tells a payment: its notifications and reports do."""
        if not merchant_reference and not idempotency_key and not psp_ref:
            raise ValueError("a lookup needs a reference, a key or the provider's own reference")
        raise LookupNotOffered("Adyen can't be asked what it holds")

    def _modify(self, credentials: Credentials, request: CaptureRequest | RefundRequest, method_of: Callable[[Session], Any]) -> PspResult:
        def send(session: Session) -> PspResult:
            body = {
                "merchantAccount": credentials.merchant_account,
                "reference": request.merchant_reference,
                "amount": _amount(request.amount_minor, request.currency),
            }
            answer = session.send(method_of(session), body, request.psp_ref, key=request.idempotency_key)
            return read_modification(
                answer,
                reference=request.merchant_reference,
                psp_ref=request.psp_ref,
                amount_minor=request.amount_minor,
                currency=request.currency,
            )

        return self._act(credentials, send)

    def _act(self, credentials: Credentials, send: Callable[[Session], PspResult]) -> PspResult:
        try:
            return send(self._http.open(credentials))
        except NotRepresentable:
            return refused("invalid_amount")
        except Refusal as refusal:
            return read_refusal(refusal)


def _payment_body(credentials: Credentials, request: AuthorizeRequest) -> dict[str, Any]:
    """Raises NotRepresentable."""
    shopper, token = _token(request.payment_token)
    is_manual = request.capture == "manual"
    body: dict[str, Any] = {
        "merchantAccount": credentials.merchant_account,
        "reference": request.merchant_reference,
        "amount": _amount(request.amount_minor, request.currency),
        "paymentMethod": {"type": "scheme", "storedPaymentMethodId": token},
        "shopperReference": shopper,
        "shopperInteraction": "ContAuth",
        "recurringProcessingModel": "CardOnFile",
        "channel": "Web",
        "returnUrl": request.return_url,
        "additionalData": {"manualCapture": "true" if is_manual else "false"},
        "metadata": {"trace_id": request.trace_id},
    }
    if request.challenge:
        body["authenticationData"] = {"attemptAuthentication": "always"}
    return body | ({} if is_manual else {"captureDelayHours": 0}) | _device(request.device)


def _device(device: Mapping[str, Any]) -> dict[str, Any]:
    """The player's address and browser, which 3-DS wants."""
    found = {"shopperIP": device.get("ip"), "browserInfo": device.get("browser")}
    return {name: value for name, value in found.items() if value}


def _token(token: str) -> tuple[str, str]:
    """A stored card belongs to a shopper: "<shopperReference>/<storedPaymentMethodId>"."""
    shopper, _, stored = token.rpartition("/")
    return shopper, stored


def _amount(amount_minor: int, currency: str) -> dict[str, Any]:
    """Raises NotRepresentable."""
    return {"value": to_provider(amount_minor, currency, EXPONENTS), "currency": currency}
