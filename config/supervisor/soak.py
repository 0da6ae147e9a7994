"""Days of trouble: hostile faults at the PSP while our own processes are killed in turn; afterwards every proof must hold."""

import contextlib
import fcntl
import os
import shutil
import signal
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

from config.local_servers.directory import make_directory
from config.supervisor.core import Supervision
from config.supervisor.demonstration import DemonstrationFailed, command_json

DAYS = 5
VICTIMS = ("worker-psp", "worker", "worker-recon", "beat")
KILL_EVERY_SECONDS = 25.0


def soak(supervision: Supervision, *, payments: int, seed: int, say: Callable[[str], None]) -> bool:
    """Play `payments` deposits over five days and prove the outcome. True when every proof holds."""
    truth = supervision.directory / "truth.jsonl"
    days = ("--days", str(DAYS), "--deposits", str(max(1, payments // DAYS)), "--seed", str(seed), "--faults", "hostile")
    disturb = Disturbance(supervision, say=say)
    say(f"{payments} deposits over {DAYS} days, hostile faults, a process killed every {KILL_EVERY_SECONDS:.0f} s")
    try:
        day = command_json(supervision, "simulate_day", *days, "--truth", str(truth), meanwhile=disturb)
    except DemonstrationFailed as problem:
        say(str(problem))
        return False
    say(f"played: {day['deposits']}; {disturb.kills} processes killed")
    verdicts = [_holds(supervision, say, *proof) for proof in (("score_matching", "--truth", str(truth)), *PROOFS)]
    return all(verdicts)


PROOFS = (("ledger_prove",), ("ledger_replay",), ("audit_verify",))


def fresh_directory(directory: Path) -> Path:
    """Remove what an earlier soak left, unless one still runs there."""
    make_directory(directory)
    with (directory / "stack.lock").open("a") as lock, contextlib.suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(directory, ignore_errors=True)
    return directory


class Disturbance:
    """Call it often; every so often it kills the next victim with SIGKILL."""

    def __init__(self, supervision: Supervision, *, say: Callable[[str], None]) -> None:
        self.supervision = supervision
        self.say = say
        self.kills = 0
        self.next_at = time.monotonic() + KILL_EVERY_SECONDS
        self.victims = cycle(VICTIMS)

    def __call__(self) -> None:
        if time.monotonic() < self.next_at:
            return
        self.next_at = time.monotonic() + KILL_EVERY_SECONDS
        name = next(self.victims)
        child = next(child for child in self.supervision.children if child.process.name == name)
        if child.pid:
            os.killpg(child.pid, signal.SIGKILL)
            self.kills += 1


def _holds(supervision: Supervision, say: Callable[[str], None], name: str, *arguments: str) -> bool:
    try:
        command_json(supervision, name, *arguments)
    except DemonstrationFailed as problem:
        say(str(problem))
        return False
    say(f"{name}: holds")
    return True
