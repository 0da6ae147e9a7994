"""Which PSP account takes a payment (C10): a pure engine. Values in, a decision out; no models, no clock, no Django."""

from cashier.routing.engine import decide
from cashier.routing.policies import BadPolicy, Policy, read_policy
from cashier.routing.values import Account, AccountHealth, Decision, Fees, Outcome, Payment, Scored, Taken, Track

__all__ = [
    "Account",
    "AccountHealth",
    "BadPolicy",
    "Decision",
    "Fees",
    "Outcome",
    "Payment",
    "Policy",
    "Scored",
    "Taken",
    "Track",
    "decide",
    "read_policy",
]
