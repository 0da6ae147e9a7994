"""The sandbox PSP (docs/sandbox.md): http.py calls it, translate.py reads what it says, adapter.py is the protocol."""

from cashier.psp.sandbox.adapter import SandboxAdapter

__all__ = ["SandboxAdapter"]
