"""Stripe-Signature: `t=<Unix seconds>,v1=<hex>[,v1=<hex>]`, HMAC-SHA256 of "<t>.<raw body>". Pure.

The key is the endpoint's whole secret as text, `whsec_` included. Only the past is limited, as Stripe's own libraries do.
"""

from cashier.webhooks.hmacs import hex_of, is_same
from cashier.webhooks.signatures import MOST_SIGNATURES, TIMESTAMP, WINDOW_SECONDS, MalformedHeaders
from cashier.webhooks.values import Delivery, Keys, NotAuthentic

LONGEST_HEADER = 2048


def verify(delivery: Delivery, keys: Keys) -> None:
    """Raises MalformedHeaders, NotAuthentic."""
    timestamp, given = read_header(delivery.headers.get("stripe-signature", ""))
    signed = timestamp.encode() + b"." + delivery.body
    found = False
    for secret in keys.secrets:
        expected = hex_of(secret.encode(), signed)
        for value in given:
            found |= is_same(expected, value)
    if not found:
        raise NotAuthentic("signature")
    if delivery.at - int(timestamp) > WINDOW_SECONDS:
        raise NotAuthentic("time")


def read_header(header: str) -> tuple[str, list[str]]:
    """The time as it was written, and the v1 signatures; v0 and unknown schemes are not looked at. Raises MalformedHeaders."""
    pairs = [part.strip().partition("=") for part in header[:LONGEST_HEADER].split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    given = [value for name, _, value in pairs if name == "v1"]
    if len(times) != 1 or not TIMESTAMP.fullmatch(times[0]) or not given:
        raise MalformedHeaders("Stripe-Signature is t=<seconds>,v1=<hex>")
    return times[0], given[:MOST_SIGNATURES]
