"""Every reason code that a simulation makes, each alone and all mixed over a week: found as what it is, and nothing else (Z3).

COUNTROOM_WEEK_DEPOSITS=2000 plays a larger week (docs/soak.md).
"""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from config.simulation.score import Score
    from config.simulation.truth import Truth

pytestmark = pytest.mark.spec("Z1", "Z3", "R5", "R7", "E1")
MONDAY = date(2026, 3, 9)
PARTS = 4
WEEK = int(os.environ.get("COUNTROOM_WEEK_DEPOSITS", "420"))  # each day has objects for almost every fault from about 40 on
# The other account's report, another currency, a reserve; the last needs a batch of three days before.
TWO_ACCOUNTS = ("WRONG_MERCHANT_ACCOUNT", "FX_RATE_DIFFERS", "RESERVE_DIFFERS", "RESERVE_RELEASE_OVERDUE")
ELSEWHERE = {"CUTOFF_DIFFERENCE"}  # needs an account in a zone ahead of ours: test_situations.py
Play = Callable[..., "Truth"]


@pytest.fixture
def play(committed_db: Any, redis: Any, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Play:
    """simulate_day's days by its options."""
    from config.simulation.options import read_options
    from tests.simulation.hands import play

    given = {
        "deposits": 20, "seed": 1, "date": MONDAY, "days": 1, "accounts": 1, "currencies": "EUR", "faults": "none", "only": None,
        "each": "", "peak": False, "then": 0, "concurrency": 1, "segments": 2, "truth": None,
    }  # fmt: skip
    return lambda **asked: play(read_options(given | asked), folder=tmp_path, settings=settings, monkeypatch=monkeypatch)


def scored(truth: "Truth") -> "Score":
    from config.management.commands.score_matching import raised_cases
    from config.simulation.score import score

    return score(truth, raised_cases(truth))


@pytest.mark.parametrize("part", range(PARTS))
def test_each_code_alone_is_found_and_nothing_else(play: Play, part: int) -> None:
    from config.simulation.options import CODES

    codes = [code for code in CODES if code not in {*ELSEWHERE, *TWO_ACCOUNTS}][part::PARTS]

    truth = play(each=",".join(codes), faults="default")

    result = scored(truth)
    assert (result.missed, result.spurious, {row.code for row in truth.mismatches}) == ((), (), {*codes})


def test_each_code_that_needs_two_accounts_alone_is_found_and_nothing_else(play: Play) -> None:
    truth = play(each=",".join(TWO_ACCOUNTS), accounts=2, currencies="EUR,SEK", faults="default")

    result = scored(truth)
    assert (result.missed, result.spurious, {row.code for row in truth.mismatches}) == ((), (), {*TWO_ACCOUNTS})


def test_all_codes_mixed_over_a_week_are_found_and_nothing_else(play: Play) -> None:
    from config.sandbox.faults.plan import CODES as SANDBOX_CODES

    truth = play(deposits=max(1, WEEK // 7), seed=7, days=7, accounts=3, currencies="EUR,SEK,GBP", faults="default")

    result = scored(truth)
    assert (result.missed, result.spurious) == ((), ())
    assert len({*SANDBOX_CODES} - {row.code for row in truth.mismatches}) <= 4  # a small day has not an object for each, on any day


def test_a_calm_day_in_three_currencies_has_no_case(play: Play) -> None:
    from ledger.proofs import prove_ledger
    from reconciliation.models import ExceptionCase

    truth = play(deposits=60, seed=5, accounts=3, currencies="EUR,SEK,GBP")

    assert (truth.mismatches, list(ExceptionCase.objects.values_list("reason_id", "facts"))) == ((), [])
    wrong = [check for check in prove_ledger().checks if not check.ok and "Instrument" not in check.name]  # verified by hand here
    assert [(check.name, check.differences) for check in wrong] == []
