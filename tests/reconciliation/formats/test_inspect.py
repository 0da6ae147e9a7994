"""The object that `ingest` prints: every key, from the file alone."""

import hashlib
import io
import json
from pathlib import Path

import pytest

from config.settings.formats import REPORT_FORMATS
from reconciliation.formats import UnknownSource, inspect, read
from tests.reconciliation.formats.opening import FILES, inspected

KEYS = ["source", "file", "duplicate_of", "readable", "accepted", "lines", "statements", "totals", "checks", "error"]


@pytest.mark.spec("R2")
def test_a_readable_file_is_described_in_full() -> None:
    path = FILES / "settlement_detail_report_batch_38.csv"
    found = inspected("adyen_sdr", path)

    assert list(found) == KEYS
    assert found["file"] == {
        "name": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "bytes": path.stat().st_size,
        "encoding": "utf-8",
    }
    assert (found["source"], found["duplicate_of"], found["readable"], found["accepted"], found["lines"], found["error"]) == (
        "adyen_sdr",
        None,
        True,
        True,
        11,
        None,
    )
    assert list(found["statements"][0]) == ["index", "account_ref", "number", "currency", "opening_minor", "closing_minor", "lines"]
    assert list(found["totals"][0]) == ["type", "currency", "count", "debit_minor", "credit_minor"]
    assert list(found["checks"][0]) == ["name", "ok", "expected", "actual", "where"]
    assert json.loads(json.dumps(found)) == found


@pytest.mark.spec("R2")
def test_a_refused_file_says_where_and_gives_nothing_half() -> None:
    found = inspect(io.BytesIO(b":20:S\n:61:x\n"), source="mt940", registry=REPORT_FORMATS, name="a.sta")

    assert list(found) == KEYS
    assert not found["readable"] and not found["accepted"]
    assert (found["lines"], found["statements"], found["totals"], found["checks"]) == (0, [], [], [])
    assert found["error"] == {"code": "missing_tag", "line": 2, "column": 1, "message": ":61: before the opening balance :60F:"}
    assert found["file"]["encoding"] == "ascii"


def test_a_duplicate_is_named_by_the_loader(tmp_path: Path) -> None:
    found = inspect(io.BytesIO(b""), source="mt940", registry=REPORT_FORMATS, name="a", duplicate_of="file_1")

    assert found["duplicate_of"] == "file_1" and found["file"]["bytes"] == 0 and found["error"]["code"] == "empty"


def test_an_unknown_source_is_an_error_of_the_caller() -> None:
    with pytest.raises(UnknownSource, match="camt053"):
        read("swift", io.BytesIO(b""), registry=REPORT_FORMATS)


@pytest.mark.parametrize("source", sorted(REPORT_FORMATS))
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "a workbook (.xlsx): unpack it, or save its sheet as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a workbook (.xls)"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
        (b"-----BEGIN PGP MESSAGE-----\n", "decrypt it first"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><html>", "fetch the file again"),
    ],
)
@pytest.mark.spec("R2")
def test_what_is_no_report_at_all_says_what_it_is_and_what_to_do(source: str, content: bytes, said: str) -> None:
    found = inspect(io.BytesIO(content), source=source, registry=REPORT_FORMATS, name="x")

    assert (found["readable"], found["error"]["code"], found["error"]["line"]) == (False, "encoding", 1)
    assert said in found["error"]["message"]


def test_reading_leaves_the_file_open_for_its_owner() -> None:
    for source, name in (
        ("adyen_sdr", "settlement_detail_report_batch_38.csv"),
        ("camt053", "statement.camt053.xml"),
        ("mt940", "statement.sta"),
    ):
        with (FILES / name).open("rb") as file:
            reader = read(source, file, registry=REPORT_FORMATS)
            list(reader)
            assert not file.closed and file.seek(0) == 0
