"""Pages of reconciliation: exceptions, runs, files, closes, reason codes."""

from reconciliation.admin import chips
from reconciliation.admin.cases import ExceptionCaseAdmin
from reconciliation.admin.closes import DailyCloseAdmin
from reconciliation.admin.files import SourceFileAdmin
from reconciliation.admin.reasons import ReasonCodeAdmin
from reconciliation.admin.runs import ReconciliationRunAdmin

__all__ = ["DailyCloseAdmin", "ExceptionCaseAdmin", "ReasonCodeAdmin", "ReconciliationRunAdmin", "SourceFileAdmin", "chips"]
