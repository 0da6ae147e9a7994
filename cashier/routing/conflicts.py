"""Rules that can never hold, and rules that get into each other's way: named before anyone saves them (C12)."""

from dataclasses import dataclass

from cashier.routing.policies import ENDS, NAMES_ACCOUNTS, Effect, Policy, Rule


@dataclass(frozen=True, slots=True)
class Conflict:
    """`later` (its number) because of `earlier`. is_dead: it never takes effect; else both hold for some payments."""

    earlier: int
    later: int
    is_dead: bool
    words: str


def find_conflicts(policy: Policy) -> list[Conflict]:
    """Every pair that conflicts, dead rules first; a dead rule is told of once."""
    found: list[Conflict] = []
    for later, rule in enumerate(policy.rules, 1):
        pairs = [(number, earlier) for number, earlier in enumerate(policy.rules[: later - 1], 1) if earlier.when.meets(rule.when)]
        dead = next((number for number, earlier in pairs if _kills(earlier, rule)), None)
        if dead is not None:
            found.append(Conflict(dead, later, True, f"Rule {later} is never reached: rule {dead} holds for every payment that it names."))
            continue
        found += [
            Conflict(number, later, False, _words(number, later, earlier, rule)) for number, earlier in pairs if _clashes(earlier, rule)
        ]
    return sorted(found, key=lambda conflict: (not conflict.is_dead, conflict.later, conflict.earlier))


def _kills(earlier: Rule, rule: Rule) -> bool:
    if not earlier.when.covers(rule.when):
        return False
    if earlier.effect in ENDS:
        return True
    if earlier.effect is Effect.EXCLUDE and rule.effect in NAMES_ACCOUNTS:
        return set(rule.accounts) <= set(earlier.accounts)
    return earlier.effect is rule.effect and rule.effect in (Effect.PREFER, Effect.STEP_UP)


def _clashes(earlier: Rule, rule: Rule) -> bool:
    if earlier.effect in ENDS or rule.effect in ENDS:
        return False  # a rule that ends a payment narrows the others on purpose
    effects = {earlier.effect, rule.effect}
    if effects == {Effect.PREFER}:
        return earlier.accounts != rule.accounts
    return effects == {Effect.PREFER, Effect.EXCLUDE} and bool(set(earlier.accounts) & set(rule.accounts))


def _words(number: int, later: int, earlier: Rule, rule: Rule) -> str:
    if earlier.effect is rule.effect:
        return f"Rules {number} and {later} overlap: where both hold, rule {number} goes first and rule {later} is not asked."
    both = ", ".join(sorted(set(earlier.accounts) & set(rule.accounts)))
    return f"Rules {number} and {later} overlap: one prefers and the other excludes {both}; where both hold, it is excluded."
