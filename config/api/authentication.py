"""Bearer tokens: our own JWT, verified locally, and what we hold of its client (A2)."""

import ipaddress
import time
from dataclasses import replace

from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from cashier.models import ApiClient
from config.api.tokens import BadToken, verify_token
from ledger.api.callers import Caller

CLIENT_FACTS_SECONDS = 10
# A client's facts (brands, rate, networks) are kept this long per process: a changed or removed client is seen after it.
_facts: dict[str, tuple[float, Caller | None]] = {}


class BearerTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>` gives `request.user` = Caller. No header: anonymous; a bad token or an unknown client: 401."""

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            claims = verify_token(text.strip())
        except BadToken as error:
            raise exceptions.AuthenticationFailed(str(error)) from error
        client = get_client(claims.client_id)
        if client is None:
            raise exceptions.AuthenticationFailed("This client may not sign in.")
        check_network(client, str(request.META.get("REMOTE_ADDR", "")))
        return replace(client, scopes=claims.scopes & client.scopes), None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="countroom"'


def get_client(client_id: str) -> Caller | None:
    """The client with the scopes, brands, rate and networks that it has now (at most CLIENT_FACTS_SECONDS ago)."""
    known = _facts.get(client_id)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    client = load_client(client_id)
    if len(_facts) > 10_000:
        _facts.clear()
    _facts[client_id] = (time.monotonic() + CLIENT_FACTS_SECONDS, client)
    return client


def load_client(client_id: str) -> Caller | None:
    row = ApiClient.objects.filter(client_id=client_id).first()
    if row is None or not row.is_active:
        return None
    return Caller(
        client_id=row.client_id,
        scopes=frozenset(row.scopes.split()),
        brand_ids=frozenset(row.brands.values_list("pk", flat=True)),
        rate_per_minute=row.rate_per_minute,
        networks=tuple(row.ip_allow_list),
    )


def check_network(client: Caller, address: str) -> None:
    """Refuse (403) a client that calls from outside the networks it is bound to; an empty list binds it to none."""
    if not client.networks:
        return
    try:
        allowed = any(ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False) for network in client.networks)
    except ValueError:
        allowed = False
    if not allowed:
        raise exceptions.PermissionDenied("This client may not call from this address.")
