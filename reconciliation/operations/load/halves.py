"""A large report is read by two processes: this one its first part, a helper the second. All rows go through this one's COPY.

Nothing is left behind, however either ends: rows pass through a pipe, not a file, and a helper whose parent is gone ends with it.
"""

import json
import os
import select
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import structlog
from django.conf import settings

from reconciliation.bulk.parts import Cut, DayRule, Job, Noted, find_cut, open_part, texts_of
from reconciliation.bulk.second_half import join, read_frame
from reconciliation.formats import FormatRefused, ReadResult, read
from reconciliation.models import SourceFile
from reconciliation.operations.load.partitions import is_own
from reconciliation.operations.load.progress import reading
from reconciliation.queries.stored import stored_path

log = structlog.get_logger(__name__)
HALVED = frozenset({"adyen_sdr"})  # sources whose readers give parts, and can be joined: parts, join_part, part_as_json
_CHECKOUT = Path(__file__).resolve().parent.parent.parent.parent
_PIPE = 1 << 20
_SHARE = 0.45  # of this process, which also sends all rows to the database


class NotInHalves(Exception):
    """The file can't be read in halves, or one of them is not right: one process must read it all, and say what is wrong."""


def can_be_halved(row: SourceFile, bucket: int) -> bool:
    """Whether it is worth it: a large report of a format whose reader can be joined, and a processor for each half."""
    return is_own(bucket) and row.source in HALVED and (os.cpu_count() or 1) > 1


def rows_in_halves(
    row: SourceFile, names: Sequence[str], *, bucket: int, days: DayRule, noted: Noted, done: list[ReadResult]
) -> Generator[str, None, None]:
    """COPY text of the whole report; at its end `done` gets the result of reading it. Raises NotInHalves: then nothing of it counts."""
    path = stored_path(row.storage_path)
    cut = find_cut(path, share=_SHARE)
    if cut is None:
        raise NotInHalves("there is no place to cut it")
    job = _job(row, path, cut, names, bucket, days)
    with open_part(path, (0, cut.at)) as file, _helper(job) as helper:
        reading(file, stage="Reading and loading", until=cut.at)
        reader: Any = read(row.source, file, registry=settings.REPORT_FORMATS, account=names)
        texts = texts_of(reader.parts(), file_id=row.pk, bucket=bucket, days=days, noted=noted)
        try:
            yield from _by_turns(texts, helper)
            join(reader, json.loads(read_frame(helper)), cut, noted)
        except (FormatRefused, EOFError, ValueError) as fault:
            raise NotInHalves(f"{type(fault).__name__} in a half") from None
    done.append(reader.finish())


def _by_turns(texts: Iterator[str], helper: IO[bytes]) -> Iterator[str]:
    """Texts of both: ours as we read them, the helper's as soon as they are there."""
    ready = select.poll()
    ready.register(helper, select.POLLIN)
    is_open = True
    for text in texts:
        yield text
        if is_open and ready.poll(0):
            theirs = read_frame(helper)
            is_open = theirs != b""
            yield theirs.decode()
    while is_open and (theirs := read_frame(helper)):
        yield theirs.decode()


@contextmanager
def _helper(job: Job) -> Iterator[IO[bytes]]:
    """What the helper writes; it never outlives this block."""
    command = [sys.executable, "-m", "reconciliation.bulk.second_half"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd=_CHECKOUT, pipesize=_PIPE)
    assert process.stdin is not None and process.stdout is not None
    try:
        with suppress(BrokenPipeError), process.stdin as told:
            told.write(json.dumps(job.as_json()).encode())
        yield process.stdout
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _job(row: SourceFile, path: Path, cut: Cut, names: Sequence[str], bucket: int, days: DayRule) -> Job:
    return Job(
        path=str(path),
        cut=(cut.header, cut.at, cut.lines),
        reader=settings.REPORT_FORMATS[row.source],
        account=tuple(names),
        file_id=str(row.pk),
        bucket=bucket,
        zone=days.zone,
        cutoff=days.cutoff.isoformat(),
    )
