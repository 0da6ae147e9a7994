"""Bytes on disk between their receipt and their load: held against their hash, and mended by the same file sent again (R2)."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.kept_files import FileNotKept
from reconciliation.models import ExceptionCase, FileState, PspLine, SourceFile
from reconciliation.operations.ingest import load_file, receive_file
from reconciliation.queries.stored import stored_path
from tests.infra.disk import room_for
from tests.reconciliation.house import NOW, House
from tests.reconciliation.ingest.papers import ACTOR, ingest, sound_report

pytestmark = pytest.mark.spec("R2")


def receive() -> SourceFile:
    content = io.BytesIO(sound_report())
    return receive_file(file=content, name="report.csv", source="adyen_sdr", account="SANDBOX_EU", actor=ACTOR, now=NOW)


def change_a_digit(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"49.20", b"94.20"))


@pytest.mark.parametrize("damage", [Path.unlink, change_a_digit, lambda path: path.write_bytes(b"")])
def test_what_is_not_what_was_received_is_not_loaded_until_it_is_sent_again(house: House, damage: Callable[[Path], object]) -> None:
    row = receive()
    damage(stored_path(row.storage_path))

    result = load_file(file_id=row.pk, actor=ACTOR, now=NOW)

    row.refresh_from_db()
    assert (row.state, result["accepted"], result["error"]["code"], PspLine.objects.count()) == (FileState.REFUSED, False, "damaged", 0)
    assert [case.reason_id for case in ExceptionCase.objects.all()] == ["FILE_REFUSED"]

    assert receive().pk == row.pk
    assert load_file(file_id=row.pk, actor=ACTOR, now=NOW)["accepted"]
    assert (PspLine.objects.count(), ExceptionCase.objects.get().state) == (2, "AUTO_RESOLVED")


def test_a_full_disk_is_told_and_no_row_is_made(house: House) -> None:
    with room_for(100), pytest.raises(FileNotKept):
        receive()
    assert not SourceFile.objects.exists()
    assert receive().state == FileState.RECEIVED


@pytest.mark.spec("C14")
def test_a_file_that_was_set_aside_and_is_sent_again_leaves_no_second_copy(house: House) -> None:
    content = sound_report().replace(b"pi_unknown", b"4111 1111 1111 1111")
    for _ in range(2):
        result = ingest(content)
        assert (result["accepted"], result["error"]["code"]) == (False, "card_number")
    row = SourceFile.objects.get()
    kept = [path for path in stored_path("").rglob("*") if path.is_file()]
    assert kept == [stored_path(row.storage_path)] and row.storage_path.startswith("quarantine/")
