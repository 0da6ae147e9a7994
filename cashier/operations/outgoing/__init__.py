"""Events of ours told to the operator's platform (A8, A9)."""

from cashier.operations.outgoing.delivering import drain_endpoint
from cashier.operations.outgoing.fanning import fan_out
from cashier.operations.outgoing.resending import replay_since, resend_deliveries, resend_delivery, resend_failed
from cashier.operations.outgoing.streaming import add_to_stream
from cashier.operations.outgoing.sweeping import sweep_deliveries
from cashier.operations.outgoing.waking import wake_dispatcher

__all__ = [
    "add_to_stream",
    "drain_endpoint",
    "fan_out",
    "replay_since",
    "resend_deliveries",
    "resend_delivery",
    "resend_failed",
    "sweep_deliveries",
    "wake_dispatcher",
]
