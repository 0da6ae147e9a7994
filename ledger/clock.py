"""The product's clock (DESIGN.md decision 15): called once per view, task or command, and passed on.

Signatures, nonces, tokens, sessions and leases use real time, not this.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings

from ledger.refusals import LedgerError


def now() -> datetime:
    """The present instant, aware, UTC. With SIMULATION=1 moved by the offset of `ledger_simulation_clock`."""
    return real_now() + simulation_offset() if settings.SIMULATION else real_now()


def real_now() -> datetime:
    """The machine's own instant, aware, UTC."""
    return datetime.now(UTC)


def simulation_offset() -> timedelta:
    """How far simulated time is ahead of real time; zero until it is set."""
    from ledger.models import SimulationClock

    row = SimulationClock.objects.filter(pk=1).values_list("offset", flat=True).first()
    return row or timedelta(0)


def set_simulated_now(instant: datetime) -> None:
    """Move simulated time so that it is `instant` now; raises LedgerError unless SIMULATION=1."""
    from ledger.models import SimulationClock

    if not settings.SIMULATION:
        raise LedgerError("The clock can be set only with SIMULATION=1.")
    SimulationClock.objects.update_or_create(pk=1, defaults={"offset": instant - real_now()})
