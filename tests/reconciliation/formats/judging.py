"""What becomes of a file, and whether that may be: read whole with controls that hold, or refused at a place; nothing else."""

import io
from collections import Counter
from typing import Any

from config.settings.formats import REPORT_FORMATS
from reconciliation.formats import FormatRefused, PspEvent, PspLine, ReadError, ReadResult, read


def outcome(source: str, content: bytes) -> str:
    """accepted, readable or refused; whatever else is raised is a fault of the reader."""
    reader = read(source, io.BytesIO(content), registry=REPORT_FORMATS)
    sums: Counter[Any] = Counter()
    count = 0
    try:
        for line in reader:
            count += 1
            sums[place_of(line)] += amount_of(line)
        result = reader.finish()
    except FormatRefused as refusal:
        return told(refusal.error)
    assert result.lines <= count, "a file has no more rows than it gives lines"
    assert result.accepted is all(check.ok for check in result.checks)
    if result.accepted:
        assert_adds_up(result, sums)
    return "accepted" if result.accepted else "readable"


def place_of(line: Any) -> Any:
    """Batch and net currency of a report's line; statement of a bank's, with whether it is booked; kind of an event."""
    if isinstance(line, PspEvent):
        return line.kind
    if isinstance(line, PspLine):
        return line.merchant_account, line.batch_number, line.net_currency
    return line.statement_index, line.status


def amount_of(line: Any) -> int:
    if isinstance(line, PspEvent):
        return line.received_minor
    return int(line.net_minor if isinstance(line, PspLine) else line.amount_minor)


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
        if statement.opening_minor is not None:
            assert statement.opening_minor + sums[statement.index, "BOOK"] == statement.closing_minor
