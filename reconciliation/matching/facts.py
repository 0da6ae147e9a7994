"""What is known of a line and of our side, as plain values for the judgement (matching/judge.py)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line of a report; names as on the model PspLine. Amounts signed, minor units."""

    id: int
    batch_id: UUID
    bucket: int
    line_number: int
    kind: str
    type: str
    reverses: str
    merchant_reference: str
    object_merchant_reference: str
    psp_reference: str
    object_reference: str
    reference_kind: str
    reference_id: UUID | None
    object_kind: str
    object_id: UUID | None
    gross_currency: str
    gross_minor: int
    net_currency: str
    net_minor: int
    commission_minor: int
    markup_minor: int
    scheme_minor: int
    interchange_minor: int
    created_at: datetime
    business_date: date

    @property
    def value_minor(self) -> int:
        """What the line moves before fees, in net currency: what waits in suspense if it has no item."""
        return self.net_minor + self.fees_minor

    @property
    def fees_minor(self) -> int:
        """All fees of the line, positive a cost."""
        return self.commission_minor + self.markup_minor + self.scheme_minor + self.interchange_minor


@dataclass(frozen=True, slots=True)
class CaptureFacts:
    """One capture of ours. `held` where its money is with us: it succeeded, whatever came later. `payment_ref`: the PSP's id of the
    payment that it is of."""

    id: UUID
    public_id: str
    account_id: UUID
    psp_ref: str
    held: bool
    amount_minor: int
    payment_ref: str = ""


@dataclass(frozen=True, slots=True)
class IntentFacts:
    """One deposit. `account_ids`: the merchant accounts on which it was tried."""

    id: UUID
    public_id: str
    player_id: str
    state: str
    has_ended: bool
    currency: str
    account_ids: frozenset[UUID]
    captures: tuple[CaptureFacts, ...]


@dataclass(frozen=True, slots=True)
class MovementFacts:
    """One refund or payout. `state` is its own; `account_id` where it was sent."""

    id: UUID
    public_id: str
    player_id: str
    state: str
    currency: str
    account_id: UUID | None
    psp_ref: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class World:
    """Our side of a set of lines: by our own id, and refunds by the PSP's id too."""

    account_id: UUID
    intents: Mapping[UUID, IntentFacts] = field(default_factory=dict)
    intent_of_capture: Mapping[UUID, UUID] = field(default_factory=dict)
    refunds: Mapping[UUID, MovementFacts] = field(default_factory=dict)
    refunds_by_psp: Mapping[str, MovementFacts] = field(default_factory=dict)
    payouts: Mapping[UUID, MovementFacts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Ask the PSP whether this moved (evidence first). `kind` as cashier.operations.confirm_movement takes it."""

    kind: str
    merchant_reference: str
    psp_reference: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one line. `about` names the break for its dedupe key; `amount_minor` at risk.

    `ask`: what the PSP must confirm before the case is certain. `hold_player`: public id of the player whose money is held at once.
    """

    code: str
    amount_minor: int
    about: str
    merchant_reference: str = ""
    psp_reference: str = ""
    ask: Confirmation | None = None
    hold_player: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    links: Sequence[tuple[str, str]] = ()
