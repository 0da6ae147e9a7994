"""Damaged files: whatever is done to one, it is read or refused, never a crash, never a hang, never half an answer."""

import io
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings.formats import REPORT_FORMATS
from reconciliation.formats import FormatRefused, ReadError, ReadResult, read
from tests.reconciliation.formats.opening import FILES

SOURCES = {"adyen_sdr": "settlement_detail_report_batch_38.csv", "camt053": "statement.camt053.xml", "mt940": "statement.sta"}
ORIGINALS = {source: (FILES / name).read_bytes() for source, name in SOURCES.items()}
_BOUNDED = settings(max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def outcome(source: str, content: bytes) -> ReadResult | None:
    """The result, or None where it is refused; anything else fails the test."""
    reader = read(source, io.BytesIO(content), registry=REPORT_FORMATS)
    try:
        count = sum(1 for _ in reader)
    except FormatRefused as refusal:
        return _require_reason(refusal.error)
    result = reader.finish()
    assert result.lines == count
    return result


def _require_reason(error: ReadError) -> None:
    assert error.code and error.message
    assert error.line >= 0 and error.column >= 0


@pytest.mark.parametrize("source", SOURCES)
@given(data=st.data())
@_BOUNDED
@pytest.mark.spec("R2")
def test_changed_bytes(source: str, data: st.DataObject) -> None:
    content = bytearray(ORIGINALS[source])
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    outcome(source, bytes(content))


@pytest.mark.parametrize("source", SOURCES)
@given(data=st.data())
@_BOUNDED
@pytest.mark.spec("R2")
def test_cut_files_are_never_accepted_with_less(source: str, data: st.DataObject) -> None:
    """A file cut short is refused, or its controls fail, or only its envelope is gone."""
    original = ORIGINALS[source]
    whole = outcome(source, original)
    cut = outcome(source, original[: data.draw(st.integers(0, len(original) - 1))])
    assert whole and (cut is None or not cut.accepted or _says_as_much(cut, whole))


def _says_as_much(cut: ReadResult, whole: ReadResult) -> bool:
    """MT940 pages stand alone: after a whole first page the file is a shorter, true one."""
    return (cut.lines, cut.totals) == (whole.lines, whole.totals)


@pytest.mark.parametrize("source", SOURCES)
@given(data=st.data())
@_BOUNDED
@pytest.mark.spec("R2")
def test_swapped_doubled_and_dropped_lines(source: str, data: st.DataObject) -> None:
    lines = ORIGINALS[source].split(b"\n")
    place, other = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, len(lines) - 1))
    lines[place], lines[other] = lines[other], lines[place]
    del lines[data.draw(st.integers(0, len(lines) - 1))]
    lines.insert(place % len(lines), lines[other % len(lines)])
    outcome(source, b"\n".join(lines))


@pytest.mark.parametrize("source", SOURCES)
@given(content=st.binary(max_size=400))
@_BOUNDED
@pytest.mark.spec("R2")
def test_bytes_of_nothing(source: str, content: bytes) -> None:
    result = outcome(source, content)
    assert result is None or result.lines == 0


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1250", "cp500"])
@pytest.mark.spec("R2")
def test_files_written_in_another_encoding(source: str, encoding: str) -> None:
    result = outcome(source, ORIGINALS[source].decode().encode(encoding))
    assert result is None or result.accepted


@pytest.mark.parametrize(
    ("source", "old", "new"),
    [("adyen_sdr", b"97.5", b"96.5"), ("camt053", b">1234.500<", b">1234.600<"), ("mt940", b"C12345,5N", b"C12345,6N")],
)
@pytest.mark.spec("R2")
def test_one_changed_digit_of_an_amount_is_never_accepted(source: str, old: bytes, new: bytes) -> None:
    assert ORIGINALS[source].count(old) == 1
    result = outcome(source, ORIGINALS[source].replace(old, new))
    assert result is not None and not result.accepted


@pytest.mark.spec("R2")
def test_a_statement_of_many_lines_keeps_its_memory() -> None:
    """Peak memory of 20,000 MT940 lines is that of a few."""
    import tracemalloc

    numbers = random.Random(1)
    amounts = [numbers.randint(1, 99999) for _ in range(20_000)]
    lines = "".join(f":61:2601060106C{amount // 100},{amount % 100:02d}NTRFNONREF\n:86:payment {amount}\n" for amount in amounts)
    total = sum(amounts)
    text = f":20:S\n:25:A\n:28C:1\n:60F:C260105EUR0,\n{lines}:62F:C260106EUR{total // 100},{total % 100:02d}\n"
    file = io.BytesIO(text.encode())
    tracemalloc.start()
    reader = read("mt940", file, registry=REPORT_FORMATS)
    assert sum(1 for _ in reader) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reader.finish().accepted
    assert peak < 4 << 20
