"""The generic signed provider behind the protocol. Its page: docs/psps.md, "The generic provider"."""

from typing import Any

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
from cashier.psp.declines import not_offered
from cashier.psp.generic.evidence import encoded
from cashier.psp.generic.http import Answer, SignedHttp
from cashier.psp.generic.translate import read_lookup, read_movement, read_payment, read_refusal


class GenericAdapter:
    """cashier.psp.base.Adapter for providers that speak the plain signed protocol."""

    def __init__(self) -> None:
        self._http = SignedHttp()

    def authorize(self, credentials: Credentials, request: AuthorizeRequest) -> PspResult:
        """authorize"""
        fields = {
            "merchant_reference": request.merchant_reference,
            "amount": _money(request.amount_minor, request.currency),
            "payment_token": request.payment_token,
            "method": request.method,
            "capture": request.capture,
            "return_url": request.return_url,
            "device": dict(request.device),
            **({"challenge": "required"} if request.challenge else {}),
        }
        answer = self._http.send(credentials, "authorize", fields, key=request.idempotency_key, trace_id=request.trace_id)
        if not answer.is_success:
            return read_refusal(answer.body)
        return read_payment(answer.body, reference=request.merchant_reference)

    def complete(self, credentials: Credentials, request: CompleteRequest) -> PspResult:
        """Challenges end at the provider; a lookup tells how."""
        return not_offered()

    def capture(self, credentials: Credentials, request: CaptureRequest) -> PspResult:
        """capture"""
        answer = self._move(credentials, "capture", request, {"psp_ref": request.psp_ref})
        return _moved(answer, psp_ref=request.psp_ref, id_field="capture_id", done=Outcome.CAPTURED)

    def void(self, credentials: Credentials, request: VoidRequest) -> PspResult:
        """void"""
        fields = {"psp_ref": request.psp_ref, "merchant_reference": request.merchant_reference}
        answer = self._http.send(credentials, "void", fields, key=request.idempotency_key, trace_id=request.trace_id)
        return _done(answer, Outcome.APPROVED, psp_ref=request.psp_ref)

    def refund(self, credentials: Credentials, request: RefundRequest) -> PspResult:
        """refund"""
        answer = self._move(credentials, "refund", request, {"psp_ref": request.psp_ref, "capture_id": request.capture_ref})
        return _moved(answer, psp_ref=request.psp_ref, id_field="refund_id")

    def payout(self, credentials: Credentials, request: PayoutRequest) -> PspResult:
        """payout"""
        answer = self._move(credentials, "payout", request, {"destination_token": request.destination_token})
        return _moved(answer, psp_ref="", id_field="payout_id")

    def submit_evidence(self, credentials: Credentials, request: EvidenceRequest) -> PspResult:
        """evidence, with the files themselves"""
        fields = {"dispute_id": request.dispute_ref, "files": [encoded(file) for file in request.files], "note": request.note}
        answer = self._http.send(credentials, "evidence", fields, key=request.idempotency_key, trace_id=request.trace_id)
        return _done(answer, Outcome.SUBMITTED, object_ref=request.dispute_ref)

    def accept_dispute(self, credentials: Credentials, request: AcceptDisputeRequest) -> PspResult:
        """accept"""
        fields = {"dispute_id": request.dispute_ref}
        answer = self._http.send(credentials, "accept", fields, key=request.idempotency_key, trace_id=request.trace_id)
        return _done(answer, Outcome.APPROVED, object_ref=request.dispute_ref)

    def lookup(
        self, credentials: Credentials, *, merchant_reference: str = "", idempotency_key: str = "", psp_ref: str = ""
    ) -> LookupResult | None:
        """lookup"""
        given = {"merchant_reference": merchant_reference, "of_idempotency_key": idempotency_key, "psp_ref": psp_ref}
        fields = {name: value for name, value in given.items() if value}
        if not fields:
            raise ValueError("a lookup needs a reference, a key or the provider's own reference")
        answer = self._http.send(credentials, "lookup", fields)
        if answer.is_success:
            return read_lookup(answer.body)
        if answer.status == 404 and answer.body.get("error") == "NOT_FOUND":
            return None
        raise PspError(f"a lookup was answered {answer.status}", status=answer.status)

    def _move(
        self, credentials: Credentials, act: str, request: CaptureRequest | RefundRequest | PayoutRequest, of: dict[str, str]
    ) -> Answer:
        fields = {**of, "merchant_reference": request.merchant_reference, "amount": _money(request.amount_minor, request.currency)}
        return self._http.send(credentials, act, fields, key=request.idempotency_key, trace_id=request.trace_id)


def _moved(answer: Answer, *, psp_ref: str, id_field: str, done: Outcome = Outcome.APPROVED) -> PspResult:
    if not answer.is_success:
        return read_refusal(answer.body)
    return read_movement({"psp_ref": psp_ref, **answer.body}, id_field=id_field, done=done)


def _done(answer: Answer, outcome: Outcome, *, psp_ref: str = "", object_ref: str = "") -> PspResult:
    """An act whose answer matters only as yes or no."""
    if not answer.is_success:
        return read_refusal(answer.body)
    return PspResult(outcome=outcome, psp_ref=psp_ref, object_ref=object_ref, raw=answer.body)


def _money(amount_minor: int, currency: str) -> dict[str, Any]:
    return {"minor_units": amount_minor, "currency": currency}
