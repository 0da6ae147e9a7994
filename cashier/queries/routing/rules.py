"""The rules in force, as values (C12)."""

from cashier.models import RoutingRules, RoutingTrial, SplitStop
from cashier.routing import Policy, read_policy
from cashier.routing.policies import Options


def active_rules() -> RoutingRules | None:
    """The one active version; None before the first: then the built-in defaults hold."""
    return RoutingRules.objects.filter(state=RoutingRules.State.ACTIVE).first()


def default_policy() -> Policy:
    """No rules: eligibility, the default step-up and the expected value decide, then the accounts' rank; nothing is drawn by lot."""
    return Policy(options=Options(explore_percent=0))


def policy_of(rules: RoutingRules | None) -> Policy:
    """A version as values. Raises BadPolicy for a body that can't be read."""
    return read_policy(rules.body, version=rules.version) if rules else default_policy()


def policy_in_force() -> tuple[Policy, frozenset[str]]:
    """The active policy, and the names of its split tests whose arm B was stopped."""
    rules = active_rules()
    return policy_of(rules), stopped_splits(rules)


def stopped_splits(rules: RoutingRules | None) -> frozenset[str]:
    """Stopped arms stay stopped in later versions of a split with the same name, until it is renamed."""
    if rules is None or not rules.body.get("splits"):
        return frozenset()
    return frozenset(SplitStop.objects.values_list("split", flat=True))


def latest_trial(rules: RoutingRules) -> RoutingTrial | None:
    """The newest dry run of exactly this body that is done."""
    done = rules.trials.filter(state=RoutingTrial.State.DONE, digest=rules.digest)
    return done.order_by("-asked_at", "-pk").first()
