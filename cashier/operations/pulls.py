"""Events that should have come and did not: we ask, and feed the answer through the same door (W6).

    late? ──sweep──> a pull, due ──nudge──> the PSP is asked ──> an event of our own making, via "pull"
                        └─ no news, or no answer ─> due again, later each time

The event has the key of the object that it speaks of, as the real one would: whichever comes second is a duplicate. It is
applied by the normal path, which looks before it credits (C3).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from cashier.measures import EVENTS_PULLED, PULLS
from cashier.models import Attempt, Capture, DepositIntent, DepositState, PayoutIntent, PayoutState, PspCall, PspEvent, PspEventWork, Refund
from cashier.models.events import EventPull
from cashier.nudges import nudge
from cashier.operations.calls import lookup
from cashier.operations.receive import TASK, Letter, event_of, insert
from cashier.psp.base import LookupNotOffered, LookupResult, PspFailure
from cashier.webhooks.canonical import read_event
from cashier.webhooks.pulled import deposit_events, payout_events, refund_events
from ledger.clock import real_now

PULL_TASK = "cashier.tasks.psp.pull_event"
BATCH = 200
LONGEST_WAIT = timedelta(hours=6)
Kind = EventPull.Kind
DONE = PspCall.CallState.DONE


@dataclass(frozen=True, slots=True)
class Late:
    """One object of ours whose event has not come: what to ask by, and how to read the answer."""

    reference: str
    is_open: bool
    read: Any


def sweep_late() -> int:
    """Find what is late and was not asked for lately, and nudge the question. Returns how many."""
    at = real_now()
    due = [(kind, row) for kind, rows in late_rows(at).items() for row in rows[:BATCH]]
    with transaction.atomic():
        for kind, row in due:
            asked = {"merchant_account_id": row["merchant_account_id"], "next_ask_at": at + wait_after(0)}
            pull, is_new = EventPull.objects.get_or_create(kind=kind, object_id=row["object"], defaults=asked)
            if not is_new:
                pull.next_ask_at = at + wait_after(pull.tries)
                pull.save(update_fields=["next_ask_at"])
            nudge(PULL_TASK, pull_id=pull.pk)
    return len(due)


def late_rows(at: datetime) -> dict[str, QuerySet[Any, dict[str, Any]]]:
    """Objects whose call was answered long enough ago, whose end is not told, and for which no question is open."""
    late = Q(call_state=DONE, answered_at__lt=at - timedelta(seconds=settings.EVENT_LATE_SECONDS))
    open_deposit = Q(intent__state__in=(DepositState.ACTION_REQUIRED, DepositState.PENDING)) | Q(
        intent__state=DepositState.AUTHORIZED, capture_mode="auto"
    )
    # Through its capture, what waits for one is asked for too.
    return {
        Kind.DEPOSIT: unasked(Attempt.objects.filter(late & open_deposit), Kind.DEPOSIT, at, key="intent_id"),
        Kind.CAPTURE: unasked(Capture.objects.filter(late, state=Capture.State.SUBMITTED), Kind.CAPTURE, at, key="pk"),
        Kind.REFUND: unasked(Refund.objects.filter(late, state__in=Refund.OPEN_STATES), Kind.REFUND, at, key="pk"),
        Kind.PAYOUT: unasked(PayoutIntent.objects.filter(late, state=PayoutState.SUBMITTED), Kind.PAYOUT, at, key="pk"),
    }


def unasked(rows: QuerySet[Any], kind: str, at: datetime, *, key: str) -> QuerySet[Any, dict[str, Any]]:
    waiting = EventPull.objects.filter(kind=kind, object_id=OuterRef(key), next_ask_at__gt=at)
    found = rows.filter(~Exists(waiting), merchant_account__isnull=False).order_by("answered_at")
    return found.values("merchant_account_id", object=F(key))


def pull_event(*, pull_id: int, now: datetime) -> str:
    """Ask the PSP once for one late object, with no transaction open, and store what it tells as events.

    Returns "pulled n", "no news", "unknown to the PSP", "no answer" (asked again later), "can't be asked" (C16), or "ended"
    (nothing is late any more).
    """
    pull = EventPull.objects.select_related("merchant_account").get(pk=pull_id)
    late = LATE[Kind(pull.kind)](pull.object_id)
    if not late.is_open:
        return counted(pull, "ended")
    try:
        found = lookup(pull.merchant_account, merchant_reference=late.reference)
    except LookupNotOffered:
        return counted(pull, "can't be asked")
    except PspFailure:
        return counted(pull, "no answer")
    if found is None:
        return counted(pull, "unknown to the PSP")
    with transaction.atomic():
        made = [event for body in late.read(found, now) if (event := feed(pull, body, now=now))]
        return counted(pull, f"pulled {len(made)}" if made else "no news", pulled=len(made))


def feed(pull: EventPull, body: dict[str, Any], *, now: datetime) -> PspEvent | None:
    """One event of our own making, that says where it comes from; None where its object was told of before."""
    text = json.dumps({**body, "pulled": {"asked_at": real_now().isoformat(), "for": f"{pull.kind} {pull.object_id}"}}).encode()
    canonical = read_event(text)
    event = event_of(Letter(pull.merchant_account, text, hashlib.sha256(text).hexdigest()), canonical, now=now)
    event.via = PspEvent.PULL
    event.identity_key = f"pull:{canonical.object_key or canonical.identity_key}"
    made = insert(event, PspEventWork(event=event, next_try_at=real_now()))
    if made is not None:
        EVENTS_PULLED.labels(pull.merchant_account.code, made.event).inc()
        nudge(TASK, event_id=made.pk)
    return made


def counted(pull: EventPull, result: str, *, pulled: int = 0) -> str:
    """Write down that we asked, and when we ask again."""
    PULLS.labels(pull.merchant_account.code, result.partition(" ")[0] if pulled else result).inc()
    pull.asked_at, pull.tries, pull.pulled = real_now(), pull.tries + 1, pull.pulled + pulled
    pull.next_ask_at = pull.asked_at + wait_after(pull.tries)
    pull.save(update_fields=["asked_at", "tries", "pulled", "next_ask_at"])
    return result


def wait_after(tries: int) -> timedelta:
    """Twice as long each time, from EVENT_LATE_SECONDS to six hours."""
    return min(timedelta(seconds=settings.EVENT_LATE_SECONDS * 2 ** min(tries, 20)), LONGEST_WAIT)


def late_deposit(pk: UUID) -> Late:
    intent = DepositIntent.objects.get(pk=pk)

    def read(found: LookupResult, now: datetime) -> Iterator[dict[str, Any]]:
        for body in deposit_events(found, intent_id=intent.public_id, asked_at=now):
            if not is_behind(body["event"], intent.state):
                yield body

    return Late(intent.public_id, intent.is_open, read)


def is_behind(event: str, state: str) -> bool:
    """Whether progress that the PSP tells is what we hold already."""
    reached = {"payment.authorized": DepositState.AUTHORIZED, "payment.pending": DepositState.PENDING}.get(event)
    return reached is not None and DepositIntent.RANKS[state] >= DepositIntent.RANKS[reached]


def late_capture(pk: UUID) -> Late:
    capture = Capture.objects.select_related("intent").get(pk=pk)
    return Late(capture.intent.public_id, capture.state == Capture.State.SUBMITTED, late_deposit(capture.intent_id).read)


def late_refund(pk: UUID) -> Late:
    refund = Refund.objects.select_related("capture__intent").get(pk=pk)
    names = {"intent_id": refund.capture.intent.public_id, "refund_id": refund.public_id, "refund_ref": refund.psp_ref}
    return Late(refund.public_id, refund.state in Refund.OPEN_STATES, lambda found, now: refund_events(found, **names, asked_at=now))


def late_payout(pk: UUID) -> Late:
    payout = PayoutIntent.objects.get(pk=pk)
    is_open = payout.state == PayoutState.SUBMITTED
    return Late(payout.public_id, is_open, lambda found, now: payout_events(found, payout_id=payout.public_id, asked_at=now))


LATE = {Kind.DEPOSIT: late_deposit, Kind.CAPTURE: late_capture, Kind.REFUND: late_refund, Kind.PAYOUT: late_payout}
