"""Stripe behind the protocol. Our references and key go into metadata; a lookup finds them there (lookups.py)."""

from collections.abc import Mapping
from typing import Any

from stripe import RequestOptions

from cashier.psp.amounts import NotRepresentable, to_provider
from cashier.psp.base import (
    AcceptDisputeRequest,
    AuthorizeRequest,
    CaptureRequest,
    CompleteRequest,
    Credentials,
    EvidenceRequest,
    LookupResult,
    Outcome,
    PayoutRequest,
    PspError,
    PspResult,
    RefundRequest,
    VoidRequest,
)
from cashier.psp.declines import not_offered, refused
from cashier.psp.stripe import lookups
from cashier.psp.stripe.codes import EXPONENTS, LAST_DIGIT_ZERO
from cashier.psp.stripe.evidence import FILE_FIELDS, evidence_of
from cashier.psp.stripe.http import Refusal, StripeHttp
from cashier.psp.stripe.translate import charge_of, read_payment, read_refund, read_refusal
from cashier.psp.stripe.verification import verify

METHODS = {"card": "card", "wallet_card": "card"}
EXPAND = ["latest_charge.balance_transaction"]


class StripeAdapter:
    """cashier.psp.base.Adapter for Stripe."""

    def __init__(self) -> None:
        self._http = StripeHttp()

    def authorize(self, credentials: Credentials, request: AuthorizeRequest) -> PspResult:
        """https://docs.stripe.com/api/payment_intents/create, made and confirmed at once; of nothing, a verification."""
        if request.method not in METHODS:
            return not_offered()
        try:
            params = _payment_params(request)
        except NotRepresentable:
            return refused("invalid_amount")
        try:
            with self._http.open(credentials) as client:
                if request.amount_minor == 0:
                    return verify(client, request, types=params["payment_method_types"], metadata=params["metadata"])
                made = _plain(client.v1.payment_intents.create(params, _options(request.idempotency_key)))
                return read_payment(made, reference=request.merchant_reference)
        except Refusal as refusal:
            return read_refusal(refusal)

    def complete(self, credentials: Credentials, request: CompleteRequest) -> PspResult:
        """Challenges end at Stripe; a lookup tells how."""
        return not_offered()

    def capture(self, credentials: Credentials, request: CaptureRequest) -> PspResult:
        """https://docs.stripe.com/api/payment_intents/capture. What is not captured is released with it."""
        try:
            amount = _amount(request.amount_minor, request.currency)
        except NotRepresentable:
            return refused("invalid_amount")
        params: Any = {
            "amount_to_capture": amount,
            "metadata": {"capture_reference": request.merchant_reference, "capture_key": request.idempotency_key},
            "expand": EXPAND,
        }
        try:
            with self._http.open(credentials) as client:
                return read_payment(_plain(client.v1.payment_intents.capture(request.psp_ref, params, _options(request.idempotency_key))))
        except Refusal as refusal:
            return read_refusal(refusal)

    def void(self, credentials: Credentials, request: VoidRequest) -> PspResult:
        """https://docs.stripe.com/api/payment_intents/cancel. The rest of a partial capture was released by that capture."""
        try:
            with self._http.open(credentials) as client:
                intent = _plain(client.v1.payment_intents.cancel(request.psp_ref, {}, _options(request.idempotency_key)))
        except Refusal as refusal:
            return _released(refusal) or read_refusal(refusal)
        if intent.get("status") != "canceled":
            raise PspError(f"a cancelled payment is {intent.get('status')}")
        return PspResult(outcome=Outcome.APPROVED, psp_ref=request.psp_ref, raw=intent)

    def refund(self, credentials: Credentials, request: RefundRequest) -> PspResult:
        """https://docs.stripe.com/api/refunds/create, on the charge that was captured."""
        try:
            amount = _amount(request.amount_minor, request.currency)
        except NotRepresentable:
            return refused("invalid_amount")
        of = {"charge": request.capture_ref} if request.capture_ref.startswith(("ch_", "py_")) else {"payment_intent": request.psp_ref}
        params: Any = {**of, "amount": amount, "metadata": _metadata(request.merchant_reference, request.idempotency_key, request.trace_id)}
        try:
            with self._http.open(credentials) as client:
                return read_refund(_plain(client.v1.refunds.create(params, _options(request.idempotency_key))))
        except Refusal as refusal:
            return read_refusal(refusal)

    def payout(self, credentials: Credentials, request: PayoutRequest) -> PspResult:
        """Stripe's payouts go to our own bank account, and its transfers to accounts of its own: a player can't be paid."""
        return not_offered()

    def submit_evidence(self, credentials: Credentials, request: EvidenceRequest) -> PspResult:
        """https://docs.stripe.com/api/files/create for each document, then https://docs.stripe.com/api/disputes/update."""
        evidence = evidence_of(request)
        if evidence is None:
            return refused("invalid_request", provider_code="evidence_not_taken")
        try:
            with self._http.open(credentials) as client:
                fields: dict[str, str] = {"uncategorized_text": evidence.text} if evidence.text else {}
                for name, document, number in zip(FILE_FIELDS, evidence.documents, range(len(FILE_FIELDS)), strict=False):
                    upload: Any = {"purpose": "dispute_evidence", "file": document}
                    fields[name] = client.v1.files.create(upload, _options(f"{request.idempotency_key}.file{number}")).id
                params: Any = {"evidence": fields, "submit": True}
                dispute = _plain(client.v1.disputes.update(request.dispute_ref, params, _options(request.idempotency_key)))
        except Refusal as refusal:
            return _dispute_refusal(refusal)
        return PspResult(outcome=Outcome.SUBMITTED, object_ref=request.dispute_ref, raw=dispute)

    def accept_dispute(self, credentials: Credentials, request: AcceptDisputeRequest) -> PspResult:
        """https://docs.stripe.com/api/disputes/close"""
        try:
            with self._http.open(credentials) as client:
                dispute = _plain(client.v1.disputes.close(request.dispute_ref, {}, _options(request.idempotency_key)))
        except Refusal as refusal:
            return _dispute_refusal(refusal)
        return PspResult(outcome=Outcome.APPROVED, object_ref=request.dispute_ref, raw=dispute)

    def lookup(
        self, credentials: Credentials, *, merchant_reference: str = "", idempotency_key: str = "", psp_ref: str = ""
    ) -> LookupResult | None:
        """By our reference or key in metadata, or by Stripe's id of the payment, its charge or its refund."""
        if not merchant_reference and not idempotency_key and not psp_ref:
            raise ValueError("a lookup needs a reference, a key or the provider's own reference")
        try:
            with self._http.open(credentials) as client:
                if psp_ref:
                    return lookups.by_psp_ref(client, psp_ref)
                if idempotency_key:
                    return lookups.by_key(client, idempotency_key)
                return lookups.by_reference(client, merchant_reference)
        except Refusal as refusal:
            if refusal.is_missing:
                return None
            raise PspError(f"a lookup was answered {refusal.status}: {refusal}", status=refusal.status) from refusal


def _payment_params(request: AuthorizeRequest) -> Any:
    """Raises NotRepresentable."""
    params: dict[str, Any] = {
        "amount": _amount(request.amount_minor, request.currency),
        "currency": request.currency.lower(),
        "payment_method": request.payment_token,
        "payment_method_types": [METHODS[request.method]],
        "capture_method": "manual" if request.capture == "manual" else "automatic",
        "confirm": True,
        "metadata": _metadata(request.merchant_reference, request.idempotency_key, request.trace_id),
        "expand": EXPAND,
    }
    if request.challenge:
        params["payment_method_options"] = {"card": {"request_three_d_secure": "challenge"}}
    return params | ({"return_url": request.return_url} if request.return_url else {})


def _amount(amount_minor: int, currency: str) -> int:
    """Stripe's minor units. Raises NotRepresentable."""
    amount = to_provider(amount_minor, currency, EXPONENTS)
    if currency in LAST_DIGIT_ZERO and amount % 10:
        raise NotRepresentable(f"the last digit of {currency} is 0 at Stripe")
    return amount


def _metadata(reference: str, key: str, trace_id: str) -> dict[str, str]:
    return {"merchant_reference": reference, "idempotency_key": key, **({"trace_id": trace_id} if trace_id else {})}


def _options(key: str) -> RequestOptions:
    return {"idempotency_key": key}


def _plain(thing: Any) -> dict[str, Any]:
    """The object as Stripe sent it."""
    return dict(thing.to_dict())


def _released(refusal: Refusal) -> PspResult | None:
    """A cancel that is refused because the payment was captured in part: the rest went back with that capture."""
    intent = refusal.error.get("payment_intent")
    if not isinstance(intent, Mapping) or intent.get("status") != "succeeded" or intent["amount_received"] >= intent["amount"]:
        return None
    return PspResult(outcome=Outcome.APPROVED, psp_ref=intent["id"], object_ref=charge_of(intent).get("id", ""), raw=dict(intent))


def _dispute_refusal(refusal: Refusal) -> PspResult:
    """A dispute that is closed or whose evidence is in can't be answered any more; Stripe names no code for that."""
    code = "not_found" if refusal.is_missing else "wrong_state"
    return refused(code, provider_code=str(refusal.error.get("code") or refusal.error.get("type")), raw={"error": refusal.error})
