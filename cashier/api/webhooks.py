"""The door for PSPs (W1 to W3): verifies, stores, answers. No token: the signature says who calls."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cashier import operations
from cashier.measures import WEBHOOKS
from cashier.webhooks.signatures import ACCOUNT, MalformedHeaders, SignedHeaders, read_headers
from cashier.webhooks.values import Delivery
from ledger import clock
from ledger.clock import real_now
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
    return accept(received, account=headers.account_code)


@csrf_exempt
@require_POST
def receive_provider_webhook(request: HttpRequest, connector: str, merchant_account: str) -> HttpResponse:
    """POST /webhooks/psp/<connector>/<merchant_account>: a provider's own scheme. Adyen's is answered "[accepted]", as it wants."""
    is_by_address = connector != operations.HOOKS
    answer = receive_signed(request, connector=connector if is_by_address else "", account=merchant_account)
    if answer.status_code == HTTPStatus.OK and connector == "adyen":
        return HttpResponse("[accepted]", content_type="text/plain")
    return answer


@csrf_exempt
@require_POST
def receive_payment_hook(request: HttpRequest) -> HttpResponse:
    """POST /hooks/payments: {payment_id, amount, status, timestamp}, for simple providers (W8)."""
    account = request.headers.get("X-Merchant-Account", "")
    if not ACCOUNT.fullmatch(account):
        return refuse(400, "malformed", account=account)
    return receive_signed(request, connector=operations.HOOKS, account=account)


def receive_signed(request: HttpRequest, *, connector: str, account: str) -> JsonResponse:
    """What every way in has in common: at most so much is read, then verified and stored, or refused and counted."""
    body = read_body(request)
    if body is None:
        return refuse(413, "too_large", account=account)
    delivery = Delivery({name.lower(): value for name, value in request.headers.items()}, body, real_now().timestamp())
    try:
        received = operations.receive_delivery(connector=connector, account_code=account, delivery=delivery, now=clock.now())
    except MalformedHeaders:
        return refuse(400, "malformed", account=account)
    except operations.WebhookRefused as refusal:
        return refuse(401, refusal.reason, account=account)
    return accept(received, account=account)


def accept(received: operations.Received, *, account: str) -> JsonResponse:
    """200 {"status": "accepted" | "duplicate"}; what was known already leaves its count only."""
    if received is operations.Received.DUPLICATE:
        operations.count_refusal(account_code=account, reason=str(received), now=clock.now())
    WEBHOOKS.labels(account, str(received)).inc()
    return JsonResponse({"status": str(received)})


def read_body(request: HttpRequest) -> bytes | None:
    """The whole body, or None above the limit; no more than the limit is ever read. One that breaks off is what came of it.

    A body in chunks states no length, and for Django it is empty then: the server's own stream has it.
    """
    limit = settings.WEBHOOK_MAX_BYTES
    stated = request.headers.get("Content-Length", "")
    if stated.isdecimal() and int(stated[:20]) > limit:
        return None
    is_chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    stream = request.META["wsgi.input"] if is_chunked else request
    try:
        body: bytes = stream.read(limit + 1)
    except OSError:  # too slow, or gone: no signature fits nothing
        return b""
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
    WEBHOOKS.labels("", reason).inc()
    code, message = MESSAGES[status]
    return JsonResponse({"error": code, "message": message, "trace_id": current_trace_id(), "details": {}}, status=status)
