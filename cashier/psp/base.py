"""What every payment service provider (PSP) looks like to the cashier: requests, results, errors and the protocol.

An adapter turns these values into a provider's calls and back. It never touches the database, never retries, and has a
hard deadline on each call. Amounts are integer minor units of the ISO 4217 currency beside them; instants are aware UTC.

The answer of a call is one of three things, and the difference is money (C8):
- a PspResult: the provider said so, even if it said no (declines are results, not errors);
- PspUnreachable: the request never left us, so nothing happened, it may be sent again;
- PspTimeout or PspError: nobody knows, so ask with `lookup` before anything else.

What a provider does not offer (cashier.psp.capabilities) is answered without a call: REFUSED with decline code not_offered,
and LookupNotOffered where it can't be asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from cashier.psp.failures import LookupNotOffered as LookupNotOffered
from cashier.psp.failures import PspError as PspError
from cashier.psp.failures import PspFailure as PspFailure
from cashier.psp.failures import PspKeyReused as PspKeyReused
from cashier.psp.failures import PspTimeout as PspTimeout
from cashier.psp.failures import PspUnreachable as PspUnreachable
from cashier.psp.failures import UnknownProvider as UnknownProvider


class Outcome(StrEnum):
    """What a provider answered.

    authorize: CAPTURED (auto capture done), APPROVED (authorised only), PENDING, ACTION_REQUIRED, DECLINED, REFUSED (the
    request itself was refused). capture, refund, payout: SUBMITTED (accepted, the end comes by event), CAPTURED (capture
    done at once), APPROVED (refund or payout executed at once), REFUSED. void: APPROVED, SUBMITTED or REFUSED.
    """

    APPROVED = "APPROVED"
    CAPTURED = "CAPTURED"
    PENDING = "PENDING"
    ACTION_REQUIRED = "ACTION_REQUIRED"
    DECLINED = "DECLINED"
    REFUSED = "REFUSED"
    SUBMITTED = "SUBMITTED"
    UNKNOWN = "UNKNOWN"


class Retry(StrEnum):
    """What may be done after a decline (C15): never, a challenge, the same card later, another PSP now, fix the data."""

    NEVER = "never"
    STEP_UP = "step_up"
    SAME_LATER = "same_later"
    OTHER_PSP = "other_psp"
    FIX_DATA = "fix_data"


@dataclass(frozen=True, slots=True)
class PspResult:
    """One answer. `psp_ref` is the provider's payment, `object_ref` its capture, refund, payout or dispute.

    With auto capture, `object_ref` of an authorisation's answer is the capture made with it. `amount_minor` is what the
    provider says it moved (authorised, captured, refunded or paid). `action` is {"type": "redirect", "url": …}. `raw` is
    the body as answered, for evidence. `decline_code` is one of cashier.psp.declines, `provider_code` the provider's own.
    """

    outcome: Outcome
    psp_ref: str = ""
    object_ref: str = ""
    amount_minor: int = 0
    currency: str = ""
    decline_code: str = ""
    retry: str = ""
    eci: str = ""
    cavv: str = ""
    ds_trans_id: str = ""
    three_ds_version: str = ""
    avs: str = ""
    cvv: str = ""
    action: dict[str, Any] | None = None
    occurred_at: datetime | None = None
    raw: dict[str, Any] = field(default_factory=dict)
    provider_code: str = ""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where and as whom to call. `secret` is the API key; it is never part of repr, so never in a log.

    `client_certificate`: path of a PEM file with our certificate and its key, for providers that want mutual TLS (C16).
    """

    merchant_account: str
    base_url: str
    secret: str = field(repr=False)
    timeout_seconds: float = 10.0
    client_certificate: str = ""


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """Ask for an authorisation of `amount_minor`; `merchant_reference` is our intent (`pi_…`).

    challenge: ask the issuer for a 3-DS challenge, whatever the provider would do by itself (C11, C13).
    """

    idempotency_key: str
    merchant_reference: str
    amount_minor: int
    currency: str
    payment_token: str
    capture: str = "auto"
    method: str = "card"
    return_url: str = ""
    device: Mapping[str, Any] = field(default_factory=dict)
    trace_id: str = ""
    challenge: bool = False


@dataclass(frozen=True, slots=True)
class CompleteRequest:
    """Finish a challenge of `amount_minor` with what the player's browser brought back (`details`, as the provider named them)."""

    idempotency_key: str
    psp_ref: str
    merchant_reference: str
    amount_minor: int
    currency: str
    details: Mapping[str, str]
    capture: str = "auto"
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class CaptureRequest:
    """Capture all or part of authorisation `psp_ref`; `merchant_reference` is our capture (`cap_…`)."""

    idempotency_key: str
    psp_ref: str
    merchant_reference: str
    amount_minor: int
    currency: str
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class VoidRequest:
    """Give back what is authorised and not captured of `psp_ref`."""

    idempotency_key: str
    psp_ref: str
    merchant_reference: str
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Refund part or all of capture `capture_ref` (the provider's id) of payment `psp_ref`; ours is `rf_…`."""

    idempotency_key: str
    psp_ref: str
    capture_ref: str
    merchant_reference: str
    amount_minor: int
    currency: str
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class PayoutRequest:
    """Pay `amount_minor` to the instrument behind `destination_token`; `merchant_reference` is ours (`po_…`)."""

    idempotency_key: str
    merchant_reference: str
    amount_minor: int
    currency: str
    destination_token: str
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One item of evidence as sent: its name, media type, SHA-256 in hex and content."""

    name: str
    content_type: str
    sha256: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    """Answer dispute `dispute_ref` with `files`."""

    idempotency_key: str
    dispute_ref: str
    files: Sequence[EvidenceFile]
    note: str = ""
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class AcceptDisputeRequest:
    """Give up dispute `dispute_ref`."""

    idempotency_key: str
    dispute_ref: str
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class LookupMovement:
    """One capture, refund, payout or dispute movement as the provider holds it. `state` is SUBMITTED, PENDING, SUCCEEDED,
    FAILED, REVERSED (refund) or RETURNED (payout)."""

    object_ref: str
    merchant_reference: str
    state: str
    amount_minor: int
    currency: str
    occurred_at: datetime
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LookupResult:
    """What the provider holds for one reference of ours.

    `kind` is payment, refund, payout (a lookup by idempotency key or by a `rf_`/`po_` reference may find those). `state` of a
    payment: AUTHORIZED, PENDING, ACTION_REQUIRED, CAPTURED, DECLINED, CANCELED, EXPIRED, FAILED, VOIDED; of a refund or payout:
    as LookupMovement. `amount_minor` is the authorised amount, or the object's own.
    """

    kind: str
    psp_ref: str
    state: str
    amount_minor: int
    currency: str
    merchant_reference: str = ""
    object_ref: str = ""
    idempotency_key: str = ""
    captures: Sequence[LookupMovement] = ()
    refunds: Sequence[LookupMovement] = ()
    payout: LookupMovement | None = None
    decline_code: str = ""
    retry: str = ""
    eci: str = ""
    cavv: str = ""
    ds_trans_id: str = ""
    three_ds_version: str = ""
    avs: str = ""
    cvv: str = ""
    action: dict[str, Any] | None = None
    occurred_at: datetime | None = None
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def captured_minor(self) -> int:
        """Sum of the captures that succeeded."""
        return sum(capture.amount_minor for capture in self.captures if capture.state == "SUCCEEDED")


@runtime_checkable
class Adapter(Protocol):
    """One provider. Every call may raise PspUnreachable, PspTimeout, PspError or PspKeyReused."""

    def authorize(self, credentials: Credentials, request: AuthorizeRequest) -> PspResult: ...

    def complete(self, credentials: Credentials, request: CompleteRequest) -> PspResult: ...

    def capture(self, credentials: Credentials, request: CaptureRequest) -> PspResult: ...

    def void(self, credentials: Credentials, request: VoidRequest) -> PspResult: ...

    def refund(self, credentials: Credentials, request: RefundRequest) -> PspResult: ...

    def payout(self, credentials: Credentials, request: PayoutRequest) -> PspResult: ...

    def submit_evidence(self, credentials: Credentials, request: EvidenceRequest) -> PspResult: ...

    def accept_dispute(self, credentials: Credentials, request: AcceptDisputeRequest) -> PspResult: ...

    def lookup(
        self, credentials: Credentials, *, merchant_reference: str = "", idempotency_key: str = "", psp_ref: str = ""
    ) -> LookupResult | None:
        """What the provider holds for our reference (pi_, rf_, po_), our key, or its own reference; None: it knows nothing.

        Raises LookupNotOffered where it can't be asked, ValueError where nothing is given to look for.
        """
        ...
