"""The decision (C10): who may, what the rules say, what each is worth, who comes first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from cashier.routing.eligibility import reason_to_drop
from cashier.routing.lots import draw
from cashier.routing.policies import ENDS, Effect, Policy
from cashier.routing.scoring import cost_of, success_ppm, value_of
from cashier.routing.values import Account, Decision, Outcome, Payment, Scored, Taken


@dataclass(slots=True)
class Said:
    """What the rules say of one payment. Rules are read in order: the first prefer holds, excludes and weights add up, and a decline
    or review ends the reading."""

    preferred: tuple[str, ...] = ()
    excluded: set[str] = field(default_factory=set)
    weights: dict[str, int] = field(default_factory=dict)
    step_up: str = ""
    end: Effect | None = None
    numbers: list[int] = field(default_factory=list)


def decide(
    payment: Payment, accounts: Sequence[Account], policy: Policy, *, stopped: Collection[str] = (), tried: Collection[str] = (),
    is_reviewed: bool = False,
) -> Decision:  # fmt: skip
    """Decide on one payment. `stopped`: names of splits whose arm B lost; `tried`: codes of accounts that declined it already.
    `is_reviewed`: a person let it through, so that no rule holds it again.

    The same values give the same decision, in whatever order the accounts come. A dropped candidate is never in `order`.
    """
    said = read_rules(payment, policy, is_reviewed=is_reviewed)
    split, arm = _arm(payment, policy, stopped)
    base = Decision(
        Outcome.NO_ROUTE, step_up=bool(said.step_up), step_up_reason=said.step_up, rules=tuple(said.numbers), split=split, arm=arm,
        version=policy.version,
    )  # fmt: skip
    if said.end is not None:
        outcome = Outcome.DECLINE if said.end is Effect.DECLINE else Outcome.REVIEW
        unread = tuple(Scored(account.code, Taken.DROPPED, "not_reached", rank=account.rank) for account in _in_order(accounts))
        return replace(base, outcome=outcome, candidates=unread)
    reasons = {account.code: _drop_reason(payment, account, said, tried) for account in accounts}
    scored = [_score(payment, account, said, policy, reasons[account.code]) for account in _in_order(accounts)]
    alive = [row for row in scored if row.state is not Taken.DROPPED]
    first = next((entry.accounts for entry in policy.splits if entry.name == split and arm == "B"), ())
    order, reason = _order(payment, alive, said.preferred, first, policy)
    return replace(
        base,
        outcome=Outcome.ROUTE if order else Outcome.NO_ROUTE,
        order=tuple(row.code for row in order),
        candidates=(*_named(order, reason), *(row for row in scored if row.state is Taken.DROPPED)),
        is_explored=reason == "explored",
    )


def read_rules(payment: Payment, policy: Policy, *, is_reviewed: bool = False) -> Said:
    """What the rules and the default step-up say of the payment."""
    said = Said(step_up=_default_step_up(payment, policy))
    for number, rule in enumerate(policy.rules, 1):
        if not rule.when.match(payment):
            continue
        said.numbers.append(number)
        match rule.effect:
            case Effect.PREFER:
                said.preferred = said.preferred or rule.accounts
            case Effect.EXCLUDE:
                said.excluded.update(rule.accounts)
            case Effect.WEIGHT:
                said.weights.update({code: said.weights.get(code, 100) * rule.percent // 100 for code in rule.accounts})
            case Effect.STEP_UP:
                said.step_up = said.step_up or f"rule {number}"
        if rule.effect in ENDS and not (is_reviewed and rule.effect is Effect.REVIEW):
            said.end = rule.effect
            break
    return said


def _default_step_up(payment: Payment, policy: Policy) -> str:
    limit = policy.options.step_up_usd
    if not limit or not payment.is_card:
        return ""
    is_above = payment.usd_minor is None or payment.usd_minor > limit * 100
    return f"above {limit:,} USD" if is_above else ""


def _arm(payment: Payment, policy: Policy, stopped: Collection[str]) -> tuple[str, str]:
    """The first running split that the payment is in, and its arm. A payment is in one split at most."""
    for split in policy.splits:
        arm = "" if split.name in stopped else split.arm_of(payment)
        if arm:
            return split.name, arm
    return "", ""


def _in_order(accounts: Sequence[Account]) -> list[Account]:
    return sorted(accounts, key=lambda account: (account.rank, account.code))


def _drop_reason(payment: Payment, account: Account, said: Said, tried: Collection[str]) -> str:
    if reason := reason_to_drop(payment, account):
        return reason
    if account.code in tried:
        return "tried"
    if account.code in said.excluded:
        return "excluded"
    return "no_challenge" if said.step_up and "challenge" in account.lacks else ""


def _score(payment: Payment, account: Account, said: Said, policy: Policy, reason: str) -> Scored:
    weight, options = said.weights.get(account.code, 100), policy.options
    value = value_of(
        payment, account, weight_percent=weight, slow_above_ms=options.slow_above_ms, slow_percent=options.slow_percent
    )  # fmt: skip
    return Scored(
        code=account.code,
        state=Taken.DROPPED if reason else Taken.NEXT,
        reason=reason,
        success_ppm=success_ppm(account),
        tries=account.track.tries,
        cost_minor=cost_of(payment, account),
        fee_source=account.fees.source,
        weight_percent=weight,
        value=value,
        rank=account.rank,
    )


def _order(
    payment: Payment, alive: list[Scored], preferred: tuple[str, ...], arm: tuple[str, ...], policy: Policy
) -> tuple[list[Scored], str]:
    """Candidates in the order to try them, and why the first is first. `alive` comes by rank, so equal values fall to the rank."""
    by_value = sorted(alive, key=lambda row: -row.value)
    named, reason = (arm, "split_arm") if arm else (preferred, "preferred")
    ahead = [row for code in named for row in alive if row.code == code]
    if ahead:
        return [*ahead, *(row for row in by_value if row not in ahead)], reason
    if len(by_value) > 1 and draw(payment.key, "explore", of=100) < policy.options.explore_percent:
        drawn = by_value[draw(payment.key, "explore:which", of=len(by_value))]
        return [drawn, *(row for row in by_value if row is not drawn)], "explored"
    return by_value, "best_value"


def _named(order: list[Scored], reason: str) -> list[Scored]:
    return [
        replace(row, state=Taken.NEXT if place else Taken.TAKEN, reason="next_in_line" if place else reason)
        for place, row in enumerate(order)
    ]
