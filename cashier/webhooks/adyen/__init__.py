"""Adyen's webhooks. docs.adyen.com/development-resources/webhooks"""

from cashier.webhooks.adyen.kinds import normalise
from cashier.webhooks.adyen.signature import split, verify

__all__ = ["normalise", "split", "verify"]
