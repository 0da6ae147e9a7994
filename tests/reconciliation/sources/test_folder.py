"""Files dropped into a folder (R1, R2): taken whole, put away, and those that were refused put apart with the reason."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciliation.models import FileSource, LyingFile, SourceFile
from reconciliation.operations import load_file
from reconciliation.operations.sources import SOURCES
from reconciliation.operations.sources.folder import FolderPlace
from tests.reconciliation.house import NOW
from tests.reconciliation.ingest.papers import statement
from tests.reconciliation.sources.test_sftp import LATER, look

pytestmark = pytest.mark.spec("R1", "R2")


@pytest.fixture
def folder(tmp_path: Path, at_folder: FileSource) -> Path:
    return tmp_path / "drop" / "bank"


def drop(folder: Path, name: str, content: bytes, *, age: int = 3600) -> None:
    (folder / name).write_bytes(content)
    os.utime(folder / name, (NOW.timestamp() - age,) * 2)


def names(folder: Path) -> list[str]:
    return sorted(path.name.rpartition("-")[2] for path in folder.iterdir())


def test_a_dropped_file_is_taken_and_put_away(folder: Path, at_folder: FileSource) -> None:
    drop(folder, "a.sta", statement("C1,"))
    assert look(at_folder).pull.waiting == 1
    assert names(folder) == ["a.sta"]  # its size must stand first
    pulled = look(at_folder, NOW + LATER)
    assert (pulled.pull.state, pulled.received) == ("DONE", (SourceFile.objects.get().public_id,))
    assert (names(folder), names(folder / "taken")) == (["taken"], ["a.sta"])
    assert look(at_folder, NOW + 2 * LATER).pull.found == 0


def test_a_file_that_is_still_written_is_left(folder: Path, at_folder: FileSource) -> None:
    drop(folder, "a.sta", statement("C1,")[:50])
    look(at_folder)
    drop(folder, "a.sta", statement("C1,"), age=3000)
    assert (look(at_folder, NOW + LATER).pull.waiting, names(folder)) == (1, ["a.sta"])
    assert look(at_folder, NOW + 2 * LATER).pull.taken == 1
    assert SourceFile.objects.get().byte_size == len(statement("C1,"))


def test_a_refused_file_is_put_apart_with_its_reason(folder: Path, at_folder: FileSource) -> None:
    drop(folder, "a.sta", b":20:STMT1\nno statement at all\n")
    look(at_folder)
    look(at_folder, NOW + LATER)
    assert load_file(file_id=SourceFile.objects.get().pk, actor=SOURCES, now=NOW + LATER)["accepted"] is False
    look(at_folder, NOW + 2 * LATER)
    (refused,) = (folder / "refused").glob("*-a.sta")
    assert refused.read_bytes() == b":20:STMT1\nno statement at all\n"
    reason = refused.with_name(refused.name + ".reason.txt").read_text()
    assert SourceFile.objects.get().error["message"] in reason and "Nothing of it was loaded" in reason
    assert LyingFile.objects.get().moved_to == f"refused/{refused.name}"


def test_a_look_that_ended_before_the_rename_is_finished_by_the_next(
    folder: Path, at_folder: FileSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(folder, "a.sta", statement("C1,"))
    look(at_folder)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(FolderPlace, "put_away", killed)
        with pytest.raises(KeyboardInterrupt):
            look(at_folder, NOW + LATER)
    assert (names(folder), SourceFile.objects.count()) == (["a.sta"], 1)
    assert look(at_folder, NOW + 2 * LATER).pull.taken == 0
    assert (names(folder), names(folder / "taken"), SourceFile.objects.count()) == (["taken"], ["a.sta"], 1)


def test_the_same_file_on_two_days_is_one_and_kept_twice(folder: Path, at_folder: FileSource) -> None:
    for turn, age in enumerate((7200, 60)):
        drop(folder, "a.sta", statement("C1,"), age=age)
        look(at_folder, NOW + turn * timedelta(hours=1))
        look(at_folder, NOW + turn * timedelta(hours=1) + LATER)
    assert (SourceFile.objects.count(), names(folder / "taken")) == (1, ["a.sta", "a.sta"])


def test_a_folder_that_is_not_there_or_lies_elsewhere_is_said(folder: Path, at_folder: FileSource) -> None:
    at_folder.directory = "missing"
    at_folder.save()
    assert "can't be read" in look(at_folder).pull.error
    at_folder.directory = "../../etc"
    at_folder.save()
    assert look(at_folder).pull.error == "A folder lies below DROP_DIR."
