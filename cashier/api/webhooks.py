"""The door for PSPs (W1 to W3): verifies, stores, answers. No token: the signature says who calls."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cashier import operations
from cashier.webhooks.signatures import MalformedHeaders, SignedHeaders, read_headers
from ledger import clock
from ledger.tracing import current_trace_id

MESSAGES = {
    400: ("VALIDATION_ERROR", "The request is malformed."),
    # One answer for signature, time, nonce and account: who tries learns nothing.
    401: ("UNAUTHENTICATED", "The request is not authenticated."),
    413: ("BODY_TOO_LARGE", "The body is too large."),
}


@csrf_exempt
@require_POST
def receive_psp_webhook(request: HttpRequest) -> JsonResponse:
    """POST /webhooks/psp: 200 {"status": "accepted" | "duplicate"}, 400, 401, 413."""
    body = read_body(request)
    if body is None:
        return refuse(413, "too_large", account=request.headers.get("X-Merchant-Account", ""))
    try:
        headers = headers_of(request)
    except MalformedHeaders:
        return refuse(400, "malformed", account=request.headers.get("X-Merchant-Account", ""))
    try:
        received = operations.receive_event(headers=headers, body=body, now=clock.now())
    except operations.WebhookRefused as refusal:
        return refuse(401, refusal.reason, account=headers.account_code)
    return JsonResponse({"status": str(received)})


def read_body(request: HttpRequest) -> bytes | None:
    """The whole body, or None above the limit; no more than the limit is ever read."""
    limit = settings.WEBHOOK_MAX_BYTES
    stated = request.headers.get("Content-Length", "")
    if stated.isdecimal() and int(stated[:20]) > limit:
        return None
    body = request.read(limit + 1)
    return None if len(body) > limit else body


def headers_of(request: HttpRequest) -> SignedHeaders:
    return read_headers(
        account=request.headers.get("X-Merchant-Account"),
        timestamp=request.headers.get("X-Timestamp"),
        nonce=request.headers.get("X-Nonce"),
        signature=request.headers.get("X-Signature"),
    )


def refuse(status: int, reason: str, *, account: str) -> JsonResponse:
    """Counted under the account's name as it was given, as far as it can be written down."""
    named = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in account[:64])
    operations.count_refusal(account_code=named, reason=reason, now=clock.now())
    code, message = MESSAGES[status]
    return JsonResponse({"error": code, "message": message, "trace_id": current_trace_id(), "details": {}}, status=status)
