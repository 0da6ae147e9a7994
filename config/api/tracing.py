"""Trace ids (A3): taken from X-Trace-Id or X-Request-ID, made if absent, always returned, carried to logs, tasks and PSP calls."""

import re
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse

from config.api.errors import envelope
from ledger.ids import new_id
from ledger.tracing import set_trace_id

HEADERS = ("X-Trace-Id", "X-Request-ID")
PLAIN = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class TraceIdMiddleware:
    """Sets the trace id of the request before anything else runs. One that is not plain (64 of A-Za-z0-9._:-) is replaced."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = next((request.headers[name] for name in HEADERS if name in request.headers), "")
        trace_id = given if PLAIN.fullmatch(given) else new_id().hex
        set_trace_id(trace_id)
        structlog.contextvars.bind_contextvars(trace_id=trace_id)
        fault = fault_of(request)
        response = unreadable(fault) if fault else without_length() if lacks_length(request) else self.get_response(request)
        response["X-Trace-Id"] = trace_id
        return response


def fault_of(request: HttpRequest) -> str:
    """What makes the request one that nobody can read: a NUL in path or query (the database compares none), a length that is none."""
    if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return "The address holds a character that is not text."
    length = request.META.get("CONTENT_LENGTH") or "0"
    return "" if str(length).isascii() and str(length).isdecimal() else "Content-Length is not a number of bytes."


def lacks_length(request: HttpRequest) -> bool:
    """A body in chunks, which Django would take for an empty one. Webhooks read it themselves: a PSP sends as it likes."""
    return "Transfer-Encoding" in request.headers and not request.path.startswith(("/webhooks/", "/hooks/"))


def without_length() -> JsonResponse:
    return JsonResponse(envelope("LENGTH_REQUIRED", "Send the body with a Content-Length."), status=411)


def unreadable(fault: str) -> JsonResponse:
    return JsonResponse(envelope("VALIDATION_ERROR", fault), status=400)
