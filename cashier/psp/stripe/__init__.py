"""Stripe, through its official SDK: http.py carries its calls, translate.py reads its objects, adapter.py is the protocol."""

from cashier.psp.stripe.adapter import StripeAdapter

__all__ = ["StripeAdapter"]
