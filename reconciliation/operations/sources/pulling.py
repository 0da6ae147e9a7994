"""One look at a source, from its beginning to its row's end (R1). The row is the queue: a lost nudge is found by `due_sources`."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from cashier.refusals import NotInThisState
from ledger.actors import Actor, system_actor
from ledger.operations import record_audit
from ledger.transitions import move, record_birth
from reconciliation.models import FileSource, PullState, SourcePull
from reconciliation.operations.sources.places import FileFailed, PlaceFailed
from reconciliation.operations.sources.taking import STILL, Taken, open_place, put_refused_apart, take_all

SOURCES = system_actor("sources")
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
_OPEN = (PullState.WAITING, PullState.RUNNING)


@dataclass(frozen=True, slots=True)
class Pulled:
    """A look that ended, and the public ids of the files that it brought and that nobody had before."""

    pull: SourcePull
    received: tuple[str, ...] = ()


def ask_pull(*, source_id: UUID, actor: Actor, now: datetime) -> SourcePull:
    """A person wants it looked at now; the caller nudges. Raises NotInThisState for a source that is off."""
    with transaction.atomic():
        source = FileSource.objects.select_for_update().get(pk=source_id)
        if not source.is_on:
            raise NotInThisState("This source is turned off.", state="off")
        open_one = source.pulls.filter(state__in=_OPEN).order_by("-started_at").first()
        if open_one is not None:
            return open_one
        pull = _born(source, PullState.WAITING, actor, now)
        record_audit(act="source.pull_asked", actor=actor, target_kind="FileSource", target_id=source.public_id, detail={}, now=now)
    return pull


def due_sources(*, now: datetime) -> list[FileSource]:
    """Sources that are on and whose time has come, or that somebody asked for."""
    return [source for source in FileSource.objects.filter(is_on=True).order_by("code") if _is_due(source, now)]


def pull_source(*, source_id: UUID, now: datetime) -> Pulled | None:
    """Look into the source and take what is new. None where another process is at it.

    Nothing is half-loaded: bytes lie apart until a file is whole, then it is received as any other. A failure ends the look, not what
    was taken before it, and says when it is tried again.
    """
    source = FileSource.objects.get(pk=source_id)
    with _only_one(source) as is_mine:
        if not is_mine:
            return None
        pull = _begin(source, now)
        taken = Taken()
        try:
            with open_place(source) as place:
                put_refused_apart(source, place, now=now)
                take_all(source, place, taken, actor=SOURCES, now=now)
        except (PlaceFailed, FileFailed) as failure:
            taken.problems.append(str(failure))
        except Exception as failure:
            taken.problems.append(f"{type(failure).__name__}: this is a fault of ours.")
            _end(pull, taken, now)
            raise
        return Pulled(_end(pull, taken, now), tuple(taken.received))


def pause_after(failures: int) -> timedelta:
    """Exponential with jitter: about 1, 2, 4 … minutes, at most an hour."""
    longest: timedelta = min(FIRST_PAUSE * 2 ** min(failures - 1, 12), LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1.0)


def _is_due(source: FileSource, now: datetime) -> bool:
    latest = source.pulls.order_by("-started_at", "-id").first()
    return latest is None or latest.state in _OPEN or (latest.next_at is not None and latest.next_at <= now)


def _begin(source: FileSource, now: datetime) -> SourcePull:
    """The look that waits, or a new one. One that still runs is of a process that is gone: we hold its lock."""
    with transaction.atomic():
        for dead in source.pulls.filter(state=PullState.RUNNING):
            dead.error, dead.finished_at, dead.failures = "The process that looked was ended in the middle.", now, _failures(source) + 1
            move(dead, "fail", actor=SOURCES, now=now, event="pull.failed", extra_fields=["error", "finished_at", "failures"])
        waiting = source.pulls.filter(state=PullState.WAITING).first()
        if waiting is None:
            return _born(source, PullState.RUNNING, SOURCES, now)
        move(waiting, "begin", actor=SOURCES, now=now, event="pull.begun")
        return waiting


def _born(source: FileSource, state: PullState, actor: Actor, now: datetime) -> SourcePull:
    pull = SourcePull(source=source, state=state, asked_by_kind=actor.kind, asked_by_id=actor.id, started_at=now, updated_at=now)
    pull.save(force_insert=True)
    record_birth(pull, actor=actor, now=now, event="pull.asked" if state == PullState.WAITING else "pull.begun")
    return pull


def _end(pull: SourcePull, taken: Taken, now: datetime) -> SourcePull:
    """A look with any problem failed; what waits to stand still is looked at again soon."""
    pull.found, pull.waiting, pull.taken, pull.byte_size = taken.found, taken.waiting, taken.count, taken.byte_size
    pull.error, pull.finished_at = " ".join(taken.problems)[:1000], now
    pull.failures = _failures(pull.source) + 1 if taken.problems else 0
    pause = pause_after(pull.failures) if taken.problems else timedelta(minutes=pull.source.every_minutes)
    pull.next_at = now + (min(pause, STILL) if taken.waiting and not taken.problems else pause)
    fields = ["found", "waiting", "taken", "byte_size", "error", "finished_at", "failures", "next_at"]
    with transaction.atomic():
        done = "fail" if taken.problems else "finish"
        move(pull, done, actor=SOURCES, now=now, event="pull.failed" if taken.problems else "pull.done", extra_fields=fields)
    return pull


def _failures(source: FileSource) -> int:
    """Looks that failed since the last good one."""
    latest = source.pulls.exclude(state__in=_OPEN).order_by("-started_at", "-id").first()
    return latest.failures if latest else 0


@contextmanager
def _only_one(source: FileSource) -> Iterator[bool]:
    """Nobody else looks into this source meanwhile; the lock falls with the connection, however the process ends."""
    key = f"source:{source.code}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 7))", [key])
        is_mine = bool(cursor.fetchone()[0])
        try:
            yield is_mine
        finally:
            if is_mine:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 7))", [key])
