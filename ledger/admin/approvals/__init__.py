"""The four-eyes inbox (S1, UX 4.15)."""

from ledger.admin.approvals.page import ApprovalRequestAdmin
from ledger.admin.approvals.wording import approvals_words, kinds_of

__all__ = ["ApprovalRequestAdmin", "approvals_words", "kinds_of"]
