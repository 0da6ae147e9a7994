"""Events of ours told to others (A8, A9)."""

from cashier.operations.outgoing.streaming import add_to_stream
from cashier.operations.outgoing.waking import wake_dispatcher

__all__ = ["add_to_stream", "wake_dispatcher"]
