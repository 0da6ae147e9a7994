"""Pages of reconciliation: exceptions, runs, files, closes, reason codes."""

from reconciliation.admin import chips
from reconciliation.admin.cases import ExceptionCaseAdmin

__all__ = ["ExceptionCaseAdmin", "chips"]
