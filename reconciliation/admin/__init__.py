"""Pages of reconciliation: exceptions, runs, files, closes, reason codes."""

from reconciliation.admin import chips
from reconciliation.admin.alerts import AlertAdmin
from reconciliation.admin.auto_rules import AutoRuleAdmin
from reconciliation.admin.cases import ExceptionCaseAdmin
from reconciliation.admin.closes import DailyCloseAdmin
from reconciliation.admin.column_maps import ColumnMapVersionAdmin
from reconciliation.admin.files import SourceFileAdmin
from reconciliation.admin.matches import MatchAdmin
from reconciliation.admin.matching_rules import BackTestAdmin, MatchingRulesAdmin
from reconciliation.admin.provisional import ProvisionalCloseAdmin
from reconciliation.admin.reasons import ReasonCodeAdmin
from reconciliation.admin.runs import ReconciliationRunAdmin
from reconciliation.admin.sources import FileSourceAdmin
from reconciliation.admin.watches import WatchAdmin

__all__ = [
    "AlertAdmin",
    "AutoRuleAdmin",
    "BackTestAdmin",
    "ColumnMapVersionAdmin",
    "DailyCloseAdmin",
    "ExceptionCaseAdmin",
    "MatchAdmin",
    "MatchingRulesAdmin",
    "ProvisionalCloseAdmin",
    "FileSourceAdmin",
    "ReasonCodeAdmin",
    "ReconciliationRunAdmin",
    "SourceFileAdmin",
    "WatchAdmin",
    "chips",
]
