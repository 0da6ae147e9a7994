"""Five hundred damaged copies of each format's files, other banks' among them: read whole, or refused at a place; never half (R2)."""

import io
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from config.settings.formats import REPORT_FORMATS
from reconciliation.formats import FormatRefused, ReadError, ReadResult, read
from reconciliation.formats.values import PspLine
from tests.reconciliation.formats.mutating import mutated_copies
from tests.reconciliation.formats.opening import FILES

COPIES = 500
SLOWEST_SECONDS = 5.0
OWN = {"adyen_sdr": "settlement_detail_report_batch_38.csv", "camt053": "statement.camt053.xml", "mt940": "statement.sta"}
SHARED = {"adyen_sdr": (), "camt053": ("camt/*.xml",), "mt940": ("mt940/*.mt940", "mt940/*/*.sta")}


def originals(source: str, shared: Path) -> dict[str, bytes]:
    """Our own file, and those of other projects where they are at hand."""
    found = {path.name: path.read_bytes() for pattern in SHARED[source] for path in (shared / "bank").glob(pattern)}
    return {OWN[source]: (FILES / OWN[source]).read_bytes(), **found}


def outcome(source: str, content: bytes) -> str:
    """accepted, readable or refused; whatever else is raised fails the test."""
    reader = read(source, io.BytesIO(content), registry=REPORT_FORMATS)
    sums: Counter[Any] = Counter()
    count = 0
    try:
        for line in reader:
            count += 1
            sums[place_of(line)] += line.net_minor if isinstance(line, PspLine) else line.amount_minor
        result = reader.finish()
    except FormatRefused as refusal:
        return told(refusal.error)
    assert result.lines == count
    assert result.accepted is all(check.ok for check in result.checks)
    if result.accepted:
        assert_adds_up(result, sums)
    return "accepted" if result.accepted else "readable"


def place_of(line: Any) -> Any:
    """Batch and net currency of a report's line; statement of a bank's, with whether it is booked."""
    if isinstance(line, PspLine):
        return line.merchant_account, line.batch_number, line.net_currency
    return line.statement_index, line.status


def told(error: ReadError) -> str:
    assert error.code
    assert error.message
    assert error.line >= 0 and error.column >= 0
    return "refused"


def assert_adds_up(result: ReadResult, sums: Counter[Any]) -> None:
    """What is accepted adds up, by our own addition: batches to zero, booked lines from opening to closing."""
    for batch in result.batches:
        assert sums[batch.merchant_account, batch.number, batch.currency] == 0
    for statement in result.statements if not result.batches else ():
        assert statement.opening_minor is not None
        assert statement.opening_minor + sums[statement.index, "BOOK"] == statement.closing_minor


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
    assert all(outcomes[kind] for kind in ("accepted", "readable", "refused")), outcomes
