"""Figures for Prometheus about webhooks (W6, W7). Each process counts what it did itself."""

from datetime import datetime

from prometheus_client import Counter, Histogram

LAG_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21600, 86400)

WEBHOOK_LAG = Histogram(
    "countroom_webhook_lag_seconds",
    "By stage: received (from when it happened to when we heard it), applied (from then until applied), whole (both)",
    ["account", "stage"],
    buckets=LAG_BUCKETS,
)
WEBHOOKS = Counter("countroom_webhooks_total", "Webhooks by result: accepted, duplicate, or why refused", ["account", "result"])
EVENTS_PULLED = Counter("countroom_events_pulled_total", "Events that we had to ask a PSP for", ["account", "event"])
PULLS = Counter("countroom_event_pulls_total", "Questions to PSPs for events that are late, by result", ["account", "result"])


def observe_received(*, account: str, occurred_at: datetime, received_at: datetime) -> None:
    """An event was heard; a PSP's clock that is ahead of ours counts as no lag."""
    WEBHOOK_LAG.labels(account, "received").observe(max((received_at - occurred_at).total_seconds(), 0))


def observe_applied(*, account: str, occurred_at: datetime, received_at: datetime, applied_at: datetime) -> None:
    """An event was applied, or found to tell nothing new."""
    WEBHOOK_LAG.labels(account, "applied").observe(max((applied_at - received_at).total_seconds(), 0))
    WEBHOOK_LAG.labels(account, "whole").observe(max((applied_at - occurred_at).total_seconds(), 0))
