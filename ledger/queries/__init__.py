"""Every read of the books that is more than one filter deep (L6, L13). Amounts are minor units, debit positive."""

from ledger.queries.balances import get_account_balance, get_balance, wallet_view
from ledger.queries.entries import list_entries, open_of
from ledger.queries.history import DayBalance, list_day_balances
from ledger.queries.moments import NOW, AsOf, Mark, take_mark
from ledger.queries.receivables import AGES, AgedRow, Debt, aged_receivables, list_debts
from ledger.queries.shadows import ShadowReport, compare_shadow, count_shadow, shadow_days, stream_line_differences
from ledger.queries.statements import BadCursor, Line, Statement, Wanted, get_statement, stream_statement
from ledger.queries.trial import TrialAccount, TrialRow, trial_accounts, trial_balance

__all__ = [
    "AGES",
    "AgedRow",
    "AsOf",
    "BadCursor",
    "DayBalance",
    "Debt",
    "Line",
    "Mark",
    "NOW",
    "ShadowReport",
    "Statement",
    "TrialAccount",
    "TrialRow",
    "Wanted",
    "aged_receivables",
    "compare_shadow",
    "count_shadow",
    "get_account_balance",
    "get_balance",
    "get_statement",
    "list_day_balances",
    "list_debts",
    "list_entries",
    "open_of",
    "shadow_days",
    "stream_line_differences",
    "stream_statement",
    "take_mark",
    "trial_accounts",
    "trial_balance",
    "wallet_view",
]
