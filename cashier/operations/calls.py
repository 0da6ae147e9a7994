"""One call to a PSP, whatever the act: recorded first, made with no transaction open, its outcome recorded after (C8).

    READY ──claim──> SENT ──answer──> DONE
                      │  └─ no answer ─> UNKNOWN ──ask──> DONE, or sent again with the same key
                      └─ lease over: its worker died ─> asked as UNKNOWN

No answer means unknown, not failed: the PSP is asked, by our key and by our reference, before anything else. Only where it
knows nothing after RESEND_AFTER is the same request sent again, with the same key, so that it can't charge twice (C7).

What the guards of the account keep back (its circuit is open, its rate is used up) is answered at once without calling: an
authorisation never sent is refused, so that the player or another PSP may go on; all else stays READY and is nudged later (C9).
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from cashier.breakers import Pass, Turned
from cashier.bulkhead import Slot, give_back, next_parked, park, take_slot
from cashier.models import MerchantAccount, PspCall
from cashier.nudges import announce, nudge
from cashier.operations.credentials import credentials_of, longest_call
from cashier.operations.guarded import HeldBack, asking, leave_to_send, lookup, sending
from cashier.psp.base import Adapter, Credentials, LookupNotOffered, LookupResult, PspFailure, PspKeyReused, PspResult, PspUnreachable
from cashier.psp.registry import get_adapter
from cashier.psp.soundness import sound_lookup, sound_result
from ledger.clock import real_now

__all__ = ["Act", "answered", "backoff", "credentials_of", "lookup", "ready", "run_call", "save_call"]

log = structlog.get_logger(__name__)

LEASE_MARGIN = timedelta(seconds=5)
RESEND_AFTER = timedelta(seconds=20)
LONGEST_BACKOFF_SECONDS = 300.0
LONGEST_HOLD = timedelta(seconds=30)  # a circuit that a person closes is noticed after this at the latest
SPREAD_SECONDS = 2.0

Row = Any  # a model instance that mixes in PspCall, with a merchant_account


@dataclass(frozen=True, slots=True)
class Act:
    """What one kind of call is made of.

    send: makes the call. read: what a lookup says of this very call, None where it does not know it. finish: records the
    outcome in its own transaction; it must bear being called twice. reference: ours, for the lookup. refuse: ends a call that was
    never sent because the circuit is open, False where it was sent after all; None: it waits.
    """

    name: str
    task: str
    model: Any
    related: tuple[str, ...]
    reference: Callable[[Row], str]
    send: Callable[[Adapter, Credentials, Row], PspResult]
    read: Callable[[LookupResult, Row], PspResult | None]
    finish: Callable[[UUID, PspResult, datetime], None]
    refuse: Callable[[UUID, datetime], bool] | None = None


def run_call(act: Act, *, call_id: UUID, now: datetime) -> str:
    """Make, or resolve, the call of one row, and record its outcome. Returns what became of it, for the log.

    1. a slot of the merchant account, else parked: the row stays READY; 2. leave of its guards, else held back; 3. the row under
    a lease, else somebody has it; 4. the PSP, with no transaction open; 5. the outcome; 6. wake the next call parked for a slot.
    """
    row = act.model.objects.select_related("merchant_account").filter(pk=call_id, call_state__in=PspCall.OPEN_CALLS).first()
    if row is None:
        return "done"
    account: MerchantAccount = row.merchant_account
    slot = slot_of(account, act, call_id)
    if slot is None:
        return "parked"
    try:
        return _claim_and_call(act, row, now)
    finally:
        give_back(slot)
        if waiting := next_parked(account.code):
            nudge(waiting[0], call_id=waiting[1])


def slot_of(account: MerchantAccount, act: Act, call_id: UUID) -> Slot | None:
    """A slot, or None with the call parked. Asked once more after parking: the last slot may have come back in between."""
    longest = longest_call(account)
    slot = take_slot(account.code, limit=account.concurrency, seconds=longest)
    if slot is None:
        park(account.code, act.task, call_id)
        slot = take_slot(account.code, limit=account.concurrency, seconds=longest)
    return slot


def _claim_and_call(act: Act, found: Row, now: datetime) -> str:
    call_id, passed = found.pk, None
    if not is_due(found):
        return "not due"
    if found.call_state == PspCall.CallState.READY:
        try:
            passed = leave_to_send(found.merchant_account)
        except HeldBack as held:
            return hold_back(act, found, held, now)
    claimed = claim(act, call_id, account=found.merchant_account)
    if claimed is None:
        return "not due"
    row, is_first = claimed
    try:
        result = reach(act, row, is_first=is_first, passed=passed)
    except PspUnreachable as failure:
        put_back(act.model, call_id, failure, state=PspCall.CallState.READY if is_first else PspCall.CallState.UNKNOWN)
        return "held back" if isinstance(failure, HeldBack) else "unreachable"
    except PspFailure as failure:
        put_back(act.model, call_id, failure, state=PspCall.CallState.UNKNOWN)
        return "unknown"
    if result is None:
        put_back(act.model, call_id, None, state=PspCall.CallState.UNKNOWN)
        return "asked"
    act.finish(call_id, result, now)
    return str(result.outcome)


def hold_back(act: Act, found: Row, held: HeldBack, now: datetime) -> str:
    """Answer a call that was not sent: refused where its act ends so, else it waits; who waits for it is told at once."""
    refuse = act.refuse if held.why == Turned.CIRCUIT_OPEN else None
    at = real_now()
    wait = min(max(datetime.fromtimestamp(held.until, at.tzinfo) - at, timedelta(0)), LONGEST_HOLD)
    with transaction.atomic():
        row = act.model.objects.filter(pk=found.pk, call_state=PspCall.CallState.READY).select_for_update(skip_locked=True).first()
        if row is None or not is_due(row):
            return "not due"
        row.tries += 1
        row.next_try_at = at + wait + (LEASE_MARGIN if refuse else timedelta(seconds=random.uniform(0, SPREAD_SECONDS)))
        row.error = str(held)
        save_call(row, "tries", "next_try_at", "error")
        if held.why == Turned.CIRCUIT_OPEN:
            announce(row.pk)
        else:
            park(found.merchant_account.code, act.task, row.pk)
    return "refused: circuit open" if refuse is not None and refuse(found.pk, now) else str(held)


def is_due(row: Row) -> bool:
    """Whether it may be taken now: a new call at once, any other from its next try or its dead worker's lease on."""
    is_new = row.call_state == PspCall.CallState.READY and row.tries == 0
    return is_new or row.next_try_at is None or bool(row.next_try_at <= real_now())


def claim(act: Act, call_id: UUID, *, account: MerchantAccount) -> tuple[Row, bool] | None:
    """Take the row under a lease; (row, whether it was never sent), or None where it is done, leased or not due."""
    at = real_now()
    with transaction.atomic():
        open_rows = act.model.objects.filter(pk=call_id, call_state__in=PspCall.OPEN_CALLS)
        row = open_rows.select_related("merchant_account", *act.related).select_for_update(skip_locked=True, of=("self",)).first()
        if row is None:
            return None
        if not is_due(row):
            return None
        is_first = row.call_state == PspCall.CallState.READY
        row.call_state = PspCall.CallState.SENT if is_first else PspCall.CallState.UNKNOWN
        row.sent_at = at if is_first else row.sent_at
        row.tries += 1
        row.next_try_at = at + timedelta(seconds=account.timeout_seconds) + LEASE_MARGIN
        save_call(row, "call_state", "sent_at", "tries", "next_try_at")
    return row, is_first


def reach(act: Act, row: Row, *, is_first: bool, passed: Pass | None = None) -> PspResult | None:
    """Send, or ask first where it was sent before; None where the PSP knows nothing and it is too early to send again.

    passed: leave to send, asked for now where there is none. Raises HeldBack, where the guards allow neither, and PspFailure.
    """
    account = row.merchant_account
    adapter, credentials = get_adapter(account.provider), credentials_of(account)
    if not is_first:
        with asking(account):
            found = ask(adapter, credentials, act, row)
        if found is not None:
            return found
        if row.sent_at is not None and real_now() < row.sent_at + RESEND_AFTER:
            return None
    with sending(account, passed):
        return sound_result(act.send(adapter, credentials, row))


def ask(adapter: Adapter, credentials: Credentials, act: Act, row: Row) -> PspResult | None:
    """What the PSP holds for this call: asked by our key, then by our reference.

    None too where it can't be asked: the same request under its key then brings the first answer (C16).
    """
    for reference in ({"idempotency_key": row.idempotency_key}, {"merchant_reference": act.reference(row)}):
        try:
            found = adapter.lookup(credentials, **reference)
        except LookupNotOffered:
            return None
        result = act.read(sound_lookup(found, **reference), row) if found is not None else None
        if result is not None:
            return result
    return None


def put_back(model: Any, call_id: UUID, failure: PspFailure | None, *, state: str) -> None:
    """No answer to act on: leave the row for its next try, later each time, unless it was answered meanwhile."""
    with transaction.atomic():
        row = model.objects.select_for_update(of=("self",)).get(pk=call_id)
        if row.call_state == PspCall.CallState.DONE:
            return
        row.call_state = state
        row.next_try_at = next_try(row, real_now())
        row.error = f"{type(failure).__name__}: {failure}"[:300] if failure else "asked: not known there yet"
        save_call(row, "call_state", "next_try_at", "error")
    log.warning("psp.no_answer", call=row.idempotency_key, state=state, error=row.error, is_defect=isinstance(failure, PspKeyReused))


def next_try(row: Row, at: datetime) -> datetime:
    """Later each time. But what was sent, and is not known there, is sent again as soon as it may be: a player waits for it."""
    later = at + backoff(row.tries)
    if row.call_state != PspCall.CallState.UNKNOWN or row.sent_at is None or at >= row.sent_at + RESEND_AFTER:
        return later
    resend_at: datetime = row.sent_at + RESEND_AFTER
    return min(later, resend_at)


def answered(row: Row) -> list[str]:
    """Mark the call as answered; returns the fields to save. Whoever waits for it is woken after the commit."""
    row.call_state = PspCall.CallState.DONE
    row.answered_at = row.answered_at or real_now()  # its first answer: a later word of the same call says nothing of its speed
    row.next_try_at = None
    row.error = ""
    announce(row.pk)
    return ["call_state", "answered_at", "next_try_at", "error"]


def ready(row: Row) -> None:
    """Set the fields of a call that is to be made; the nudge that follows counts as told."""
    row.call_state = PspCall.CallState.READY
    row.next_try_at = row.nudged_at = real_now()


def save_call(row: Row, *fields: str) -> None:
    """Save queue bookkeeping: no history row, it is not business."""
    row.skip_history_when_saving = True
    row.save(update_fields=fields)
    del row.skip_history_when_saving


def backoff(tries: int) -> timedelta:
    """Exponential with jitter: about 1, 2, 4 … seconds, at most five minutes."""
    longest = min(2.0 ** max(tries - 1, 0), LONGEST_BACKOFF_SECONDS)
    return timedelta(seconds=longest * random.uniform(0.5, 1.5))
