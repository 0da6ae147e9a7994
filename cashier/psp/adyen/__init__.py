"""Adyen, through its official SDK: http.py carries its calls, translate.py reads its answers, adapter.py is the protocol."""

from cashier.psp.adyen.adapter import AdyenAdapter

__all__ = ["AdyenAdapter"]
