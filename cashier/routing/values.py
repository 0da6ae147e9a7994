"""What the engine reads and what it answers. Amounts are minor units; rates are parts per million, so that nothing is a float."""

from dataclasses import dataclass, field
from enum import StrEnum

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Payment:
    """What is to be routed. `key` names the intent: all that is drawn by lot is drawn from it, so the same payment is decided alike.

    usd_minor: the amount in US cents by the policy's rates, None where it has no rate for the currency. licence: the one that brand
    and region ask for, None where the brand has none for the region. bin: the first six to eight digits of a card, never more.
    """

    key: str
    brand: str
    entity: str
    region: str
    currency: str
    amount_minor: int
    method: str
    usd_minor: int | None = None
    licence: str | None = ""
    merchant_category: str = ""
    is_card: bool = True
    is_manual_capture: bool = False
    provider: str = ""  # the provider whose token is used; empty where any may take it
    scheme: str = ""
    card_type: str = ""
    bin: str = ""
    risk_band: str = ""
    avs: str = ""
    cvv: str = ""


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """How an account does right now. is_open: it may be called (no broken circuit). success_ppm, p95_ms: of its last answers, None where
    too few came. tries: how many these are."""

    is_open: bool = True
    success_ppm: int | None = None
    p95_ms: int | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Track:
    """Tries and successes in the sliding window: in the payment's own segment, and of the account in all."""

    tries: int = 0
    successes: int = 0
    all_tries: int = 0
    all_successes: int = 0


@dataclass(frozen=True, slots=True)
class Fees:
    """What a payment costs at an account: a share in millionths and a fixed part. source: schedule or settlement."""

    share_ppm: int = 0
    fixed_minor: int = 0
    source: str = "schedule"

    def cost_minor(self, amount_minor: int) -> int:
        """Rounded up: a cost is never told too low."""
        return -(-amount_minor * self.share_ppm // MILLION) + self.fixed_minor


@dataclass(frozen=True, slots=True)
class Account:
    """One merchant account as routing sees it. An empty set of regions, currencies or methods takes all; of licences none."""

    code: str
    provider: str
    entity: str
    brands: frozenset[str]
    regions: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    licences: frozenset[str] = frozenset()
    merchant_category: str = ""
    is_active: bool = True
    is_paused: bool = False
    lacks: frozenset[str] = frozenset()  # capabilities that its provider does not have: "manual_capture", "challenge"
    rank: int = 100
    health: AccountHealth = field(default_factory=AccountHealth)
    track: Track = field(default_factory=Track)
    fees: Fees = field(default_factory=Fees)
    past: "Past | None" = None


@dataclass(frozen=True, slots=True)
class Past:
    """What the account was worth to a payment when that was decided, for a dry run: the engine then looks at nothing newer (C12).
    dropped: why it was out then, for reasons that rules don't change."""

    success_ppm: int
    cost_minor: int
    value: int
    dropped: str = ""


class Outcome(StrEnum):
    """What was decided."""

    ROUTE = "route"
    NO_ROUTE = "no_route"
    DECLINE = "decline"
    REVIEW = "review"


class Taken(StrEnum):
    """What became of a candidate."""

    TAKEN = "taken"
    NEXT = "next"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate of a decision. value: millionths of a minor unit, success rate x (amount - cost) x weight.

    reason: a name from `reasons.REASONS`, for a candidate that was dropped and for the one that was taken.
    """

    code: str
    state: Taken
    reason: str
    success_ppm: int = 0
    tries: int = 0
    cost_minor: int = 0
    fee_source: str = ""
    weight_percent: int = 100
    value: int = 0
    rank: int = 100


@dataclass(frozen=True, slots=True)
class Decision:
    """order: codes of the accounts to try, the first now, the others where it declines and another may take it (C11)."""

    outcome: Outcome
    order: tuple[str, ...] = ()
    candidates: tuple[Scored, ...] = ()
    step_up: bool = False
    step_up_reason: str = ""
    rules: tuple[int, ...] = ()  # numbers of the rules that matched, from 1
    split: str = ""
    arm: str = ""
    is_explored: bool = False
    version: int = 0

    @property
    def account(self) -> str:
        """The code of the account to try now; empty where there is none."""
        return self.order[0] if self.order else ""
