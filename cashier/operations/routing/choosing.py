"""Where a deposit goes, decided and written down (C10). Needs the intent locked."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from cashier.locks import lock_card
from cashier.models import Attempt, DepositIntent, MerchantAccount, RoutingDecision
from cashier.operations.reviews import is_allowed
from cashier.queries.retry_caps import reason_not_to_try
from cashier.queries.routing import Means, list_candidates, payment_of, policy_in_force, routing_values
from cashier.routing import Decision, Outcome, Payment, Scored, Taken, decide

Moment = RoutingDecision.Moment
# Counted against the schemes' caps: what only its rail decides has none.
CAPPED = RoutingDecision.Outcome.CAPPED


@dataclass(frozen=True, slots=True)
class Route:
    """A decision with the account that it chose; `outcome` is the engine's, or CAPPED, `note` why it is that."""

    decision: Decision
    payment: Payment
    outcome: str
    account: MerchantAccount | None = None
    note: str = ""

    @property
    def is_held_back(self) -> bool:
        """Whether only broken circuits stand in the way: ask again later (C9)."""
        reasons = {row.reason for row in self.decision.candidates if row.state is Taken.DROPPED}
        return self.outcome == Outcome.NO_ROUTE and "circuit_open" in reasons


def choose_route(intent: DepositIntent, means: Means, *, moment: str, now: datetime, again: Attempt | None = None) -> Route:
    """Decide where the deposit goes now. `again`: the attempt to repeat at its own account with a challenge (step_up).

    Accounts that were tried for the intent are out, but for that one. The scheme's cap on tries of a card is asked last, under the
    card's lock, which the caller's transaction keeps until the attempt is there to be counted.
    """
    policy, stopped = policy_in_force()
    payment = payment_of(intent, means, policy)
    rows = list_candidates(intent.brand)
    accounts = routing_values(rows, method=intent.method, currency=intent.currency, scheme=payment.scheme, now=now)
    tried = _tried(intent) - ({again.merchant_account.code} if again else set())
    decision = decide(payment, accounts, policy, stopped=stopped, tried=tried)
    if decision.outcome is Outcome.REVIEW and is_allowed(intent):
        decision = decide(payment, accounts, policy, stopped=stopped, tried=tried, is_reviewed=True)
    if again is not None:
        decision = at_same_account(decision, again.merchant_account.code)
    if decision.outcome is not Outcome.ROUTE:
        return Route(decision, payment, str(decision.outcome))
    if payment.is_card and (note := _capped(payment, means, now=now)):
        return Route(decision, payment, str(CAPPED), note=note)
    return Route(decision, payment, str(Outcome.ROUTE), next(row for row in rows if row.code == decision.account))


def _tried(intent: DepositIntent) -> set[str]:
    return {attempt.merchant_account.code for attempt in intent.attempts.all()}


def _capped(payment: Payment, means: Means, *, now: datetime) -> str:
    lock_card(means.card_key)
    return reason_not_to_try(
        card_key=means.card_key, scheme=payment.scheme, amount_minor=payment.amount_minor, currency=payment.currency, now=now
    )  # fmt: skip


def at_same_account(decision: Decision, code: str) -> Decision:
    """The decision narrowed to one account, with a challenge; no route where that account may not take it any more."""
    if decision.outcome is not Outcome.ROUTE:
        return decision
    outcome = Outcome.ROUTE if code in decision.order else Outcome.NO_ROUTE
    rows = tuple(_beside(row, code) for row in decision.candidates)
    order = (code,) if outcome is Outcome.ROUTE else ()
    return replace(decision, outcome=outcome, order=order, candidates=rows, step_up=True, step_up_reason="the issuer asks for it")


def _beside(row: Scored, code: str) -> Scored:
    if row.code == code and row.state is not Taken.DROPPED:
        return replace(row, state=Taken.TAKEN, reason="same_account")
    return replace(row, state=Taken.DROPPED, reason=row.reason if row.state is Taken.DROPPED else "step_up_elsewhere")


def keep_decision(
    intent: DepositIntent, route: Route, *, moment: str, attempt: Attempt | None, now: datetime
) -> RoutingDecision:  # fmt: skip
    """Write the decision, with every candidate, its scores and its reason (C10)."""
    decision = route.decision
    return RoutingDecision.objects.create(
        intent=intent,
        attempt=attempt,
        merchant_account=route.account,
        moment=moment,
        outcome=route.outcome,
        rules_version=decision.version,
        rules_matched=list(decision.rules),
        split=decision.split,
        arm=decision.arm,
        is_explored=decision.is_explored,
        is_stepped_up=decision.step_up,
        note=route.note or decision.step_up_reason,
        payment=asdict(route.payment),
        candidates=candidates_body(decision.candidates),
        decided_at=now,
    )


def candidates_body(candidates: Collection[Scored]) -> list[dict[str, Any]]:
    """As stored, and as the API explains them."""
    return [
        {
            "account": row.code,
            "state": str(row.state),
            "reason": row.reason,
            "success_ppm": row.success_ppm,
            "tries": row.tries,
            "cost_minor": row.cost_minor,
            "fees_from": row.fee_source,
            "weight_percent": row.weight_percent,
            "value_micro": str(row.value),
            "rank": row.rank,
        }
        for row in candidates
    ]
