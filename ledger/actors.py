"""Who acts: a person of the staff, an API client, or a part of the system. Two columns wherever an actor is stored."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ledger.models import User

Kind = Literal["user", "client", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is a user's primary key, an API client's client_id, or the name of a system part ("sweeper")."""

    kind: str
    id: str


def system_actor(name: str) -> Actor:
    """A part of the system, by name."""
    return Actor("system", name)


def user_actor(user: "User") -> Actor:
    """A signed-in person."""
    return Actor("user", str(user.pk))


def client_actor(client_id: str) -> Actor:
    """An API client: it may make requests for approval, never approve (S1)."""
    return Actor("client", client_id)
