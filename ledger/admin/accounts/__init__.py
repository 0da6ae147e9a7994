"""Accounts, their statements, the trial balance and what players owe."""

from ledger.admin.accounts.pages import AccountAdmin

__all__ = ["AccountAdmin"]
