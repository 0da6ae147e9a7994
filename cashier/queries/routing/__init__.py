"""What the routing engine is given (C10): payments, accounts with their track and health, the rules in force."""

from cashier.queries.routing.accounts import list_candidates, routing_accounts, routing_values
from cashier.queries.routing.explaining import explained_route
from cashier.queries.routing.payments import Means, card_key_of, hypothetical, licence_of, payment_of
from cashier.queries.routing.rules import active_rules, default_policy, latest_trial, policy_in_force, policy_of, stopped_splits
from cashier.queries.routing.splits import SplitResult, split_results

__all__ = [
    "Means",
    "SplitResult",
    "active_rules",
    "card_key_of",
    "default_policy",
    "explained_route",
    "hypothetical",
    "latest_trial",
    "licence_of",
    "list_candidates",
    "payment_of",
    "policy_in_force",
    "policy_of",
    "routing_accounts",
    "routing_values",
    "split_results",
    "stopped_splits",
]
