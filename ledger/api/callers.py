"""Who calls: what a verified access token says of its client, as `request.user` of every API view."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from rest_framework.request import Request

from ledger.actors import Actor


@dataclass(frozen=True, slots=True)
class Caller:
    """A machine client (A2). `brand_ids` are the only brands whose things it may see; `scopes` those of its token."""

    client_id: str
    scopes: frozenset[str] = frozenset()
    brand_ids: frozenset[UUID] = frozenset()
    rate_per_minute: int = 600
    networks: tuple[str, ...] = ()

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_active(self) -> bool:
        return True

    @property
    def pk(self) -> str:
        return self.client_id

    @property
    def actor(self) -> Actor:
        return Actor("client", self.client_id)


def caller_of(request: Request) -> Caller:
    """The caller of an authenticated request."""
    return cast(Caller, cast(Any, request).user)
