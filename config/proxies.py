"""Whose address a request has behind a proxy: networks of API clients, doors that count failures and logs go by it (A1, A2)."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


class CallerAddressMiddleware:
    """REMOTE_ADDR is what the outermost of our own PROXY_HOPS proxies saw, by X-Forwarded-For.

    Each proxy appends the address that called it, so only the last PROXY_HOPS entries are ours; what stands before them is what
    the caller wrote. Where the list is shorter or its entry no address, REMOTE_ADDR stays that of the proxy. Installed only where
    BEHIND_TLS_PROXY says that nobody reaches us past the proxy.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        address = address_of(told[-settings.PROXY_HOPS]) if len(told) >= settings.PROXY_HOPS else ""
        if address:
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def address_of(text: str) -> str:
    """An address without its port: "203.0.113.7:51411", "[2001:db8::1]:443"; "" for anything else."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
