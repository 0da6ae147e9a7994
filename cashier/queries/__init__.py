"""Reads of the cashier that are more than one filter deep."""

from cashier.queries.accounts import get_open_account, list_eligible_accounts
from cashier.queries.deposits import deposited_minor, get_capture_for, get_intent_for, list_intents_for, require_intent_for
from cashier.queries.timeline import TimelineEntry, intent_timeline

__all__ = [
    "TimelineEntry",
    "deposited_minor",
    "get_capture_for",
    "get_intent_for",
    "get_open_account",
    "intent_timeline",
    "list_eligible_accounts",
    "list_intents_for",
    "require_intent_for",
]
