"""Any provider that speaks the plain signed protocol of docs/psps.md: http.py signs and calls, adapter.py is the protocol."""

from cashier.psp.generic.adapter import GenericAdapter

__all__ = ["GenericAdapter"]
