"""Idempotency keys of API clients (A3). Leases are real time: a crashed request frees its key by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from ledger.clock import real_now
from ledger.errors import KeyReused, StillRunning
from ledger.models import IdempotencyKey

LEASE = timedelta(seconds=60)
KEEP = timedelta(days=30)
State = IdempotencyKey.State


@dataclass(frozen=True, slots=True)
class Started:
    """The caller may work now. `resumed`: an earlier try ended without an answer, its rows may be there."""

    client_id: str
    key: str
    resumed: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """The first answer: status and JSON body."""

    status: int
    body: Any


def begin_idempotent(*, client_id: str, key: str, fingerprint: str, now: datetime) -> Started | Replay:
    """Take the key, commit, and say whether to work or to answer as before.

    Raises KeyReused (the key names another request), StillRunning (the first has not ended and its lease runs).
    """
    with transaction.atomic():
        first = {"fingerprint": fingerprint, "leased_until": real_now() + LEASE, "created_at": now}
        _, created = IdempotencyKey.objects.get_or_create(client_id=client_id, key=key, defaults=first)
        if created:
            return Started(client_id, key, resumed=False)
        row = _locked(client_id, key)
        return _again(row, fingerprint)


def finish_idempotent(*, client_id: str, key: str, status: int, body: Any, now: datetime) -> None:
    """Keep the answer for good; in the transaction of the effect where there is one."""
    with transaction.atomic():
        row = _locked(client_id, key)
        row.state, row.status, row.body, row.finished_at = State.DONE, status, body, now
        row.save(update_fields=["state", "status", "body", "finished_at"])


def suspend_idempotent(*, client_id: str, key: str, now: datetime) -> None:
    """After a 5xx: the same key resumes the same operation."""
    IdempotencyKey.objects.filter(client_id=client_id, key=key, state=State.RUNNING).update(state=State.SUSPENDED, finished_at=now)


def forget_idempotent(*, client_id: str, key: str, now: datetime) -> None:
    """After 400, 401, 403 and 429: the request took no key."""
    IdempotencyKey.objects.filter(client_id=client_id, key=key, state=State.RUNNING).delete()


def drop_old_keys(*, now: datetime) -> int:
    """Delete keys older than they must be kept; returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=now - KEEP).delete()[0]


def _again(row: IdempotencyKey, fingerprint: str) -> Started | Replay:
    if row.fingerprint != fingerprint:
        raise KeyReused()
    if row.state == State.DONE:
        return Replay(row.status or 200, row.body)
    if row.state == State.RUNNING and row.leased_until > real_now():
        raise StillRunning(retry_after=max(1, int((row.leased_until - real_now()).total_seconds())))
    row.state, row.leased_until = State.RUNNING, real_now() + LEASE
    row.save(update_fields=["state", "leased_until"])
    return Started(row.client_id, row.key, resumed=True)


def _locked(client_id: str, key: str) -> IdempotencyKey:
    return IdempotencyKey.objects.select_for_update().get(client_id=client_id, key=key)
