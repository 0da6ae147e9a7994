"""Plans: profiles, shares, codes left out; and that a seed decides."""

import random
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.sandbox.faults.breaker import other_amount
from config.sandbox.faults.plan import CODES, how_many, make_plan
from config.sandbox.messages import Refused
from config.sandbox.reports.amounts import comma, half_up, trimmed
from config.sandbox.reports.closing import close_day
from config.sandbox.running import open_sandbox
from config.sandbox.sandbox import put_setting
from tests.sandbox.paper import DAY, play_day
from tests.sandbox.running import RunningSandbox

pytestmark = pytest.mark.spec("Z1")


def test_same_seed_and_same_books_same_papers(own_sandbox: Callable[..., RunningSandbox], tmp_path: Path) -> None:
    sandbox = own_sandbox()
    play_day(sandbox)
    assert sandbox.stop() == 0
    papers = [_close(sandbox.data, tmp_path / name, seed=seed) for name, seed in (("one", 7), ("two", 7), ("three", 8))]
    assert papers[0] == papers[1]
    assert papers[0][0] != papers[2][0]


def _close(books: Path, copy: Path, *, seed: int) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Close the day in a copy of the books: truth rows and the files' content."""
    shutil.copytree(books, copy)
    sandbox = open_sandbox(copy)
    with sandbox.store.write() as connection:
        put_setting(connection, "plan", make_plan({"profile": "default", "seed": seed}))
    answer = close_day(sandbox, day=date.fromisoformat(DAY), candidates={})
    sandbox.store.close()
    return answer["truth"], [Path(file["path"]).read_bytes() for file in answer["files"]]


def test_candidates_and_exclusions_are_kept_to(own_sandbox: Callable[..., RunningSandbox]) -> None:
    sandbox = own_sandbox()
    play_day(sandbox)
    sandbox.control("POST", "faults", {"profile": "hostile", "seed": 3, "only": ["GROSS_AMOUNT_DIFFERS", "CAPTURE_NOT_SETTLED"]})
    excluded = [f"pi_sale{i}" for i in range(10, 60) if i not in (20, 21)]
    body = {"date": DAY, "candidates": {"GROSS_AMOUNT_DIFFERS": ["pi_sale20"]}, "exclude": excluded}
    truth = sandbox.control("POST", "close_day", body)["truth"]
    hit = {row["code"]: row["keys"]["merchant_reference"] for row in truth}
    assert hit == {"GROSS_AMOUNT_DIFFERS": "pi_sale20", "CAPTURE_NOT_SETTLED": "pi_sale21"}


def test_only_leaves_the_others_out_and_share_replaces_shares() -> None:
    assert set(make_plan({"profile": "default", "only": "FEE_UNEXPECTED"})["codes"]) == {"FEE_UNEXPECTED"}
    assert make_plan({"profile": "default", "share": 0.5})["codes"]["FEE_UNEXPECTED"] == {"share": 0.5, "min": 1}
    assert set(make_plan({})["codes"]) == set(CODES)
    assert make_plan({"profile": "none"})["codes"] == {}


@pytest.mark.parametrize(
    "body",
    [
        {"profile": "friendly"},
        {"profile": {"codes": {"NO_SUCH_CODE": {"count": 1}}}},
        {"profile": {"codes": {"FEE_UNEXPECTED": {"share": 1.5}}}},
        {"profile": {"codes": {"FEE_UNEXPECTED": {}}}},
        {"profile": {"codes": {}, "events": {"explode": 1}}},
        {"only": "NO_SUCH_CODE"},
        {"seed": "seven"},
    ],
)
def test_bad_plans_are_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        make_plan(body)


@pytest.mark.parametrize(
    ("rule", "candidates", "expected"),
    [
        ({"count": 3}, 2, {2}),
        ({"share": 0.0, "min": 1}, 0, {0}),
        ({"share": 0.0, "min": 1}, 5, {1}),
        ({"share": 1.0, "max": 4}, 9, {4}),
        ({"share": 0.25}, 2, {0, 1}),
    ],
)
def test_how_many(rule: dict[str, Any], candidates: int, expected: set[int]) -> None:
    drawn = {how_many(rule, candidates=candidates, random_source=random.Random(seed)) for seed in range(40)}
    assert drawn == expected


def test_a_wrong_amount_is_wrong_and_above_zero() -> None:
    source = random.Random(1)
    for right in [1, 2, 3, 10, 999, 50_000] * 30:
        wrong = other_amount(right, source)
        assert wrong > 0
        assert wrong != right


@pytest.mark.parametrize(
    ("minor", "currency", "shown", "with_comma"),
    [(46150, "EUR", "461.5", "461,50"), (7500, "EUR", "75", "75,00"), (91, "EUR", ".91", "0,91"), (3158, "JPY", "3158", "3158,")]
    + [(0, "EUR", "", "0,00"), (1250, "KWD", "1.25", "1,250")],
)
def test_amounts_as_files_show_them(minor: int, currency: str, shown: str, with_comma: str) -> None:
    assert (trimmed(minor, currency), comma(minor, currency)) == (shown, with_comma)


def test_halves_are_rounded_up() -> None:
    assert [half_up(n, 2) for n in (1, 2, 3)] == [1, 1, 2]
