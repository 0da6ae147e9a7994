"""What happened to a deposit, in order: states, calls, events, money (A4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cashier.models import Capture, DepositIntent, FrozenChecks, PayerCheck, PspEvent, Refund
from ledger.ids import to_public
from ledger.models import JournalTransaction, Transition


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened. kind: transition, routing, checks, payer, call, event, posting. `about`: public id of the row."""

    at: datetime
    kind: str
    about: str
    what: str
    detail: dict[str, Any]


def intent_timeline(intent: DepositIntent) -> list[TimelineEntry]:
    """Everything that happened to one deposit and its captures and refunds, oldest first."""
    captures = list(intent.captures.all())
    refunds = list(Refund.objects.filter(capture__in=captures))
    entries = [
        *_transitions(intent, captures, refunds),
        *_decisions(intent),
        *_checks(intent),
        *_calls(intent),
        *_events(intent),
        *_postings(intent),
    ]
    return sorted(entries, key=lambda entry: entry.at)


def _transitions(intent: DepositIntent, captures: list[Capture], refunds: list[Refund]) -> Iterator[TimelineEntry]:
    named = {intent.pk: intent.public_id}
    named |= {capture.pk: capture.public_id for capture in captures}
    named |= {refund.pk: refund.public_id for refund in refunds}
    yield TimelineEntry(intent.created_at, "transition", intent.public_id, "deposit.initiated", {"to": "INITIATED"})
    for row in Transition.objects.filter(target_id__in=named):
        yield TimelineEntry(row.at, "transition", named[row.target_id], row.event, {"from": row.from_state, "to": row.to_state})


def _decisions(intent: DepositIntent) -> Iterator[TimelineEntry]:
    for row in intent.routing_decisions.select_related("merchant_account"):
        account = row.merchant_account.code if row.merchant_account else None
        detail = {"outcome": row.outcome, "merchant_account": account, "rules_version": row.rules_version, "step_up": row.is_stepped_up}
        yield TimelineEntry(row.decided_at, "routing", row.public_id, f"routing.{row.moment}", detail)


def _checks(intent: DepositIntent) -> Iterator[TimelineEntry]:
    """What was known at each decision (K11), and what came of who paid (K10): never a name."""
    for row in FrozenChecks.objects.filter(intent=intent):
        yield TimelineEntry(row.frozen_at, "checks", row.public_id, f"checks.{row.moment}", {"sha256": row.digest, "facts": row.facts})
    for check in PayerCheck.objects.filter(attempt__intent=intent):
        detail = {"state": check.state, "reason": check.reason, "score": check.score, "threshold": check.threshold, "rule": check.rule}
        yield TimelineEntry(check.checked_at, "payer", check.public_id, f"payer.{check.state}", detail)


def _calls(intent: DepositIntent) -> Iterator[TimelineEntry]:
    for attempt in intent.attempts.select_related("merchant_account"):
        detail = {"merchant_account": attempt.merchant_account.code, "state": attempt.call_state, "tries": attempt.tries}
        yield TimelineEntry(attempt.created_at, "call", attempt.public_id, "authorize", detail)
        if attempt.call_state == "DONE":
            answer = {"outcome": attempt.outcome, "decline_code": attempt.decline_code, "psp_ref": attempt.psp_ref}
            yield TimelineEntry(attempt.updated_at, "call", attempt.public_id, "authorize.answered", answer)


def _events(intent: DepositIntent) -> Iterator[TimelineEntry]:
    for event in PspEvent.objects.select_related("work").filter(intent_ref=intent.public_id):
        detail = {"state": event.work.state, "outcome": event.work.outcome, "occurred_at": event.occurred_at.isoformat()}
        yield TimelineEntry(event.received_at, "event", event.public_id, event.event, detail)


def _postings(intent: DepositIntent) -> Iterator[TimelineEntry]:
    for row in JournalTransaction.objects.filter(intent_ref=intent.public_id):
        about = to_public("txn_", row.pk)
        yield TimelineEntry(row.posted_at, "posting", about, row.kind, {"business_date": row.business_date.isoformat()})
