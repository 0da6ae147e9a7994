"""Pages of the books: approvals, accounts, journal, audit log. The frames that all pages are built from are in frames/."""

from ledger.admin.accounts import AccountAdmin
from ledger.admin.approvals import ApprovalRequestAdmin
from ledger.admin.audit import AuditRecordAdmin
from ledger.admin.journal import JournalTransactionAdmin

__all__ = ["AccountAdmin", "ApprovalRequestAdmin", "AuditRecordAdmin", "JournalTransactionAdmin"]
