"""What follows from what: pure functions of states and answers, with no database and no clock."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from cashier.models.deposits import ENDED_STATES, RANKS, DepositState
from cashier.psp.base import Outcome


class Step(StrEnum):
    """What an answer to an authorisation means for the intent."""

    AUTHORIZE = "authorize"
    PEND = "pend"
    CAPTURE = "capture"
    REQUIRE_ACTION = "require_action"
    FAIL = "fail"
    GIVE_BACK = "give_back"  # an authorisation that nobody wants any more
    RECORD = "record"  # the intent is further already: keep the data, leave the state


_STEPS = {
    Outcome.APPROVED: Step.AUTHORIZE,
    Outcome.PENDING: Step.PEND,
    Outcome.SUBMITTED: Step.PEND,
    Outcome.CAPTURED: Step.CAPTURE,
    Outcome.ACTION_REQUIRED: Step.REQUIRE_ACTION,
    Outcome.DECLINED: Step.FAIL,
    Outcome.REFUSED: Step.FAIL,
}
_REACHES = {
    Step.AUTHORIZE: DepositState.AUTHORIZED,
    Step.PEND: DepositState.PENDING,
    Step.REQUIRE_ACTION: DepositState.ACTION_REQUIRED,
    Step.FAIL: DepositState.FAILED,
}


def step_for(state: str, outcome: Outcome) -> Step:
    """The step of an intent in `state` whose authorisation was answered with `outcome` (C2: by rank, never backwards)."""
    step = _STEPS[outcome]
    if step is Step.CAPTURE:
        return step
    if state in ENDED_STATES:
        return Step.GIVE_BACK if step in (Step.AUTHORIZE, Step.REQUIRE_ACTION) else Step.RECORD
    return step if RANKS[_REACHES[step]] > RANKS[state] else Step.RECORD


def state_after(outcome: Outcome) -> DepositState:
    """The state that an intent which has just begun is in after this answer to its authorisation."""
    return _REACHES.get(_STEPS[outcome], DepositState.CAPTURED)


@dataclass(frozen=True, slots=True)
class Fee:
    """What the player pays us on a deposit (C19): the charge, our fee inside it."""

    model: str
    gross_minor: int
    fee_minor: int


def fee_of(amount_minor: int, currency: str, rule: dict[str, object] | None) -> Fee:
    """The charge and the player's fee for `amount_minor`, by a rule {"model", "percent", "fixed_minor"}; half-even to the minor unit.

    `fixed_minor` by currency, {"EUR": 25}: one that it doesn't name pays the percentage alone. A number is of whatever currency.
    """
    if not rule:
        return Fee("operator", amount_minor, 0)
    share = Decimal(amount_minor) * Decimal(str(rule.get("percent", "0"))) / 100
    fixed = rule.get("fixed_minor", 0)
    fixed = fixed.get(currency, 0) if isinstance(fixed, dict) else fixed
    fee = int(share.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)) + int(str(fixed))
    if rule["model"] == "player_on_top":
        return Fee("player_on_top", amount_minor + fee, fee)
    return Fee("player_taken_off", amount_minor, min(fee, amount_minor))


def fee_share(*, fee_minor: int, gross_minor: int, before_minor: int, amount_minor: int) -> int:
    """The part of the fee that a capture of `amount_minor` after `before_minor` carries; over all captures they sum to the fee."""
    return _part(fee_minor, gross_minor, before_minor + amount_minor) - _part(fee_minor, gross_minor, before_minor)


def _part(fee_minor: int, gross_minor: int, up_to_minor: int) -> int:
    exact = Decimal(fee_minor) * min(up_to_minor, gross_minor) / gross_minor
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
