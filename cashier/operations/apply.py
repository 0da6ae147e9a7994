"""What a stored event means: correlated, asked about where money depends on it, applied once (W3 to W5, decision 7).

RECEIVED ──apply──> APPLIED | IGNORED
   │  ├─ its payment is not known yet ─> WAITING, tried again for a day, then DEAD with a case
   │  └─ it fails ─> tried again with backoff, at last DEAD
DEAD ──replay (people, audited: replays)──> RECEIVED

A provider's own notification is APPLIED when what it means is stored as events of its own (event_translation).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from cashier.locks import lock_event_work
from cashier.measures import observe_applied
from cashier.models import PspEvent, PspEventWork
from cashier.operations.calls import backoff
from cashier.operations.event_effects import ask_about, effect_of
from cashier.operations.event_values import BadEvent, NotYet
from cashier.operations.told_amounts import OtherAmount, tell_told
from cashier.psp.base import PspFailure
from ledger.actors import system_actor
from ledger.calendar import business_date
from ledger.clock import real_now
from ledger.notices import tell

log = structlog.get_logger(__name__)

WEBHOOK = system_actor("webhook")
MOST_TRIES = 12  # of what fails by itself; what fails because the PSP gives no answer is tried for a day and more
OUTAGE_FOR = timedelta(hours=36)
OUTAGE_WAIT = timedelta(minutes=15)  # at most between two tries of it
MOST_NOTED = 20
WAITS_FOR = timedelta(hours=24)
S = PspEventWork.State


@dataclass(frozen=True, slots=True)
class Applied:
    """How a try ended: the state that the work row got, and the words for it."""

    state: str
    outcome: str


def apply_event(*, event_id: UUID, now: datetime) -> str:
    """Apply one stored event; its `processed` mark and its effect are one transaction. Returns what became of it.

    1. its work row under a lease; 2. where a credit may follow, one lookup by us, with no transaction open (C3); 3. work
    row and payment locked, the effect, the mark. What raises leaves no effect and is tried again. Where we were so slow that
    the lease passed to another worker who ended it, its mark stays, whatever came of ours.
    """
    if not claim_event(event_id):
        return "not due"
    event = PspEvent.objects.select_related("merchant_account", "work").get(pk=event_id)
    try:
        answer = ask_about(event)
        with transaction.atomic():
            work = lock_event_work(event_id)
            if work.state not in PspEventWork.OPEN_STATES:
                return str(work.state)
            outcome = effect_of(event, answer, actor=WEBHOOK, now=now)
            mark(work, S.IGNORED if is_news_of_nothing(outcome) else S.APPLIED, outcome=outcome, now=now)
        tell_lag(event, applied_at=now)
        return outcome
    except NotYet as reason:
        return wait_or_bury(event, str(reason), now=now)
    except OtherAmount as reason:
        return bury_with_case(event, reason, now=now)
    except BadEvent as reason:
        return bury(event, str(reason), now=now)
    except PspFailure as failure:
        return outlast(event, f"{type(failure).__name__}: {failure}", now=now)
    except Exception as error:  # whatever fails is tried again, then kept as a dead letter: no event is lost
        log.warning("event.failed", event_id=event.public_id, kind=event.event, error=repr(error)[:300])
        return retry_or_bury(event, f"{type(error).__name__}: {error}", now=now)


def tell_lag(event: PspEvent, *, applied_at: datetime) -> None:
    """Measure the event, unless it is a notification whose meaning is an event of its own (W7)."""
    if not event.is_foreign and event.via != PspEvent.PULL:
        account = event.merchant_account.code
        observe_applied(account=account, occurred_at=event.occurred_at, received_at=event.received_at, applied_at=applied_at)


def is_news_of_nothing(outcome: str) -> bool:
    """Whether the event told what we held already."""
    return outcome.startswith("ignored") or outcome in ("already", "same")


def claim_event(event_id: UUID) -> bool:
    """Take the work row under a lease, unless it is done, leased or not due."""
    at = real_now()
    with transaction.atomic():
        work = PspEventWork.objects.select_for_update(skip_locked=True).filter(pk=event_id, state__in=PspEventWork.OPEN_STATES).first()
        if work is None or (work.next_try_at is not None and work.next_try_at > at):
            return False
        work.tries += 1
        work.next_try_at = at + timedelta(seconds=settings.EVENT_LEASE_SECONDS)
        work.save(update_fields=["tries", "next_try_at"])
    return True


def mark(work: PspEventWork, state: str, *, outcome: str = "", error: str = "", now: datetime) -> None:
    note_try(work, outcome or state.lower(), error)
    work.state, work.outcome, work.error, work.next_try_at = state, outcome[:80], error[:2000], None
    if state in (S.APPLIED, S.IGNORED):
        work.applied_at, work.is_outage = now, False
    work.save(update_fields=["state", "outcome", "error", "next_try_at", "applied_at", "is_outage", "log"])


def note_try(work: PspEventWork, result: str, error: str = "") -> None:
    """Write this try into the row's log, the oldest beyond MOST_NOTED gone. Its start is that of the lease that the row is under."""
    lease = timedelta(seconds=settings.EVENT_LEASE_SECONDS)
    started = work.next_try_at - lease if work.next_try_at else real_now()
    ms = max(round((real_now() - started).total_seconds() * 1000), 0)
    entry = {"at": started.isoformat(), "ms": ms, "result": result[:80], "error": error[:300]}
    work.log = [*work.log[1 - MOST_NOTED :], entry]


def wait_or_bury(event: PspEvent, reason: str, *, now: datetime) -> str:
    """Its payment is not known yet, or not yet so far: wait up to a day, then a dead letter with a case (W4)."""
    if now - event.received_at > WAITS_FOR:
        buried = bury(event, reason, now=now)
        if buried.startswith("dead"):
            tell_unknown(event, reason, now=now)
        return buried
    with transaction.atomic():
        work = lock_event_work(event.pk)
        if work.state not in PspEventWork.OPEN_STATES:
            return str(work.state)
        note_try(work, "waiting", reason)
        work.state, work.error, work.next_try_at = S.WAITING, reason[:2000], real_now() + backoff(work.tries)
        work.save(update_fields=["state", "error", "next_try_at", "log"])
    return f"waiting: {reason}"


def outlast(event: PspEvent, reason: str, *, now: datetime) -> str:
    """The PSP can't be asked now: that is no fault of the event. Tried again for OUTAGE_FOR, however often, then a dead letter that
    comes back by itself when the PSP answers again (`revive_after_outage`)."""
    with transaction.atomic():
        work = lock_event_work(event.pk)
        if work.state not in PspEventWork.OPEN_STATES:
            return str(work.state)
        work.is_outage = True
        if now - event.received_at > OUTAGE_FOR:
            mark(work, S.DEAD, error=reason, now=now)
            return f"dead: {reason}"
        note_try(work, "no answer from the PSP", reason)
        work.error, work.next_try_at = reason[:2000], real_now() + min(backoff(min(work.tries, 12)), OUTAGE_WAIT)
        work.save(update_fields=["is_outage", "error", "next_try_at", "log"])
    return f"failed: {reason}"


def retry_or_bury(event: PspEvent, reason: str, *, now: datetime) -> str:
    with transaction.atomic():
        work = lock_event_work(event.pk)
        if work.state not in PspEventWork.OPEN_STATES:
            return str(work.state)
        work.is_outage = False
        if work.tries >= MOST_TRIES:
            mark(work, S.DEAD, error=reason, now=now)
            return f"dead: {reason}"
        note_try(work, "failed", reason)
        work.error, work.next_try_at = reason[:2000], real_now() + backoff(work.tries)
        work.save(update_fields=["error", "next_try_at", "is_outage", "log"])
    return f"failed: {reason}"


def bury(event: PspEvent, reason: str, *, now: datetime) -> str:
    """A dead letter: visible with its reason, replayed only by a person."""
    with transaction.atomic():
        work = lock_event_work(event.pk)
        if work.state not in PspEventWork.OPEN_STATES:
            return str(work.state)
        mark(work, S.DEAD, error=reason, now=now)
    log.warning("event.dead", event_id=event.public_id, kind=event.event, reason=reason)
    return f"dead: {reason}"


def bury_with_case(event: PspEvent, reason: OtherAmount, *, now: datetime) -> str:
    """A dead letter about a refund or payout of ours: nobody must look among them to know of it. Replayed, it is the same case."""
    with transaction.atomic():
        buried = bury(event, str(reason), now=now)
        if buried.startswith("dead"):
            tell_told(reason.kind, reason.row, reason.told, occurred_at=event.occurred_at, now=now, event=event.public_id)
    return buried


def tell_unknown(event: PspEvent, reason: str, *, now: datetime) -> None:
    account = event.merchant_account
    tell(
        "case.raise",
        code="EVENT_UNKNOWN_REFERENCE",
        entity_id=account.entity_id,
        business_date=business_date(account.entity, event.occurred_at),
        amount_minor=event.amount_minor or 0,
        currency=event.currency,
        merchant_account=account,
        merchant_reference=event.intent_ref or event.own_ref,
        psp_reference=event.psp_ref,
        dedupe_key=f"EVENT_UNKNOWN_REFERENCE:{event.public_id}",
        facts={"event": event.event, "reason": reason},
        links=[("event", event.public_id)],
        now=now,
    )
