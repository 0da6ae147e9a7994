"""What other rules would have done with decisions of the past (C12). Pure: stored decisions in, sums out.

Each candidate keeps the success rate, cost and value that it had when it was decided, and its reason where rules don't change it; so
what differs is due to the rules alone. Whether a payment would then have passed can't be known: only what was expected of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cashier.routing.engine import decide
from cashier.routing.policies import Policy
from cashier.routing.values import MILLION, Account, Outcome, Past, Payment

SAMPLE = 20
# A candidate dropped for one of these is looked at again: rules decided it. One that no rule let be compared has no scores.
BY_RULES = frozenset({"excluded", "no_challenge", "tried", "step_up_elsewhere"})
UNREAD = "not_reached"
WORDS = {Outcome.DECLINE: "declined by a rule", Outcome.REVIEW: "held for review", Outcome.NO_ROUTE: "no account"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision as it was stored: `went_to` an account's code, or in words what became of it. succeeded: None where not known."""

    intent: str
    payment: Mapping[str, Any]
    candidates: Sequence[Mapping[str, Any]]
    went_to: str
    was_stepped_up: bool
    succeeded: bool | None


@dataclass(slots=True)
class Sums:
    """Of a dry run so far. Costs per currency; successes in millionths of payments."""

    deposits: int = 0
    moved: int = 0
    stepped_up_before: int = 0
    stepped_up_after: int = 0
    moved_declined: int = 0
    expected_before_ppm: int = 0
    expected_after_ppm: int = 0
    moves: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)  # -> [count, amount, cost difference, success difference]
    costs: dict[str, int] = field(default_factory=dict)
    mix: dict[str, list[int]] = field(default_factory=dict)  # account -> [before, after]
    sample: list[dict[str, Any]] = field(default_factory=list)

    def add(self, kept: Kept, policy: Policy) -> None:
        """Count one decision, decided again by `policy`."""
        payment = Payment(**kept.payment)
        accounts = [past_account(row, payment) for row in kept.candidates]
        again = decide(payment, accounts, policy)
        goes_to = again.account or WORDS[again.outcome]
        scores = {row.code: row for row in again.candidates}
        self.deposits += 1
        self.stepped_up_before += kept.was_stepped_up
        self.stepped_up_after += again.step_up and again.outcome is Outcome.ROUTE
        before, after = scores.get(kept.went_to), scores.get(goes_to)
        ppm_before, ppm_after = (row.success_ppm if row else 0 for row in (before, after))
        self.expected_before_ppm += ppm_before
        self.expected_after_ppm += ppm_after
        cost = (after.cost_minor if after else 0) - (before.cost_minor if before else 0)
        for place, name in enumerate((kept.went_to, goes_to)):
            self.mix.setdefault(name, [0, 0])[place] += 1
        if goes_to != kept.went_to:
            self._move(kept, payment, goes_to, cost, ppm_after - ppm_before)

    def _move(self, kept: Kept, payment: Payment, goes_to: str, cost: int, success: int) -> None:
        self.moved += 1
        self.moved_declined += kept.succeeded is False
        self.costs[payment.currency] = self.costs.get(payment.currency, 0) + cost
        sums = self.moves.setdefault((kept.went_to, goes_to, payment.currency), [0, 0, 0, 0])
        for place, value in enumerate((1, payment.amount_minor, cost, success)):
            sums[place] += value
        if len(self.sample) < SAMPLE:
            told = {"intent": kept.intent, "from": kept.went_to, "to": goes_to, "amount_minor": payment.amount_minor}
            self.sample.append({**told, "currency": payment.currency, "succeeded": kept.succeeded})

    def as_body(self) -> dict[str, Any]:
        """JSON: whole numbers and words only."""
        names = ("count", "amount_minor", "cost_difference_minor", "success_difference_ppm")
        widest = sorted(self.moves.items(), key=lambda move: (-move[1][0], move[0]))
        return {
            "deposits": self.deposits,
            "moved": self.moved,
            "moved_declined": self.moved_declined,
            "stepped_up": [self.stepped_up_before, self.stepped_up_after],
            "expected_ppm": [self.expected_before_ppm // (self.deposits or 1), self.expected_after_ppm // (self.deposits or 1)],
            "moves": [
                {"from": went, "to": goes, "currency": currency, **dict(zip(names, sums, strict=True))}
                for (went, goes, currency), sums in widest
            ],
            "costs": dict(sorted(self.costs.items())),
            "mix": dict(sorted(self.mix.items())),
            "sample": self.sample,
        }


def past_account(row: Mapping[str, Any], payment: Payment) -> Account:
    """A stored candidate as an account that the engine can decide on again."""
    dropped = "" if row["state"] != "dropped" or row["reason"] in BY_RULES or row["reason"] == UNREAD else row["reason"]
    weight = row["weight_percent"] or 100
    value = int(row["value_micro"]) * 100 // weight
    if row["reason"] == UNREAD:  # never compared: all such are believed alike
        value = 8 * MILLION // 10 * payment.amount_minor
    past = Past(row["success_ppm"], row["cost_minor"], value, dropped)
    return Account(
        code=row["account"], provider="", entity=payment.entity, brands=frozenset({payment.brand}), rank=row.get("rank", 100), past=past
    )  # fmt: skip
