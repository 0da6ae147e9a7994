"""What requests took and how they ended, per method and route: one observation for each.

In place of django_prometheus' middlewares, which make a dozen for each (docs/adr/0020-metrics.md).
"""

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from prometheus_client import Histogram

log = structlog.get_logger(__name__)

# With the two promises of O3 among them: authorise within 3 s at the 95th percentile, 8 s at the 99th.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 15)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REQUESTS = Histogram("countroom_http_seconds", "Requests by method, route and status", ["method", "route", "status"], buckets=BUCKETS)


class RequestFiguresMiddleware:
    """Counts and times every request. Put first: what is refused before a view is reached is counted too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        method = request.method if request.method in METHODS else "other"
        count(method, route_of(request), str(response.status_code), time.perf_counter() - began)
        return response


def count(method: str, route: str, status: str, seconds: float) -> None:
    """A folder that is missing or full is no reason to refuse the request."""
    try:
        REQUESTS.labels(method, route, status).observe(seconds)
    except OSError:
        log.warning("metrics.not_counted", exc_info=True)


def route_of(request: HttpRequest) -> str:
    """The route's pattern, never an address: whoever calls can't make new rows. Pages of the back office are one."""
    match = request.resolver_match
    if match is None:
        return "none"
    return "admin" if match.route.startswith("admin/") else match.route
