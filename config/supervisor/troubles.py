"""What befalls a stack while payments are played on it: processes killed, servers ended, the PSP out of order, each at its moment."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import psycopg

from config.local_servers import read_run_file
from config.supervisor.core import Supervision

LOOK_EVERY_SECONDS = 0.5
OUTAGE_SECONDS = 60.0
COUNT = "SELECT count(*) FROM cashier_deposit_intent"


@dataclass(frozen=True, slots=True)
class Trouble:
    """At `share` of the payments, `victim`: a process of the stack, an embedded server, or "psp" for a minute's outage."""

    share: float
    victim: str


# In the middle of a day's payments where a server ends: the morning after is the bookkeeping's, not the payments'.
PLAN = (
    Trouble(0.05, "worker-psp"),
    Trouble(0.15, "worker"),
    Trouble(0.28, "psp"),
    Trouble(0.45, "worker-psp"),
    Trouble(0.52, "valkey"),
    Trouble(0.62, "worker"),
    Trouble(0.70, "postgres"),
    Trouble(0.85, "worker-psp"),
    Trouble(0.90, "beat"),
)
# How each ends: PostgreSQL at once but in order, as an administrator would; the others without warning.
SIGNALS = {"postgres": signal.SIGINT}


class Troubles:
    """Call it often: what is due happens. `happened` counts by victim, `still` names what has not."""

    def __init__(self, supervision: Supervision, *, payments: int, say: Callable[[str], None]) -> None:
        self.supervision = supervision
        self.payments = payments
        self.say = say
        self.still = list(PLAN)
        self.happened: dict[str, int] = {}
        self.look_at = 0.0
        self.begun = self._count()

    def __call__(self) -> None:
        if not self.still or time.monotonic() < self.look_at:
            return
        self.look_at = time.monotonic() + LOOK_EVERY_SECONDS
        if self._count() - self.begun >= self.still[0].share * self.payments:
            trouble = self.still.pop(0)
            self.happened[trouble.victim] = self.happened.get(trouble.victim, 0) + self._befall(trouble.victim)
            self.say(f"at {trouble.share:.0%} of the payments: {trouble.victim}")

    @property
    def worker_kills(self) -> int:
        """How often a worker was killed."""
        return sum(count for victim, count in self.happened.items() if victim.startswith("worker"))

    def _befall(self, victim: str) -> int:
        """1 where it happened."""
        if victim == "psp":
            url = self.supervision.places.urls["sandbox"]
            return int(httpx.put(f"{url}/_sim/outage", json={"seconds": OUTAGE_SECONDS}, trust_env=False).is_success)
        pid = self._pid(victim)
        if not pid:
            return 0
        with contextlib.suppress(ProcessLookupError):
            is_server = victim in ("postgres", "valkey")
            (os.kill if is_server else os.killpg)(pid, SIGNALS.get(victim, signal.SIGKILL))
            return 1
        return 0

    def _pid(self, victim: str) -> int:
        """Of a process of ours, or of an embedded server; 0 where it is not ours to end."""
        of_ours = [child.pid for child in self.supervision.children if child.process.name == victim]
        return of_ours[0] if of_ours else int(read_run_file(self.supervision.directory).get("pids", {}).get(victim, 0))

    def _count(self) -> int:
        """Deposits asked for so far; 0 while the database is away."""
        try:
            with psycopg.connect(self.supervision.environment["DATABASE_URL"], connect_timeout=3) as connection:
                row = connection.execute(COUNT).fetchone()
        except psycopg.OperationalError:
            return 0
        return int(row[0]) if row else 0
