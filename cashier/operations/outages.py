"""Dead letters of a PSP's outage come back by themselves once it answers again (W5): what failed was the PSP, not the event.

The oldest letter of an account goes first, to see: an hour after its last try, or some minutes after it where calls are answered again.
Once one was applied, all follow.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
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
SEE_AFTER, SEE_SOONER_AFTER = timedelta(hours=1), timedelta(minutes=5)
ASKED = ("payment.authorized", "payment.pending", "payment.captured", "refund.failed", "refund.reversed")
BATCH, LOOKED_AT = 200, 5
NEVER = datetime.fromtimestamp(0, UTC)
S = PspEventWork.State


def revive_after_outage(*, now: datetime) -> int:
    """Put dead letters of outages back to work, account by account, each time audited as one act. Returns how many."""
    dead = PspEventWork.objects.filter(state=S.DEAD, is_outage=True)
    accounts = MerchantAccount.objects.filter(pk__in=dead.values("event__merchant_account"))
    return sum(_revive(account, now=now) for account in accounts)


def due_again(account: MerchantAccount, letters: Sequence[PspEventWork]) -> Sequence[PspEventWork]:
    """All, where a question about an event was answered since their last try; the oldest, where it is time to see; or none."""
    last = max((last_try(letter) for letter in letters), default=NEVER)
    applied = PspEventWork.objects.filter(event__merchant_account=account, event__event__in=ASKED, state=S.APPLIED)
    if any(last_try(work) > last for work in applied.order_by("-applied_at")[:LOOKED_AT]):
        return letters
    is_answering = Attempt.objects.filter(merchant_account=account, sent_at__gt=last, answered_at__isnull=False).exists()
    rested = real_now() - last >= (SEE_SOONER_AFTER if is_answering else SEE_AFTER)
    return letters[:1] if rested else ()


def last_try(work: PspEventWork) -> datetime:
    """When it was last tried, in real time."""
    return datetime.fromisoformat(work.log[-1]["at"]) if work.log else NEVER


def _revive(account: MerchantAccount, *, now: datetime) -> int:
    rows = PspEventWork.objects.filter(state=S.DEAD, is_outage=True, event__merchant_account=account).order_by("event_id")
    due = due_again(account, list(rows[:BATCH]))
    with transaction.atomic():
        revived = [work.event_id for work in due if _put_back(work.event_id)]
        if revived:
            record_audit(
                act="event.revived", actor=REVIVER, target_kind="merchant_account", target_id=account.public_id,
                detail={"code": account.code, "events": len(revived)}, reason="the PSP may answer again", now=now,
            )  # fmt: skip
    return len(revived)


def _put_back(event_id: UUID) -> bool:
    work = lock_event_work(event_id)
    if work.state != S.DEAD or not work.is_outage:
        return False
    note_try(work, "back after the outage")
    work.state, work.tries, work.is_outage, work.next_try_at = S.RECEIVED, 0, False, real_now()
    work.save(update_fields=["state", "tries", "is_outage", "next_try_at", "log"])
    nudge(TASK, event_id=event_id)
    return True
