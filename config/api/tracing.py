"""Trace ids (A3): taken from X-Trace-Id or X-Request-ID, made if absent, always returned, carried to logs, tasks and PSP calls."""

import re
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

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
        response = self.get_response(request)
        response["X-Trace-Id"] = trace_id
        return response
