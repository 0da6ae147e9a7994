"""Preparing a day: nobody may post into it any more, everything older has ended, the checklist holds, another person is asked (D3).

Whoever prepares holds a session lock of the database on the close, which falls with the connection: a day that stands CLOSING
while nobody holds it was left by a process that died, and is prepared again or falls back (`recover_closes`).
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, connection, transaction

from ledger.actors import Actor, user_actor
from ledger.horizon import current_mark, wait_until_past
from ledger.models import User
from ledger.operations import close_to_postings, request_approval, seal_audit
from ledger.transitions import move
from reconciliation.models import CloseState, DailyClose
from reconciliation.operations.closing.cover import watch_player_money
from reconciliation.operations.closing.days import audit_close, lock_close, missing_of, require_order, require_permission, taken_checklist
from reconciliation.operations.closing.falling_back import fall_back, to_open
from reconciliation.operations.closing.freezing import Written, write_parts
from reconciliation.operations.closing.proving import lacks_only_a_proof, prove_books
from reconciliation.operations.closing.refusals import CloseNotReady, CloseStateConflict
from reconciliation.queries.totals import changed_since, day_totals

log = structlog.get_logger(__name__)
IN_FLIGHT_SECONDS = 30.0


def prepare_close(*, close_id: UUID, preparer: User, now: datetime) -> DailyClose:
    """Prepare the day and ask another person to sign it.

    (1) OPEN -> CLOSING, closed to postings, committed; (2) wait until no older transaction is in flight; (3) seal the audit chain, and
    prove the books where only that is missing and the last proof has not seen the whole day; (4) write the files of the snapshot (D4);
    (5) take the checklist: whole -> PREPARED and a request close.sign_off over totals and files, else back to OPEN, with what was
    found. Whatever goes wrong after (1) leads back to OPEN. Needs no open transaction.
    Raises CloseNotReady naming what is missing, CloseStateConflict (signed, or somebody prepares it now), CloseNotPermitted.
    """
    actor = user_actor(preparer)
    require_permission(actor, "reconciliation.prepare_close")
    with alone(close_id) as is_alone:
        if not is_alone:
            raise CloseStateConflict("Somebody else prepares this day right now. Look again in a minute.", state=CloseState.CLOSING)
        _begin(close_id, actor, now)
        try:
            return _finish(close_id, preparer, now)
        except BaseException:
            _give_up(close_id, actor, now)
            raise


@contextmanager
def alone(close_id: UUID) -> Iterator[bool]:
    """Whether this connection is the only one that prepares the day; if so it stays the only one inside. Outside any transaction."""
    if connection.in_atomic_block:
        raise RuntimeError("A day is prepared outside any transaction: its steps commit one by one.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 6))", [f"close:{close_id}"])
        if not cursor.fetchone()[0]:
            yield False
            return
    held_by = connection.connection
    try:
        yield True
    finally:
        if connection.connection is held_by:  # a lost connection has lost the lock with it
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 6))", [f"close:{close_id}"])


def _begin(close_id: UUID, actor: Actor, now: datetime) -> None:
    """OPEN -> CLOSING, or go on with a day that was left CLOSING."""
    with transaction.atomic():
        close = lock_close(close_id)
        if close.state not in (CloseState.OPEN, CloseState.CLOSING):
            raise CloseStateConflict(f"The day is {str(close.state).lower().replace('_', ' ')} already.", state=str(close.state))
        require_order(close)
        close.begun_at, close.begun_by_kind, close.begun_by_id = now, actor.kind, actor.id
        fields = ["begun_at", "begun_by_kind", "begun_by_id"]
        if close.state == CloseState.OPEN:
            move(close, "begin", actor=actor, now=now, event="close.begun", extra_fields=fields)
        else:
            close.save(update_fields=fields)
            audit_close("close.begun_again", close, actor, now)
        close_to_postings(entity_id=close.entity_id, day=close.business_date, actor=actor, now=now)


def _finish(close_id: UUID, preparer: User, now: datetime) -> DailyClose:
    if not wait_until_past(current_mark(), seconds=IN_FLIGHT_SECONDS):
        raise CloseNotReady("Postings of this day are still in flight. Try again in a minute.", missing=["postings in flight"])
    seal_audit(now=now)
    close, missing = _conclude(close_id, preparer, _write(close_id, preparer, now), now)
    if missing:
        raise CloseNotReady(f"{len(missing)} thing{'s are' if len(missing) > 1 else ' is'} missing.", missing=missing)
    return close


def _write(close_id: UUID, preparer: User, now: datetime) -> Written | None:
    """The snapshot's files, with no transaction open; none where something is missing anyway."""
    close = DailyClose.objects.select_related("entity").get(pk=close_id)
    watch_player_money(entity=close.entity, day=close.business_date, now=now)
    items = taken_checklist(close, now)
    if lacks_only_a_proof(close, items, now):
        prove_books(actor=user_actor(preparer), now=now)
        seal_audit(now=now)
        items = taken_checklist(close, now)
    return None if missing_of(items) else write_parts(close, items, preparer=preparer, now=now)


def _conclude(close_id: UUID, preparer: User, written: Written | None, now: datetime) -> tuple[DailyClose, list[str]]:
    """Take checklist and totals, in this order; PREPARED with its request, or OPEN with what is missing."""
    with transaction.atomic():
        close = lock_close(close_id)
        if close.state != CloseState.CLOSING:
            raise CloseStateConflict("Somebody else changed this close meanwhile.", state=str(close.state))
        require_order(close)
        close.checklist = taken_checklist(close, now)
        totals = day_totals(close.entity, close.business_date)
        missing = missing_of(close.checklist) or _changed(written, totals)
        if missing or written is None:
            to_open(close, actor=user_actor(preparer), now=now, why="something is missing", fields=["checklist"])
        else:
            _ask_for_signature(close, preparer, {"totals": totals, "parts": written.parts}, now)
    return close, missing


def _changed(written: Written | None, totals: dict[str, Any]) -> list[str]:
    """What is not as the files have it: it came while they were written."""
    if written is None:
        return ["what was missing came just now: prepare again"]
    return [f"{name} changed while the snapshot was written: prepare again" for name in changed_since(written.totals, totals)]


def _ask_for_signature(close: DailyClose, preparer: User, frozen: dict[str, Any], now: datetime) -> None:
    actor = user_actor(preparer)
    payload = {"close": close.public_id, "version": close.version, **frozen}
    request = request_approval(
        kind="close.sign_off", payload=payload, summary=f"Sign off {close.business_date:%d %b %Y} of {close.entity.name}",
        reason=f"Prepared by {preparer.get_username()}", maker=actor, entity_id=close.entity_id,
        target_kind="DailyClose", target_id=close.public_id, now=now,
    )  # fmt: skip
    close.prepared_at, close.preparer, close.approval_id = now, preparer, request.pk
    fields = ["prepared_at", "preparer", "approval_id", "checklist"]
    move(close, "prepare", actor=actor, now=now, event="close.prepared", extra_fields=fields)
    audit_close("close.prepared", close, actor, now)


def _give_up(close_id: UUID, actor: Actor, now: datetime) -> None:
    """Back to OPEN, where it still stands CLOSING. If that fails too, `recover_closes` does it later."""
    try:
        if DailyClose.objects.filter(pk=close_id, state=CloseState.CLOSING).exists():
            fall_back(close_id=close_id, actor=actor, now=now, why="preparing did not succeed")
    except Exception:
        log.exception("close.not_recovered", close=str(close_id))
