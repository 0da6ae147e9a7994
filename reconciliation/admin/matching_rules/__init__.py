"""Matching rules in versions, and their back-tests (R15)."""

from reconciliation.admin.matching_rules.back_tests import BackTestAdmin
from reconciliation.admin.matching_rules.pages import MatchingRulesAdmin

__all__ = ["BackTestAdmin", "MatchingRulesAdmin"]
