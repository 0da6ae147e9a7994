"""A file that is kept is there whole or not at all, whatever happens while it is written (R2, X1, E5)."""

from pathlib import Path

import pytest

from ledger.kept_files import FileNotKept, keep_file
from tests.infra.disk import room_for

pytestmark = pytest.mark.spec("R2")


def test_a_file_is_kept_whole_and_written_over_whole(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b"
    for content in (b"first" * 100_000, b"second"):
        keep_file(target, lambda part, content=content: part.write(content))  # type: ignore[misc]
        assert target.read_bytes() == content
    assert [path.name for path in target.parent.iterdir()] == ["b"]


def test_a_disk_that_refuses_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    target = tmp_path / "b"
    keep_file(target, lambda part: part.write(b"before"))
    with room_for(1000), pytest.raises(FileNotKept, match=r"can't be kept: File too large\. Nothing was stored; make room where FILES_DIR"):
        keep_file(target, lambda part: part.write(b"x" * 5000))
    assert target.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_who_writes_and_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(part: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep_file(tmp_path / "b", fail)
    assert list(tmp_path.iterdir()) == []
