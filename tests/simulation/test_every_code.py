"""Every reason code that a simulation makes, each alone and all mixed over a week: found as what it is, and nothing else (Z3).

COUNTROOM_WEEK_DEPOSITS=420 plays a smaller week (docs/soak.md).
"""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from config.simulation.options import Options
    from config.simulation.score import Score
    from config.simulation.truth import Truth
    from tests.databases import TestDatabase

pytestmark = [pytest.mark.whole, pytest.mark.spec("Z1", "Z3", "R5", "R7", "E1")]
MONDAY = date(2026, 3, 9)
PARTS = 3
WEEK = int(os.environ.get("COUNTROOM_WEEK_DEPOSITS", "2000"))  # each day has objects for almost every fault from about 40 on
# The other account's report, another currency, a reserve; the last needs a batch of three days before.
TWO_ACCOUNTS = ("WRONG_MERCHANT_ACCOUNT", "FX_RATE_DIFFERS", "RESERVE_DIFFERS", "RESERVE_RELEASE_OVERDUE")
ELSEWHERE = {"CUTOFF_DIFFERENCE"}  # needs an account in a zone ahead of ours: test_situations.py
Play = Callable[..., "Truth"]


def asked(**given: Any) -> "Options":
    """simulate_day's options."""
    from config.simulation.options import read_options

    usual = {
        "deposits": 20, "seed": 1, "date": MONDAY, "days": 1, "accounts": 1, "currencies": "EUR", "faults": "none", "only": None,
        "each": "", "peak": False, "then": 0, "concurrency": 1, "segments": 2, "truth": None,
    }  # fmt: skip
    return read_options(usual | given)


@pytest.fixture
def place(redis: Any, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    return {"folder": tmp_path, "settings": settings, "monkeypatch": monkeypatch}


@pytest.fixture
def play(committed_db: Any, place: dict[str, Any]) -> Play:
    """simulate_day's days by its options."""
    from tests.simulation.hands import play, staged

    def played(**given: Any) -> "Truth":
        with staged(asked(**given), **place) as stage:
            return play(stage)

    return played


def scored(truth: "Truth") -> "Score":
    from config.management.commands.score_matching import raised_cases
    from config.simulation.score import score

    return score(truth, raised_cases(truth))


@pytest.mark.parametrize("part", range(PARTS))
def test_each_code_alone_is_found_and_nothing_else(
    django_db_setup: "TestDatabase", django_db_blocker: Any, place: dict[str, Any], part: int
) -> None:
    from config.simulation.options import CODES
    from tests.simulation.evenings import OWN_DAYS, evening_of

    codes = [code for code in CODES if code not in {*ELSEWHERE, *TWO_ACCOUNTS, *OWN_DAYS}][part::PARTS]
    options = asked(each=",".join(codes), faults="default", seed=1 + part)

    with django_db_blocker.unblock(), evening_of(options, django_db_setup, **place) as evening:
        for code in codes:
            with evening.broken_by(code) as truth:
                result = scored(truth)
                assert (code, result.missed, result.spurious, {row.code for row in truth.mismatches}) == (code, (), (), {code})


def test_each_code_that_needs_days_of_its_own_is_found_on_one_of_them_and_nothing_else(play: Play) -> None:
    from tests.simulation.evenings import OWN_DAYS

    truth = play(each=",".join(OWN_DAYS), faults="default")

    result = scored(truth)
    assert (result.missed, result.spurious, {row.code for row in truth.mismatches}) == ((), (), {*OWN_DAYS})


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
