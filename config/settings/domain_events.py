"""Which events of ours others hear (A8, A9), and who hands them over. docs/outgoing-webhooks.md lists them for integrators.

Per model: `body`, the dotted path of the function (row) -> ledger.outbox.Told; `version` of its shape; `events`, the act's name as
operations call it -> its public name. An act that is not named here stays inside. A name once public is never changed: a body that
can't grow any more gets a new version.
"""

from typing import TypedDict

import environ

env = environ.Env()


class Published(TypedDict):
    body: str
    version: int
    events: dict[str, str]


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


DOMAIN_EVENTS: dict[str, Published] = {
    "cashier.DepositIntent": {
        "body": "cashier.api.published.deposit",
        "version": 1,
        "events": {
            **_same("deposit.initiated", "deposit.action_required", "deposit.authorized", "deposit.captured", "deposit.status_corrected"),
            **_same("deposit.failed", "deposit.expired", "deposit.canceled", "deposit.voided"),
            **_same("deposit.held_for_review", "deposit.review_allowed"),
            "deposit.seen": "deposit.pending",
            "deposit.psp_captured_late": "deposit.captured_late",
        },
    },
    "cashier.Capture": {
        "body": "cashier.api.published.capture",
        "version": 1,
        "events": {
            "deposit.captured": "capture.succeeded",
            "deposit.late_money": "capture.late_money",
            "deposit.capture_refused": "capture.refused",
            "deposit.capture_failed": "capture.failed_late",
            "deposit.returned": "capture.returned",
        },
    },
    "cashier.Refund": {
        "body": "cashier.api.published.refund",
        "version": 1,
        "events": _same("refund.submitted", "refund.pending", "refund.processed", "refund.failed", "refund.reversed"),
    },
    "cashier.PayoutIntent": {
        "body": "cashier.api.published.payout",
        "version": 1,
        "events": {
            **_same("payout.requested", "payout.under_review", "payout.approved", "payout.submitted", "payout.settled", "payout.failed"),
            **_same("payout.returned", "payout.rejected", "payout.canceled", "payout.paid_after_release"),
        },
    },
    "cashier.Player": {
        "body": "cashier.api.published.player",
        "version": 1,
        "events": {
            **_same("player.created", "player.activated", "player.blocked", "player.self_excluded", "player.closed"),
            **_same("player.kyc_changed", "player.limits_changed"),
        },
    },
    "cashier.Bonus": {
        "body": "cashier.api.published.bonus",
        "version": 1,
        "events": _same("bonus.granted", "bonus.paid", "bonus.converted", "bonus.expired", "bonus.forfeited"),
    },
    "disputes.Dispute": {
        "body": "disputes.api.published.dispute",
        "version": 1,
        "events": {
            **_same("dispute.inquiry", "dispute.inquiry_released", "dispute.reopened", "dispute.submitted", "dispute.accepted"),
            **_same("dispute.pre_arbitration", "dispute.won", "dispute.lost", "dispute.expired", "dispute.withdrawn"),
            **_same("dispute.auto_refunded"),
            "chargeback.opened": "dispute.opened",
            "chargeback.credited": "dispute.won_provisionally",
        },
    },
    "reconciliation.Alert": {
        "body": "reconciliation.api.published.alert",
        "version": 1,
        "events": _same("alert.raised", "alert.passed"),
    },
    "reconciliation.ExceptionCase": {
        "body": "reconciliation.api.published.case",
        "version": 1,
        "events": _same("case.raised", "case.auto_resolved", "case.resolved", "case.reopened"),
    },
    "reconciliation.DailyClose": {
        "body": "reconciliation.api.published.close",
        "version": 1,
        "events": _same("close.signed_off", "close.reopened"),
    },
}

# A Redis stream that events are added to as well; empty: none. Its oldest entries go once it is longer than EVENT_STREAM_LENGTH.
EVENT_STREAM = env.str("EVENT_STREAM", default="")
EVENT_STREAM_LENGTH = env.int("EVENT_STREAM_LENGTH", default=100_000)
# Sink -> dotted path of (events: Sequence[DomainEvent]) -> None, in order of position, at least once. A sink of your own is a line here.
EVENT_SINKS: dict[str, str] = {
    "webhooks": "cashier.operations.outgoing.fan_out",
    **({"stream": "cashier.operations.outgoing.add_to_stream"} if EVENT_STREAM else {}),
}
# Outgoing webhooks: networks that may be called although they are private, in CIDR form; nothing, on a real site.
OUTGOING_ALLOWED_NETWORKS = env.list("OUTGOING_ALLOWED_NETWORKS", default=[])
OUTGOING_TIMEOUT_SECONDS = env.float("OUTGOING_TIMEOUT_SECONDS", default=10.0)
OUTGOING_CONCURRENCY = env.int("OUTGOING_CONCURRENCY", default=8)
