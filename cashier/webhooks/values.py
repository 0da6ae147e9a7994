"""What the ways in share: a delivery as it came, the notifications in it, and why one is refused or means nothing. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from cashier.webhooks.canonical import UnreadableBody

LONGEST_KIND = 32
LONGEST_IDENTITY = 160


class NotAuthentic(Exception):
    """The signature or the time is wrong. `reason`: "signature" or "time"; counted, never told to the caller (W3)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotRelevant(Exception):
    """A notification that we know and that changes nothing here; the message says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One HTTP request of a provider. `headers` by lower-case name, `at` real Unix time in seconds."""

    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Keys:
    """What we verify with, newest first: several while a secret rotates (S4)."""

    secrets: Sequence[str]
    public_keys: Sequence[str]


@dataclass(frozen=True, slots=True)
class Item:
    """One notification of a delivery, as the provider wrote it.

    `kind`: the provider's own name of it. `identity`: what stays the same when it is sent again. `data`: its JSON.
    `is_sealed`: the identity is the sender's idempotency key, so that the same with another body is refused (W2).
    """

    kind: str
    identity: str
    data: dict[str, Any]
    occurred_at: datetime | None = None
    is_sealed: bool = False


class Connector(Protocol):
    """One provider's scheme; each is a module of this shape, found by settings.WEBHOOK_CONNECTORS."""

    def verify(self, delivery: Delivery, keys: Keys) -> None:
        """Raises MalformedHeaders, NotAuthentic. Takes constant time for each secret, and tries all of them."""
        ...

    def split(self, delivery: Delivery) -> list[Item]:
        """The notifications in a verified delivery. Raises UnreadableBody."""
        ...

    def normalise(self, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What one notification means, as canonical bodies (W1). Raises NotRelevant, UnreadableBody.

        References of ours may be left out, and an amount may be {"major": "50.00"}: whoever stores it completes them.
        """
        ...


def read_json(body: bytes) -> dict[str, Any]:
    """A JSON object; numbers with a fraction stay text, so that none passes through a float. Raises UnreadableBody."""
    try:
        data = json.loads(body.decode("utf-8"), parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise UnreadableBody("not JSON") from error
    if not isinstance(data, dict):
        raise UnreadableBody("not a JSON object")
    return data


def text_at(data: Mapping[str, Any], *path: str) -> str:
    """The text at a path, "" where there is none; a whole number as its digits."""
    value = at_path(data, *path)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def at_path(data: Mapping[str, Any], *path: str) -> Any:
    value: Any = data
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def dict_at(data: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The object at a path, empty where there is none."""
    value = at_path(data, *path)
    return value if isinstance(value, Mapping) else {}
