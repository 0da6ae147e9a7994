"""Checks of what waits for people or for a PSP: cases, approvals, unknown outcomes, dead letters."""

from collections.abc import Iterator

from django.db.models import Q

from cashier.models import Attempt, Capture, Instrument, PayoutIntent, PspCall, PspEventWork, Refund, Void
from ledger.models import ApprovalRequest
from ledger.money import money_text
from reconciliation.models import ExceptionCase
from reconciliation.models.cases import LIVE_STATES
from reconciliation.queries.checklist.items import CheckItem, Day, capped, check_item

BLOCKING_SEVERITIES = ("critical", "high")
CALLS = (Attempt, Capture, Void, Refund, PayoutIntent, Instrument)
UNANSWERED = (PspCall.CallState.SENT, PspCall.CallState.UNKNOWN)


def nothing_is_unknown(day: Day) -> CheckItem:
    """No PSP call up to the day's end without an answer, payouts included; no dead letter."""
    named: list[str] = []
    count = 0
    for words, found in _unanswered(day):
        named += words
        count += found
    return check_item("unknown", "Nothing unknown or dead", f"{count} waiting" if count else "none", named, count=count)


def approvals_are_decided(day: Day) -> CheckItem:
    """No request up to the day's end still waits for a person (requests about closes excepted)."""
    waiting = ApprovalRequest.objects.filter(
        Q(entity=day.entity) | Q(entity=None), state=ApprovalRequest.State.PENDING, requested_at__lt=day.end
    )
    requests, count = capped(waiting.exclude(kind__startswith="close.").order_by("requested_at", "pk"))
    missing = [f"{request.summary} ({request.public_id})" for request in requests]
    return check_item("approvals", "Approvals decided", f"{count} waiting" if count else "none waiting", missing, count=count)


def no_case_blocks(day: Day) -> CheckItem:
    """No critical or high case of the day or before is undecided."""
    live = ExceptionCase.objects.filter(entity=day.entity, business_date__lte=day.date, state__in=LIVE_STATES)
    cases, count = capped(live.filter(severity__in=BLOCKING_SEVERITIES).select_related("reason").order_by("due_at", "number"))
    missing = [f"{case.label} {case.reason.title}, {money_text(case.amount_minor, case.currency)}" for case in cases]
    return check_item(
        "cases", "No case above the threshold", f"{live.count()} open, {count} of them critical or high", missing, count=count
    )


def _unanswered(day: Day) -> Iterator[tuple[list[str], int]]:
    for model in CALLS:
        calls = model._default_manager.filter(call_state__in=UNANSWERED, created_at__lt=day.end, merchant_account__entity=day.entity)
        rows, count = capped(calls.order_by("created_at", "pk"))
        yield [f"{model._meta.verbose_name} {row.public_id}: outcome unknown" for row in rows], count
    dead = PspEventWork.objects.filter(
        state=PspEventWork.State.DEAD, event__received_at__lt=day.end, event__merchant_account__entity=day.entity
    ).select_related("event")
    rows, count = capped(dead.order_by("event_id"))
    yield [f"dead letter {row.event.public_id} ({row.event.event})" for row in rows], count
