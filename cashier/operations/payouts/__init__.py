"""Payouts (P1 to P5): requested, reviewed, sent once, settled, failed or returned. Each act is one function of one file."""

from cashier.operations.payouts.cancel import cancel_payout, cancel_unsent_payouts
from cashier.operations.payouts.errors import (
    DestinationNotOwned,
    DestinationNotUsable,
    NoRouteForPayout,
    PayoutNotCancelable,
    PayoutRefused,
    PayoutStateConflict,
)
from cashier.operations.payouts.outcomes import fail_payout, return_payout, settle_payout
from cashier.operations.payouts.request import request_payout
from cashier.operations.payouts.review import approve_payout, reject_payout
from cashier.operations.payouts.submit import begin_payout_submission, finish_payout_submission, resolve_payout, submit_payout
from cashier.operations.payouts.sweep import sweep_payouts

__all__ = [
    "DestinationNotOwned",
    "DestinationNotUsable",
    "NoRouteForPayout",
    "PayoutNotCancelable",
    "PayoutRefused",
    "PayoutStateConflict",
    "approve_payout",
    "begin_payout_submission",
    "cancel_payout",
    "cancel_unsent_payouts",
    "fail_payout",
    "finish_payout_submission",
    "reject_payout",
    "request_payout",
    "resolve_payout",
    "return_payout",
    "settle_payout",
    "submit_payout",
    "sweep_payouts",
]
