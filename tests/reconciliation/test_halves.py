"""A report read in two parts comes to what it comes to when read whole: rows, totals, checks, batches (R2, R3)."""

import csv
import io
import json
import subprocess
import sys
import tempfile
from contextlib import suppress
from datetime import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.bulk.parts import Cut, DayRule, Job, Noted, find_cut, open_part, rows_of, texts_of
from reconciliation.bulk.second_half import answer_of, join, read_frame
from reconciliation.formats import FormatRefused, ReadResult
from reconciliation.formats.adyen_sdr import AdyenSdrReader
from tests.infra.processes import CHECKOUT
from tests.reconciliation.formats.adyen_rows import HEADERS, payout, row, sale

FILE_ID = UUID("019a0000-0000-7000-8000-000000000001")
DAYS = DayRule("Europe/Malta", time(6, 0))
READER = "reconciliation.formats.adyen_sdr.AdyenSdrReader"
Came = tuple[list[str], ReadResult, dict[Any, Any]]

ROWS = st.one_of(
    st.builds(sale, batch=st.sampled_from(["38", "39"]), created=st.sampled_from(["2026-01-05 13:14:15", "2026-01-06 05:00:00"])),
    st.builds(sale, modification=st.sampled_from(["a\nb", 'say "so"', 'a,\n"\n', "back\\slash", "ü" * 40])),
    st.builds(payout, st.sampled_from(["9.8", "19.6"]), batch=st.sampled_from(["38", "39"])),
    st.just(sale(net_credit="9.7")),  # gross less fees is not its net
    st.just(row(type="Refunded", gross_debit="3", net_debit="3")),
    st.builds(sale, reference=st.sampled_from(["cap_01h455vb4pex5vsknk084sn02q", "pi_zzzzzzzzzzzzzzzzzzzzzzzzzz", "WEB-1", ""])),
    st.just(sale(gross_currency="", gross_credit="", rate="1.5")),
)
BYTES = st.sampled_from([b"one,two\n", b'"never closed\n', b"\xff\xfe\n", b"\n", b"\r", b"\r\n", b'""\n'])
FAULTS = st.none() | st.tuples(BYTES, st.integers(0, 20))


def text_of(rows: list[dict[str, str]], line_end: str) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, HEADERS, lineterminator=line_end)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def job_of(path: Path, cut: Cut) -> Job:
    return Job(str(path), (cut.header, cut.at, cut.lines), READER, ("SANDBOX_EU",), str(FILE_ID), 7, DAYS.zone, DAYS.cutoff.isoformat())


def read_whole(path: Path) -> Came:
    """Row by row, as a small report is."""
    noted = Noted()
    with path.open("rb") as file:
        reader = AdyenSdrReader(file, account=("SANDBOX_EU",))
        rows = list(rows_of(reader, file_id=FILE_ID, bucket=7, days=DAYS, noted=noted))
        return rows, reader.finish(), noted.transfers


def whole_or_none(path: Path) -> Came | None:
    """What the whole comes to; None where it is refused, so that halves that were not refused differ from it."""
    try:
        return read_whole(path)
    except FormatRefused:
        return None


def read_halves(path: Path, cut: Cut) -> Came:
    """By blocks, as a large one is."""
    noted = Noted()
    with open_part(path, (0, cut.at)) as file:
        reader = AdyenSdrReader(file, account=("SANDBOX_EU",))
        text = "".join(texts_of(reader.parts(size=500), file_id=FILE_ID, bucket=7, days=DAYS, noted=noted))
    answer = io.BytesIO(b"".join(answer_of(job_of(path, cut))))
    while frame := read_frame(answer):
        text += frame.decode()
    join(reader, json.loads(read_frame(answer)), cut, noted)
    return text.splitlines(keepends=True), reader.finish(), noted.transfers


@pytest.mark.spec("R2", "R3")
@settings(max_examples=600, deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=12), share=st.floats(0, 1), line_end=st.sampled_from(["\n", "\r\n"]), fault=FAULTS)
def test_halves_come_to_the_whole_or_are_refused(
    rows: list[dict[str, str]], share: float, line_end: str, fault: tuple[bytes, int] | None
) -> None:
    lines = text_of(rows, line_end).splitlines(keepends=True)
    if fault is not None:
        lines.insert(fault[1], fault[0])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.csv"
        path.write_bytes(b"".join(lines))
        cut = find_cut(path, share=share)
        with suppress(FormatRefused):  # then one process reads it all
            if cut is not None:
                halves = read_halves(path, cut)
                assert halves == whole_or_none(path)


def test_a_plain_report_is_cut_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(text_of([sale()] * 100 + [payout("980")], "\n"))

    cut = find_cut(path)

    assert cut is not None and 45 <= cut.lines <= 55
    assert read_halves(path, cut) == read_whole(path)


@pytest.mark.parametrize("share", [place / 100 for place in range(5, 100, 5)])
def test_a_quoted_cell_of_many_lines_is_never_cut(tmp_path: Path, share: float) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(text_of([sale(), sale(modification="line\n" * 100), sale()], "\n"))

    cut = find_cut(path, share=share)

    assert cut is None or read_halves(path, cut) == read_whole(path)


@pytest.mark.spec("R2", "R11")
@pytest.mark.parametrize("lost", [1, 100, 4096])
def test_a_piece_that_the_pipe_lost_is_noticed(tmp_path: Path, lost: int) -> None:
    """Another frame follows, so that there are bytes enough."""
    path = tmp_path / "report.csv"
    path.write_bytes(text_of([sale()] * 2_000, "\n"))
    cut = find_cut(path)
    assert cut is not None
    first, *rest = answer_of(job_of(path, cut))

    with pytest.raises(EOFError):
        read_frame(io.BytesIO(first[:5_000] + first[5_000 + lost :] + b"".join(rest)))


@pytest.mark.spec("R9")
def test_the_helper_ends_when_nobody_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(text_of([sale()] * 20_000, "\n"))
    cut = find_cut(path, share=0.1)
    assert cut is not None
    command = [sys.executable, "-m", "reconciliation.bulk.second_half"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=CHECKOUT) as helper:
        assert helper.stdin is not None and helper.stdout is not None
        helper.stdin.write(json.dumps(job_of(path, cut).as_json()).encode())
        helper.stdin.close()
        assert read_frame(helper.stdout).count(b"\n") > 0

        helper.stdout.close()  # as it is when the process that reads it is killed

        assert helper.wait(20) != 0
