"""Pages of routing (C10 to C12): versions of the rules with their dry runs, decisions, caps of the schemes."""

from cashier.admin.routing.caps import RetryCapAdmin
from cashier.admin.routing.decisions import RoutingDecisionAdmin
from cashier.admin.routing.pages import RoutingRulesAdmin
from cashier.admin.routing.trial_pages import RoutingTrialAdmin

__all__ = ["RetryCapAdmin", "RoutingDecisionAdmin", "RoutingRulesAdmin", "RoutingTrialAdmin"]
