"""Wait until nothing moves: every event delivered and applied, every PSP call answered, every overdue intent ended."""

import math
import time
from collections.abc import Collection
from datetime import datetime

from cashier.models import Attempt, Capture, DepositIntent, PayoutIntent, PspEventWork, Refund
from cashier.models.deposits import OPEN_STATES
from cashier.models.psp_calls import PspCall
from cashier.operations.apply import WAITS_FOR
from cashier.operations.payers import KEEPS_PENDING
from config.simulation.client import SimulationError
from config.simulation.patience import patiently
from config.simulation.sandbox_control import SandboxControl
from ledger import clock

POLL_SECONDS = 0.3
CALLS = (Attempt, Capture, Refund, PayoutIntent)


def wait_until_quiet(sandbox: SandboxControl, *, seconds: float, strays: Collection[str] = ()) -> float:
    """Wait until nothing moves on two looks in a row; returns the seconds that took.

    `strays`: references of payments that are nobody's; their events wait a day for them, and only then count as moving.

    Raises SimulationError, naming what still moves, when `seconds` went by in which it never became less: slow is not stuck.
    """
    began = time.monotonic()
    calm_looks, least, less_at = 0, math.inf, began
    while calm_looks < 2:
        wake_overdue_events(clock.now())  # at each look: what came a moment after a day's morning is overdue a moment after the next one's
        moving = {name: count for name, count in patiently(lambda: what_moves(sandbox, clock.now(), strays)).items() if count}
        calm_looks = 0 if moving else calm_looks + 1
        total = sum(moving.values()) or math.inf  # what begins to move again has all its time
        if total < least or not moving:
            least, less_at = total, time.monotonic()
        elif time.monotonic() > less_at + seconds:
            left = ", ".join(f"{count} {name}" for name, count in moving.items())
            raise SimulationError(f"nothing less for {seconds:.0f} s: {left}. Are the workers and beat running? See .local/log.")
        time.sleep(POLL_SECONDS)
    return time.monotonic() - began


def wake_overdue_events(now: datetime) -> None:
    """Events that have waited their day for a payment are tried now: their next try is a moment of real time, which no simulation moves."""
    at = clock.real_now()
    waiting = PspEventWork.objects.filter(state=PspEventWork.State.WAITING, event__received_at__lt=now - WAITS_FOR, next_try_at__gt=at)
    patiently(lambda: waiting.update(next_try_at=at))


def what_moves(sandbox: SandboxControl, now: datetime, strays: Collection[str] = ()) -> dict[str, int]:
    """How many of each kind are still on their way. What waits for a person or for a bank does not count."""
    events = PspEventWork.objects.filter(state__in=PspEventWork.OPEN_STATES)
    events = events.exclude(event__intent_ref__in=strays, event__received_at__gte=now - WAITS_FOR)
    overdue = DepositIntent.objects.filter(state__in=OPEN_STATES, expires_at__lte=now).exclude(attempts__payer__in=KEEPS_PENDING)
    return {
        "events not delivered": sandbox.undelivered(),
        "events not applied": events.count(),
        "intents past their deadline": overdue.count(),
        **{
            f"calls of {model._meta.verbose_name_plural}": model._default_manager.filter(call_state__in=PspCall.OPEN_CALLS).count()
            for model in CALLS
        },
    }
