"""Trials of a version on what was (R15, C12): done by one worker under a lease, begun anew where that worker died."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from ledger.clock import real_now
from ledger.models import VersionTrial

T = TypeVar("T", bound=VersionTrial)
MOST_AT_ONCE = 20


def run(model: type[T], key: UUID, work: Callable[[T], None], *, lease: timedelta, now: datetime) -> str:
    """Claim it and do the `work`, which fills in its figures; nothing where another worker has it under its lease. Gives its state.

    What fails is kept with its words, to be read on its page; it is not tried for ever. No transaction is held open.
    """
    trial = _claim(model, key, lease)
    if trial is None:
        return "not due"
    try:
        if trial.rules.digest != trial.digest:  # type: ignore[attr-defined]
            return _end(trial, VersionTrial.State.FAILED, now, "the version was changed meanwhile")
        work(trial)
        return _end(trial, VersionTrial.State.DONE, now)
    except Exception as error:
        return _end(trial, VersionTrial.State.FAILED, now, f"{type(error).__name__}: {error}"[:300])


def tell_progress(trial: VersionTrial, done: int, *, lease: timedelta) -> None:
    """So many rows are done; the lease begins anew."""
    trial.done, trial.lease_until = min(done, trial.total), real_now() + lease
    trial.save(update_fields=["done", "total", "lease_until"])


def sweep(model: type[T], nudge: Callable[[UUID], Any]) -> int:
    """Nudge a worker for every trial that none has. Gives how many."""
    ids = list(_free(model).values_list("pk", flat=True)[:MOST_AT_ONCE])
    with transaction.atomic():
        for key in ids:
            nudge(key)
    return len(ids)


def _free(model: type[T]) -> "QuerySet[T]":
    return model._default_manager.filter(state__in=VersionTrial.OPEN).exclude(lease_until__gt=real_now())


def _claim(model: type[T], key: UUID, lease: timedelta) -> T | None:
    with transaction.atomic():
        trial = _free(model).select_for_update(skip_locked=True, of=("self",)).select_related("rules").filter(pk=key).first()
        if trial is not None:
            trial.state, trial.lease_until, trial.done = VersionTrial.State.RUNNING, real_now() + lease, 0
            trial.save(update_fields=["state", "lease_until", "done"])
    return trial


def _end(trial: VersionTrial, state: str, now: datetime, error: str = "") -> str:
    trial.state, trial.error, trial.ended_at, trial.lease_until = state, error, now, None
    trial.save(update_fields=["state", "error", "ended_at", "lease_until", *trial.FIGURES])
    return state
