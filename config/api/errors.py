"""One error envelope for every answer that is not a success (A5): {error, message, trace_id, details}."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views import defaults
from django_fsm import TransitionNotAllowed
from rest_framework import exceptions
from rest_framework.response import Response

from config import outages
from ledger.errors import ApprovalRefused, BadPublicId, InsufficientFunds, PostingKeyConflict, StillRunning
from ledger.kept_files import FileNotKept
from ledger.money import MoneyError, UnknownAsset
from ledger.refusals import Conflict, Invalid, LedgerError, NotFound, Refused
from ledger.tracing import current_trace_id

log = structlog.get_logger(__name__)

# Refusals of the books that a caller may meet, and what he is told: (status, stable code, message). Any other error of the
# books is a defect of ours: a 500.
BOOK_REFUSALS: dict[type[Exception], tuple[int, str, str]] = {
    InsufficientFunds: (422, "INSUFFICIENT_FUNDS", "The balance does not cover the amount."),
    PostingKeyConflict: (409, "STATE_CONFLICT", "This movement is already booked with other content."),
    TransitionNotAllowed: (409, "STATE_CONFLICT", "It is not in a state in which this can be done."),
    BadPublicId: (404, "NOT_FOUND", "Not found."),
    MoneyError: (400, "VALIDATION_ERROR", "The amount is not valid."),
    UnknownAsset: (400, "VALIDATION_ERROR", "This currency is not known."),
}
CODES = {
    400: "VALIDATION_ERROR",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    413: "BODY_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
}
FAILED = "Something went wrong on our side; it is logged under the trace id."


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """The envelope for any exception of a view. What is nobody's refusal is logged with its trace and answered 500, or 503 (C22)."""
    for kind, (status, code, message) in BOOK_REFUSALS.items():
        if isinstance(error, kind):
            return Response(envelope(code, message), status=status)
    if isinstance(error, ApprovalRefused) or (isinstance(error, Refused) and not isinstance(error, LedgerError)):
        return refusal(error)
    if isinstance(error, UnreadablePostError):  # the caller went away, or stopped in the middle of the body
        return Response(envelope("VALIDATION_ERROR", "The body did not come whole."), status=400)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.APIException):
        return framework_refusal(error)
    if outages.is_database_away(error):
        outages.let_go(error)
        log.warning("api.database_away", view=type(context.get("view")).__name__, exc_info=True)
        return Response(envelope(outages.CODE, outages.MESSAGE, outages.DETAILS), status=503, headers=outages.HEADERS)
    log.exception("api.failed", view=type(context.get("view")).__name__)
    return Response(envelope("INTERNAL_ERROR", FAILED), status=500)


def refusal(error: Refused) -> Response:
    """A refusal of an operation, with the status of its family."""
    status = 422
    for family, code in ((Conflict, 409), (NotFound, 404), (Invalid, 400), (FileNotKept, 503)):
        if isinstance(error, family):
            status = code
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, StillRunning) else {}
    return Response(envelope(error.code, error.message, error.details), status=status, headers=headers)


def framework_refusal(error: exceptions.APIException) -> Response:
    """What the framework refuses: validation, authentication, scope, method, media type, rate."""
    status = error.status_code
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(error.auth_header)  # type: ignore[attr-defined]
    if getattr(error, "wait", None) is not None:
        headers["Retry-After"] = str(max(1, round(error.wait)))  # type: ignore[attr-defined]
    if isinstance(error, exceptions.ValidationError):
        found = list(field_errors(error.detail, ""))
        field, rule, message = found[0] if found else ("", "invalid", "The request is not valid.")
        details = {"field": field, "rule": rule, "errors": [{"field": f, "rule": r, "message": m} for f, r, m in found]}
        return Response(envelope("VALIDATION_ERROR", message, details), status=400, headers=headers)
    return Response(envelope(CODES.get(status, "ERROR"), str(error.detail)), status=status, headers=headers)


def field_errors(detail: Any, path: str) -> list[tuple[str, str, str]]:
    """Every (field path, rule, message) in a validation error, in the order found."""
    if isinstance(detail, Mapping):
        return [
            found
            for name, item in detail.items()
            for found in field_errors(item, path if name == "non_field_errors" else f"{path}.{name}".lstrip("."))
        ]
    if isinstance(detail, Sequence) and not isinstance(detail, str):
        return [found for item in detail for found in field_errors(item, path)]
    return [(path, str(getattr(detail, "code", "invalid")), str(detail))]


def envelope(code: str, message: str, details: Mapping[str, object] | None = None) -> dict[str, Any]:
    """The body of every error answer."""
    return {"error": code, "message": message, "trace_id": current_trace_id(), "details": dict(details or {})}


def is_machine_path(request: HttpRequest) -> bool:
    return request.path.startswith(("/v1/", "/oauth/", "/webhooks/", "/hooks/"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: a request that the framework could not read, or would not."""
    if not is_machine_path(request):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return JsonResponse(envelope("BODY_TOO_LARGE", "The body is too large."), status=413)
    return JsonResponse(envelope("VALIDATION_ERROR", "The request can't be read."), status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: the envelope for machines, the page for people."""
    from config.backoffice.errors import not_found as page

    return JsonResponse(envelope("NOT_FOUND", "Not found."), status=404) if is_machine_path(request) else page(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500, called while the error is handled: the envelope for machines, the page for people; 503 while the database is away."""
    from config.backoffice.errors import failed as page

    error = sys.exc_info()[1]
    if error is not None and outages.is_database_away(error):
        outages.let_go(error)
        return database_away(request)
    return JsonResponse(envelope("INTERNAL_ERROR", FAILED), status=500) if is_machine_path(request) else page(request)


def database_away(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After. A PSP that gets it sends its webhook again."""
    from config.backoffice.errors import database_away as page

    if not is_machine_path(request):
        return page(request)
    return JsonResponse(envelope(outages.CODE, outages.MESSAGE, outages.DETAILS), status=503, headers=outages.HEADERS)
