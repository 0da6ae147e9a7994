"""The sandbox behind the protocol. Its pages: docs/sandbox.md, "Calling it"."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

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
    PspKeyReused,
    PspResult,
    RefundRequest,
    VoidRequest,
)
from cashier.psp.declines import not_offered
from cashier.psp.sandbox.http import HttpAnswer, PspHttp
from cashier.psp.sandbox.translate import read_lookup, read_movement, read_payment, read_refusal


class SandboxAdapter:
    """cashier.psp.base.Adapter for the sandbox."""

    def __init__(self) -> None:
        self._http = PspHttp()

    def authorize(self, credentials: Credentials, request: AuthorizeRequest) -> PspResult:
        """POST /v1/payments."""
        body = {
            "merchant_reference": request.merchant_reference,
            "amount": _money(request.amount_minor, request.currency),
            "payment_token": request.payment_token,
            "method": request.method,
            "capture": request.capture,
            "return_url": request.return_url,
            "device": dict(request.device),
            **({"challenge": "required"} if request.challenge else {}),
        }
        answer = self._post(credentials, "/v1/payments", body, key=request.idempotency_key, trace_id=request.trace_id)
        if not answer.is_success:
            return read_refusal(answer.body)
        return read_payment(answer.body, reference=request.merchant_reference)

    def complete(self, credentials: Credentials, request: CompleteRequest) -> PspResult:
        """Challenges end on the sandbox's own page."""
        return not_offered()

    def capture(self, credentials: Credentials, request: CaptureRequest) -> PspResult:
        """POST /v1/payments/{psp_ref}/captures."""
        body = {"merchant_reference": request.merchant_reference, "amount": _money(request.amount_minor, request.currency)}
        path = f"/v1/payments/{quote(request.psp_ref, safe='')}/captures"
        answer = self._post(credentials, path, body, key=request.idempotency_key, trace_id=request.trace_id)
        if not answer.is_success:
            return read_refusal(answer.body)
        capture = {**_part(answer, "capture"), "psp_ref": request.psp_ref}
        return read_movement(capture, id_field="capture_id", done=Outcome.CAPTURED)

    def void(self, credentials: Credentials, request: VoidRequest) -> PspResult:
        """POST /v1/payments/{psp_ref}/void."""
        path = f"/v1/payments/{quote(request.psp_ref, safe='')}/void"
        body = {"merchant_reference": request.merchant_reference}
        answer = self._post(credentials, path, body, key=request.idempotency_key, trace_id=request.trace_id)
        return _done(answer, psp_ref=request.psp_ref)

    def refund(self, credentials: Credentials, request: RefundRequest) -> PspResult:
        """POST /v1/payments/{psp_ref}/refunds."""
        body = {
            "merchant_reference": request.merchant_reference,
            "capture_id": request.capture_ref,
            "amount": _money(request.amount_minor, request.currency),
        }
        path = f"/v1/payments/{quote(request.psp_ref, safe='')}/refunds"
        answer = self._post(credentials, path, body, key=request.idempotency_key, trace_id=request.trace_id)
        return read_movement(answer.body, id_field="refund_id") if answer.is_success else read_refusal(answer.body)

    def payout(self, credentials: Credentials, request: PayoutRequest) -> PspResult:
        """POST /v1/payouts."""
        body = {
            "merchant_reference": request.merchant_reference,
            "amount": _money(request.amount_minor, request.currency),
            "destination_token": request.destination_token,
        }
        answer = self._post(credentials, "/v1/payouts", body, key=request.idempotency_key, trace_id=request.trace_id)
        return read_movement(answer.body, id_field="payout_id") if answer.is_success else read_refusal(answer.body)

    def submit_evidence(self, credentials: Credentials, request: EvidenceRequest) -> PspResult:
        """POST /v1/disputes/{id}/evidence: names, hashes and sizes; the sandbox reads no files."""
        files = [
            {"name": file.name, "content_type": file.content_type, "sha256": file.sha256, "size": len(file.content)}
            for file in request.files
        ]
        path = f"/v1/disputes/{quote(request.dispute_ref, safe='')}/evidence"
        body = {"files": files, "note": request.note}
        answer = self._post(credentials, path, body, key=request.idempotency_key, trace_id=request.trace_id)
        return _done(answer, outcome=Outcome.SUBMITTED, object_ref=request.dispute_ref)

    def accept_dispute(self, credentials: Credentials, request: AcceptDisputeRequest) -> PspResult:
        """POST /v1/disputes/{id}/accept."""
        path = f"/v1/disputes/{quote(request.dispute_ref, safe='')}/accept"
        answer = self._post(credentials, path, {}, key=request.idempotency_key, trace_id=request.trace_id)
        return _done(answer, object_ref=request.dispute_ref)

    def lookup(
        self, credentials: Credentials, *, merchant_reference: str = "", idempotency_key: str = "", psp_ref: str = ""
    ) -> LookupResult | None:
        """GET /v1/lookup."""
        given = {"merchant_reference": merchant_reference, "idempotency_key": idempotency_key, "psp_ref": psp_ref}
        params = {name: value for name, value in given.items() if value}
        if not params:
            raise ValueError("a lookup needs a reference, a key or the provider's own reference")
        answer = self._http.send(credentials, "GET", "/v1/lookup", params=params)
        if answer.is_success:
            return read_lookup(answer.body)
        if answer.status == 404 and answer.body.get("error") == "NOT_FOUND":
            return None
        raise PspError(f"a lookup was answered {answer.status}", status=answer.status)

    def _post(self, credentials: Credentials, path: str, body: Mapping[str, Any], *, key: str, trace_id: str) -> HttpAnswer:
        headers = {"Idempotency-Key": key, **({"X-Trace-Id": trace_id} if trace_id else {})}
        answer = self._http.send(credentials, "POST", path, body=body, headers=headers)
        if answer.status == 409:
            raise PspKeyReused(f"{path}: the sandbox holds another request under this key")
        return answer


def _done(answer: HttpAnswer, *, psp_ref: str = "", object_ref: str = "", outcome: Outcome = Outcome.APPROVED) -> PspResult:
    """An act whose answer matters only as yes or no."""
    if not answer.is_success:
        return read_refusal(answer.body)
    return PspResult(outcome=outcome, psp_ref=psp_ref or answer.body.get("psp_ref", ""), object_ref=object_ref, raw=answer.body)


def _part(answer: HttpAnswer, name: str) -> dict[str, Any]:
    part = answer.body.get(name)
    if not isinstance(part, dict):
        raise PspError(f"an answer without {name}", status=answer.status)
    return part


def _money(amount_minor: int, currency: str) -> dict[str, Any]:
    return {"minor_units": amount_minor, "currency": currency}
