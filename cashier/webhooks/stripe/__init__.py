"""Stripe's webhooks. docs.stripe.com/webhooks#verify-manually"""

from cashier.webhooks.stripe.kinds import normalise, split
from cashier.webhooks.stripe.signature import verify

__all__ = ["normalise", "split", "verify"]
