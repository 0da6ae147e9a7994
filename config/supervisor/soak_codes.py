"""Every reason code on a stack of its own, each alone or all mixed over a week: what was broken is found, and nothing else (Z3)."""

from collections.abc import Callable
from typing import Any

from config.supervisor.core import Supervision
from config.supervisor.demonstration import DemonstrationFailed, command_json
from config.supervisor.soak import COMPARISON, PROOFS, holds

Say = Callable[[str], None]

DAYS = 7
ALONE = ("--accounts", "2", "--currencies", "EUR,SEK", "--each", "all")
MIXED = ("--days", str(DAYS), "--accounts", "3", "--currencies", "EUR,SEK,GBP", "--faults", "default")
CALM = ("--accounts", "3", "--currencies", "EUR,SEK,GBP", "--faults", "none", "--deposits", "100")
# Needs an account in a zone ahead of ours, which the demonstration has not: the suite plays it.
ELSEWHERE = frozenset({"CUTOFF_DIFFERENCE"})


def soak_each(supervision: Supervision, *, deposits: int, seed: int, say: Say) -> bool:
    """A day of `deposits` for each code alone. True when each was made and found, and nothing else.

    The journal is not proved: of some codes our own books are what was spoilt.
    """
    say(f"a day of {deposits} deposits for each reason code alone")
    played = _play_and_score(supervision, (*ALONE, "--deposits", str(deposits), "--seed", str(seed)), say)
    lacking = {*played["not_made"]} - ELSEWHERE if played else set()
    if lacking:
        say(f"never made: {', '.join(sorted(lacking))}")
    return played is not None and not lacking


def soak_mixed(supervision: Supervision, *, deposits: int, seed: int, say: Say) -> bool:
    """`deposits` over a week in which everything is broken, then a calm day. True when all is found, nothing else, and all proofs hold."""
    say(f"{deposits} deposits over {DAYS} days, three merchant accounts, three currencies, every fault of PSPs and banks")
    size = ("--deposits", str(max(1, deposits // DAYS)), "--seed", str(seed))
    if _play_and_score(supervision, (*MIXED, *size), say) is None:
        return False
    verdicts = [holds(supervision, say, *proof) for proof in (COMPARISON, *PROOFS)]
    calm = _played(supervision, (*CALM, "--seed", str(seed + 1)), say)
    if calm is not None and calm["cases"]:
        say(f"a calm day has cases: {calm['cases']}")
    return all(verdicts) and calm is not None and not calm["cases"]


def _play_and_score(supervision: Supervision, options: tuple[str, ...], say: Say) -> dict[str, Any] | None:
    """The figures of the days where their score is whole; None, said why, where it is not."""
    truth = str(supervision.directory / "truth.jsonl")
    played = _played(supervision, (*options, "--truth", truth), say)
    if played is None:
        return None
    try:
        scored = command_json(supervision, "score_matching", "--truth", truth)
    except DemonstrationFailed as problem:
        say(str(problem))
        return None
    say(
        f"{sum(code['injected'] for code in scored['codes'].values())} breaks of {len(scored['codes'])} codes: each found, and nothing else"
    )
    return played


def _played(supervision: Supervision, options: tuple[str, ...], say: Say) -> dict[str, Any] | None:
    try:
        return command_json(supervision, "simulate_day", *options)
    except DemonstrationFailed as problem:
        say(str(problem))
        return None
