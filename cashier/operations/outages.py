"""Dead letters of a PSP's outage come back by themselves once it answers again (W5): what failed was the PSP, not the event."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from cashier.locks import lock_event_work
from cashier.models import Attempt, MerchantAccount, PspEventWork
from cashier.nudges import nudge
from cashier.operations.apply import note_try
from cashier.operations.receive import TASK
from ledger.actors import system_actor
from ledger.clock import real_now
from ledger.operations import record_audit

REVIVER = system_actor("outage")
ANSWERED_WITHIN = timedelta(minutes=15)
PROBE_EVERY = timedelta(hours=1)
ASKED = ("payment.authorized", "payment.pending", "payment.captured", "refund.failed", "refund.reversed")
BATCH = 200
S = PspEventWork.State


def revive_after_outage(*, now: datetime) -> int:
    """Put back to work the dead letters of every account that answers again, audited as one act per account; of one that is silent
    the oldest, once an hour, to see. Returns how many."""
    dead = PspEventWork.objects.filter(state=S.DEAD, is_outage=True)
    accounts = MerchantAccount.objects.filter(pk__in=dead.values("event__merchant_account"))
    return sum(_revive(account, BATCH if answers_again(account, now=now) else 1, now=now) for account in accounts)


def answers_again(account: MerchantAccount, *, now: datetime) -> bool:
    """Whether it answered a call that we sent, or the question about an event of its own, lately."""
    if Attempt.objects.filter(merchant_account=account, sent_at__isnull=False, answered_at__gte=real_now() - ANSWERED_WITHIN).exists():
        return True
    applied = PspEventWork.objects.filter(event__merchant_account=account, state=S.APPLIED, applied_at__gte=now - ANSWERED_WITHIN)
    return applied.filter(event__event__in=ASKED).exists()


def _revive(account: MerchantAccount, most: int, *, now: datetime) -> int:
    rows = PspEventWork.objects.filter(state=S.DEAD, is_outage=True, event__merchant_account=account).order_by("event_id")
    if most == 1:
        ids = [row.event_id for row in rows[:1] if _is_rested(row)]
    else:
        ids = list(rows.values_list("event_id", flat=True)[:most])
    with transaction.atomic():
        revived = [event_id for event_id in ids if _put_back(event_id)]
        if revived:
            record_audit(
                act="event.revived", actor=REVIVER, target_kind="merchant_account", target_id=account.public_id,
                detail={"code": account.code, "events": len(revived)}, reason="the PSP answers again", now=now,
            )  # fmt: skip
    return len(revived)


def _is_rested(work: PspEventWork) -> bool:
    """Whether its last try is an hour ago."""
    last = datetime.fromisoformat(work.log[-1]["at"]) if work.log else None
    return last is None or last < real_now() - PROBE_EVERY


def _put_back(event_id: UUID) -> bool:
    work = lock_event_work(event_id)
    if work.state != S.DEAD or not work.is_outage:
        return False
    note_try(work, "back after the outage")
    work.state, work.tries, work.is_outage, work.next_try_at = S.RECEIVED, 0, False, real_now()
    work.save(update_fields=["state", "tries", "is_outage", "next_try_at", "log"])
    nudge(TASK, event_id=event_id)
    return True
