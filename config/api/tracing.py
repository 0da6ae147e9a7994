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
        response = self.get_response(request) if is_storable(request) else unreadable()
        response["X-Trace-Id"] = trace_id
        return response


def is_storable(request: HttpRequest) -> bool:
    """Whether path and query hold only text that the database can compare: no NUL."""
    return "\x00" not in request.path and "%00" not in request.META.get("QUERY_STRING", "")


def unreadable() -> JsonResponse:
    return JsonResponse(envelope("VALIDATION_ERROR", "The address holds a character that is not text."), status=400)
