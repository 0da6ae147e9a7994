"""Damaged copies of each format's files, other projects' among them: read whole, or refused at a place; never half (R2).

This is a small share. Ten thousand copies: `make damage` (docs/files.md).
"""

import time
from collections import Counter
from pathlib import Path

import pytest

from config.settings.formats import REPORT_FORMATS
from tests.reconciliation.formats.judging import outcome
from tests.reconciliation.formats.mutating import mutated_copies
from tests.reconciliation.formats.samples import OWN, originals

COPIES = 60
SLOWEST_SECONDS = 5.0


@pytest.mark.parametrize("source", sorted(OWN))
@pytest.mark.spec("R2")
def test_damaged_copies_are_read_whole_or_refused(source: str, shared_data: Path) -> None:
    outcomes: Counter[str] = Counter()
    for story, content in mutated_copies(originals(source, shared_data), count=COPIES, seed=940):
        started = time.monotonic()
        try:
            outcomes[outcome(source, content)] += 1
        except Exception as failure:
            raise AssertionError(story) from failure
        assert time.monotonic() - started < SLOWEST_SECONDS, story

    assert sum(outcomes.values()) == COPIES
    assert outcomes["refused"] and outcomes["refused"] < COPIES, outcomes


@pytest.mark.parametrize("source", sorted(OWN))
@pytest.mark.spec("R1", "R2")
def test_our_own_sound_file_of_each_format_is_accepted(source: str) -> None:
    for name, content in originals(source, None).items():
        assert outcome(source, content) == "accepted", name


def test_every_registered_format_has_a_sample() -> None:
    assert set(OWN) == set(REPORT_FORMATS)
