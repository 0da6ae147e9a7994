"""The official SDK over our transport: our deadline, no retries, and the kinds of silence told apart before the SDK sees them.

The SDK builds the requests and reads the answers; a client of it lives for one act, because it carries that act's deadline.
https://docs.stripe.com/api/errors · https://docs.stripe.com/api/idempotent_requests
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import stripe
from stripe import HTTPClient, StripeClient

from cashier.psp.base import Credentials, PspError, PspKeyReused, PspUnreachable
from cashier.psp.transport import Call, Transport, read_object

OWN_HOSTS = ("", "https://api.stripe.com")


class Refusal(Exception):
    """Stripe answered with an error object: the request was refused, or the card declined. `error` is that object."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(str(error.get("message", "")))
        self.status = status
        self.error = error

    @property
    def is_decline(self) -> bool:
        """402: the request was right, the payment was not."""
        return self.status == 402

    @property
    def is_missing(self) -> bool:
        """The object that was named does not exist."""
        return self.status == 404 or self.error.get("code") == "resource_missing"


class _Carrier(HTTPClient):
    """What the SDK calls to send."""

    name = "countroom"

    def __init__(self, transport: Transport, call: Call) -> None:
        super().__init__()
        self._transport = transport
        self._call = call

    def request(self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any) -> tuple[str, int, Any]:
        """Send once; what brings no usable answer raises here, past the SDK."""
        sent = {name: value for name, value in (headers or {}).items() if name != "X-Stripe-Client-User-Agent"}  # names the machine
        content = post_data.encode() if isinstance(post_data, str) else post_data or b""
        reply = self._transport.take(self._call, method.upper(), url, content=content, headers=sent)
        if reply.status == 409:
            raise PspError("the first request under this key is still on its way", status=409)
        read_object(reply)
        return reply.content.decode("utf-8", "replace"), reply.status, reply.headers

    def close(self) -> None:
        """The pool belongs to the adapter."""


class StripeHttp:
    """Opens the SDK for one act."""

    def __init__(self) -> None:
        self._transport = Transport()

    @contextmanager
    def open(self, credentials: Credentials) -> Iterator[StripeClient]:
        """The SDK for one act of at most the deadline. Raises Refusal, PspKeyReused and the failures of the transport."""
        carrier = _Carrier(self._transport, Call.begin(credentials))
        addresses = _addresses(credentials.base_url)
        client = StripeClient(credentials.secret, base_addresses=addresses, max_network_retries=0, http_client=carrier)
        try:
            yield client
        except stripe.IdempotencyError as error:
            raise PspKeyReused(f"Stripe holds another request under this key: {error.user_message}") from error
        except stripe.RateLimitError as error:
            raise PspUnreachable("turned away: too many requests") from error
        except stripe.StripeError as error:
            raise _refusal(error) from error


def _addresses(base_url: str) -> Any:
    """Stripe's own hosts, or one host for all its services."""
    base = base_url.rstrip("/")
    return {} if base in OWN_HOSTS else {"api": base, "files": base, "connect": base, "meter_events": base}


def _refusal(error: stripe.StripeError) -> Exception:
    body = error.json_body
    found = body.get("error") if isinstance(body, dict) else None
    if error.http_status is None or not 400 <= error.http_status < 500 or not isinstance(found, dict):
        return PspError(f"an answer that can't be used: {error}"[:300], status=error.http_status or 0)
    return Refusal(error.http_status, json.loads(json.dumps(found)))
