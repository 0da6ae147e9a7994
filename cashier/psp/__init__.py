"""Payment service providers behind one protocol: `base.py` says what an adapter is, each package beside it is one.

To add one: copy `sandbox/`, pass tests/cashier/psp, add a line to settings.PSP_ADAPTERS.
"""

from cashier.psp.base import (
    AcceptDisputeRequest,
    Adapter,
    AuthorizeRequest,
    CaptureRequest,
    CompleteRequest,
    Credentials,
    EvidenceFile,
    EvidenceRequest,
    LookupMovement,
    LookupNotOffered,
    LookupResult,
    Outcome,
    PayoutRequest,
    PspError,
    PspFailure,
    PspKeyReused,
    PspResult,
    PspTimeout,
    PspUnreachable,
    RefundRequest,
    Retry,
    UnknownProvider,
    VoidRequest,
)
from cashier.psp.registry import get_adapter

__all__ = [
    "AcceptDisputeRequest",
    "Adapter",
    "AuthorizeRequest",
    "CaptureRequest",
    "CompleteRequest",
    "Credentials",
    "EvidenceFile",
    "EvidenceRequest",
    "LookupMovement",
    "LookupNotOffered",
    "LookupResult",
    "Outcome",
    "PayoutRequest",
    "PspError",
    "PspFailure",
    "PspKeyReused",
    "PspResult",
    "PspTimeout",
    "PspUnreachable",
    "RefundRequest",
    "Retry",
    "UnknownProvider",
    "VoidRequest",
    "get_adapter",
]
