"""Days of trouble: hostile faults at the PSP while our own processes and servers end in turn; afterwards every proof must hold."""

import contextlib
import fcntl
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from config.local_servers.directory import make_directory
from config.supervisor.core import Supervision
from config.supervisor.demonstration import DemonstrationFailed, command_json
from config.supervisor.processor_time import ProcessorTime
from config.supervisor.troubles import PLAN, Troubles

DAYS, SEGMENTS = 5, 3  # whatever the size, each part of a day waits for its slowest payment, which a PSP has left without an answer


def soak(supervision: Supervision, *, payments: int, seed: int, say: Callable[[str], None]) -> bool:
    """Play `payments` deposits over five days amid troubles, then prove the outcome. True when all holds and every trouble happened."""
    truth = supervision.directory / "truth.jsonl"
    size = ("--days", str(DAYS), "--segments", str(SEGMENTS), "--deposits", str(max(1, payments // DAYS)))
    days = (*size, "--seed", str(seed), "--faults", "hostile")
    troubles, costs = Troubles(supervision, payments=payments, say=say), ProcessorTime(supervision)
    say(f"{payments} deposits over {DAYS} days, hostile faults, {len(PLAN)} troubles")
    began = time.monotonic()

    def meanwhile() -> None:
        troubles()
        costs.look()

    try:
        day = command_json(supervision, "simulate_day", *days, "--truth", str(truth), meanwhile=meanwhile)
    except DemonstrationFailed as problem:
        say(str(problem))
        return False
    say(f"played in {time.monotonic() - began:.0f} s: {_words(day['deposits'])}")
    say(_cost(costs, payments))
    say(f"settled within {day['longest_settling_seconds']:.0f} s at most")
    say(f"troubles: {troubles.worker_kills} workers killed; {_words(troubles.happened)}")
    verdicts = [holds(supervision, say, *proof) for proof in (COMPARISON, ("score_matching", "--truth", str(truth)), *PROOFS)]
    missed = [trouble.victim for trouble in troubles.still] + [victim for victim, count in troubles.happened.items() if not count]
    if missed:
        say(f"did not happen: {', '.join(missed)}")
    return all(verdicts) and not missed


def _cost(costs: ProcessorTime, payments: int) -> str:
    """Processor time of the days, papers and bookkeeping included, per payment."""
    each = {name: round(1000 * seconds / payments) for name, seconds in costs.by_name().items()}
    return f"processor time per payment {sum(each.values())} ms: {_words(each)}"


def _words(figures: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in figures.items())


COMPARISON = ("compare_books",)
PROOFS = (("ledger_prove",), ("ledger_replay",), ("audit_verify",))


def fresh_directory(directory: Path) -> Path:
    """Remove what an earlier soak left, unless one still runs there."""
    make_directory(directory)
    with (directory / "stack.lock").open("a") as lock, contextlib.suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(directory, ignore_errors=True)
    return directory


def holds(supervision: Supervision, say: Callable[[str], None], name: str, *arguments: str) -> bool:
    """Whether the command ends well; says its figures, or what is wrong."""
    try:
        figures = command_json(supervision, name, *arguments)
    except DemonstrationFailed as problem:
        say(str(problem))
        return False
    shown = {key: value for key, value in figures.items() if isinstance(value, int) and not isinstance(value, bool)}
    say(f"{name}: holds{f' ({_words(shown)})' if shown else ''}")
    return True
