"""Every view under /v1, for tests that ask something of all of them."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver

OPEN = {"v1/schema", "v1/docs"}


def views_of(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(route, view class) of each pattern of the API, the open pages left out."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views_of(pattern, route)
        elif isinstance(pattern, URLPattern) and route.startswith("v1/") and route not in OPEN:
            yield route, pattern.callback.cls  # type: ignore[attr-defined]
