"""The helper: python -m reconciliation.bulk.second_half, a Job as JSON on standard input.

Reads the second part of a report and writes to standard output: frames of COPY rows, an empty frame, and one of what the part comes to as
JSON. It touches no database and no other file. At the first thing that is wrong it ends with an error, and the whole file is read by
one process, which says line and reason. If its parent dies, nobody reads what it writes, and it ends.
"""

import json
import sys
from collections.abc import Iterator
from datetime import datetime, time
from importlib import import_module
from pathlib import Path
from struct import Struct
from typing import IO, Any, cast
from uuid import UUID
from zlib import crc32

from reconciliation.bulk.parts import Cut, DayRule, Job, Noted, open_part, texts_of

_HEAD = Struct(">II")  # of a frame: its length and its checksum


def main() -> None:
    """Read, write, tell."""
    out = sys.stdout.buffer
    for part in answer_of(Job(**json.load(sys.stdin))):
        out.write(part)
    out.flush()


def answer_of(job: Job) -> Iterator[bytes]:
    """The whole answer, piece by piece. Raises FormatRefused."""
    cut, path = Cut(*job.cut), Path(job.path)
    module, _, name = job.reader.rpartition(".")
    noted = Noted()
    with open_part(path, (0, cut.header), (cut.at, path.stat().st_size)) as file:
        reader = getattr(import_module(module), name)(file, account=job.account)
        days = DayRule(job.zone, time.fromisoformat(job.cutoff))
        before = cut.lines - 1  # the header is counted in both parts
        for text in texts_of(reader.parts(), file_id=UUID(job.file_id), bucket=job.bucket, days=days, noted=noted, lines_before=before):
            yield _frame(text.encode())
    yield _frame(b"")
    yield _frame(json.dumps(_told(reader, noted)).encode())


def read_frame(file: IO[bytes]) -> bytes:
    """The next frame; empty where the rows end. Raises EOFError where the helper has ended before it, or where what came through the
    pipe is not what was written: a part of a blocked write was seen to get lost when its process was stopped and went on."""
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise EOFError
    size, check = _HEAD.unpack(head)
    body = file.read(size)
    if len(body) < size or crc32(body) != check:
        raise EOFError
    return body


def join(reader: Any, told: dict[str, Any], cut: Cut, noted: Noted) -> None:
    """Add what the second part came to, to the reader of the first and what it noted."""
    reader.join_part(told["part"], lines_before=cut.lines - 1)
    for number, currency, instant, text in told["transfers"]:
        noted.transfers.setdefault((number, currency), (datetime.fromisoformat(instant), text))


def _frame(body: bytes) -> bytes:
    return _HEAD.pack(len(body), crc32(body)) + body


def _told(reader: Any, noted: Noted) -> dict[str, Any]:
    """What the part comes to: the reader's own sums, and its transfers."""
    transfers = [[*key, instant.isoformat(), text] for key, (instant, text) in noted.transfers.items()]
    return {"part": cast(dict[str, Any], reader.part_as_json()), "transfers": transfers}


if __name__ == "__main__":
    main()
