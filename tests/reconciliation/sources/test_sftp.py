"""Files pulled from a real SFTP server (R1, R2): what is new, whole, once, from the server that we know."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from reconciliation.models import FileSource, LyingFile, PullState, SourceFile, SourcePull
from reconciliation.operations.sources import Pulled, due_sources, pull_source
from reconciliation.operations.sources.pulling import pause_after
from tests.reconciliation.house import NOW, House
from tests.reconciliation.ingest.papers import statement
from tests.reconciliation.sources.places import make_sftp_source
from tests.reconciliation.sources.server import Server

pytestmark = pytest.mark.spec("R1", "R2")
LATER = timedelta(minutes=2)


def put(server: Server, name: str, content: bytes, *, age: int = 3600) -> Path:
    path = server.root / "out" / name
    path.write_bytes(content)
    os.utime(path, (NOW.timestamp() - age,) * 2)
    return path


def look(source: FileSource, now: datetime = NOW) -> Pulled:
    pulled = pull_source(source_id=source.pk, now=now)
    assert pulled is not None
    return pulled


def look_twice(source: FileSource) -> Pulled:
    """The first look sees it, the second finds that it stands still."""
    look(source)
    return look(source, NOW + LATER)


def test_a_file_that_stands_still_is_taken_once(server: Server, at_server: FileSource) -> None:
    put(server, "a.sta", statement("C12,50"))
    put(server, "a.csv", b"not of the pattern")
    first = look(at_server)
    assert (first.pull.state, first.pull.found, first.pull.waiting, first.pull.taken) == ("DONE", 1, 1, 0)
    assert first.pull.next_at == NOW + timedelta(seconds=60)

    second = look(at_server, NOW + LATER)

    row = SourceFile.objects.get()
    assert (second.pull.taken, second.received, second.pull.byte_size) == (1, (row.public_id,), row.byte_size)
    assert (row.name, row.source, row.account_hint, row.state) == ("a.sta", "mt940", "BANK_EUR", "RECEIVED")
    assert second.pull.next_at == NOW + LATER + timedelta(minutes=15)
    server.reads.clear()
    third = look(at_server, NOW + 2 * LATER)
    assert (third.pull.found, third.pull.taken, server.reads, SourceFile.objects.count()) == (1, 0, [], 1)


def test_what_a_look_brings_is_loaded_by_tasks(server: Server, at_server: FileSource, monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciliation import tasks

    put(server, "a.sta", statement("C12,50"))
    look(at_server)
    nudged: list[Any] = []
    monkeypatch.setattr(tasks.load_file, "delay", lambda **told: nudged.append(told))
    monkeypatch.setattr(tasks.clock, "now", lambda: NOW + LATER)
    assert tasks.pull_source(source_id=at_server.public_id) == "DONE"
    tasks.load_file(**nudged[0])
    assert SourceFile.objects.get().state == "LOADED"


def test_a_new_host_key_is_refused_before_anything_is_sent(server: Server, at_server: FileSource) -> None:
    put(server, "a.sta", statement("C1,"))
    at_server.host_key = asyncssh.generate_private_key("ssh-ed25519").get_fingerprint()
    at_server.save()
    pull = look(at_server).pull
    assert pull.state == PullState.FAILED and server.logins == 0
    assert server.fingerprint in pull.error and at_server.host_key in pull.error and "Nothing was sent" in pull.error


def test_without_a_host_key_the_look_says_what_the_server_shows(server: Server, house: House) -> None:
    pull = look(make_sftp_source(server, host_key="")).pull
    assert pull.state == PullState.FAILED and server.logins == 0 and f"shows the key {server.fingerprint}" in pull.error


def test_a_wrong_password_is_said_and_not_shown(server: Server, at_server: FileSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANK_SFTP_PASSWORD", "wrong-one")
    pull = look(at_server).pull
    assert (pull.state, pull.failures) == ("FAILED", 1)
    assert "does not let countroom in" in pull.error and "wrong-one" not in pull.error


def test_no_secret_at_all_is_said(at_server: FileSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BANK_SFTP_PASSWORD")
    assert "Set BANK_SFTP_PASSWORD or BANK_SFTP_KEY" in look(at_server).pull.error


def test_a_key_signs_in_instead_of_a_password(
    server: Server, at_server: FileSource, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server.user_key.write_private_key(str(tmp_path / "key"))
    monkeypatch.setenv("BANK_SFTP_KEY", str(tmp_path / "key"))
    put(server, "a.sta", statement("C1,"))
    assert look(at_server).pull.state == "DONE" and server.logins == 0


def test_a_fetch_that_breaks_goes_on_where_it_broke(server: Server, at_server: FileSource) -> None:
    content = statement(*(["C1,"] * 60_000))
    assert len(content) > 2_000_000
    put(server, "a.sta", content)
    look(at_server)
    server.cut_at = 1_500_000
    broken = look(at_server, NOW + LATER).pull
    assert (broken.state, broken.taken, broken.failures) == ("FAILED", 0, 1) and "broke" in broken.error
    assert not SourceFile.objects.exists()  # nothing of it, half or whole
    assert NOW + LATER + timedelta(seconds=30) <= broken.next_at <= NOW + LATER + timedelta(seconds=60)  # type: ignore[operator]

    server.reads.clear()
    again = look(at_server, NOW + 2 * LATER).pull

    assert (again.state, again.taken, again.failures) == ("DONE", 1, 0)
    assert min(server.reads) >= 1_000_000
    assert SourceFile.objects.get().byte_size == len(content)


def test_bytes_taken_in_two_parts_are_the_bytes(server: Server, at_server: FileSource, settings: Any) -> None:
    content = statement(*(["C1,"] * 60_000))
    put(server, "a.sta", content)
    look(at_server)
    server.cut_at = 1_200_000
    look(at_server, NOW + LATER)
    look(at_server, NOW + 2 * LATER)
    assert (Path(settings.MEDIA_ROOT) / SourceFile.objects.get().storage_path).read_bytes() == content
    assert not list(Path(settings.MEDIA_ROOT).glob("incoming/*/*"))


def test_a_slow_server_is_given_up_and_tried_again(server: Server, at_server: FileSource, settings: Any) -> None:
    put(server, "a.sta", statement("C1,"))
    look(at_server)
    settings.SFTP_TIMEOUT_SECONDS, server.seconds = 0.3, 5
    slow = look(at_server, NOW + LATER).pull
    assert slow.state == PullState.FAILED and "did not answer within 0.3 s" in slow.error
    settings.SFTP_TIMEOUT_SECONDS, server.seconds = 5.0, 0
    assert look(at_server, NOW + 2 * LATER).pull.taken == 1


def test_nobody_there_is_a_failed_look(server: Server, at_server: FileSource) -> None:
    at_server.port = 9
    at_server.save()
    assert "The connection to 127.0.0.1:9 failed" in look(at_server).pull.error


def test_a_growing_file_is_left_until_its_size_stands(server: Server, at_server: FileSource) -> None:
    put(server, "a.sta", statement("C1,")[:40])
    look(at_server)
    put(server, "a.sta", statement("C1,"), age=3500)
    grown = look(at_server, NOW + LATER).pull
    assert (grown.waiting, grown.taken) == (1, 0)
    assert look(at_server, NOW + 2 * LATER).pull.taken == 1
    assert SourceFile.objects.get().byte_size == len(statement("C1,"))


def test_a_file_that_grows_while_it_is_taken_is_left(server: Server, at_server: FileSource) -> None:
    put(server, "a.sta", statement("C1,"))
    look(at_server)
    server.on_read = lambda: put(server, "a.sta", statement("C1,", "C2,"))
    while_writing = look(at_server, NOW + LATER).pull
    assert (while_writing.state, while_writing.waiting, while_writing.taken, SourceFile.objects.count()) == ("DONE", 1, 0, 0)


def test_the_same_bytes_under_another_name_are_one_file(server: Server, at_server: FileSource) -> None:
    put(server, "a.sta", statement("C1,"))
    put(server, "b.sta", statement("C1,"))
    pulled = look_twice(at_server)
    row = SourceFile.objects.get()
    assert (pulled.pull.taken, pulled.received) == (2, (row.public_id,))
    assert set(LyingFile.objects.values_list("source_file", flat=True)) == {row.pk}


def test_a_file_that_changes_after_it_was_taken_is_a_new_one(server: Server, at_server: FileSource) -> None:
    put(server, "a.sta", statement("C1,"))
    look_twice(at_server)
    put(server, "a.sta", statement("C1,", "C2,"), age=60)
    look(at_server, NOW + 2 * LATER)
    assert look(at_server, NOW + 3 * LATER).pull.taken == 1
    assert SourceFile.objects.count() == 2


def test_names_that_are_paths_links_and_directories_are_not_taken(server: Server, at_server: FileSource) -> None:
    (server.root / "secret.sta").write_bytes(b"x")
    (server.root / "out" / "link.sta").symlink_to(server.root / "secret.sta")
    (server.root / "out" / "dir.sta").mkdir()
    put(server, ".hidden.sta", b"x")
    assert look(at_server).pull.found == 0


def test_one_file_that_is_too_large_does_not_stop_the_others(server: Server, at_server: FileSource, settings: Any) -> None:
    settings.SOURCE_FILE_MAX_BYTES = 400
    put(server, "a.sta", statement(*(["C1,"] * 50)))
    put(server, "b.sta", statement("C1,"))
    pull = look_twice(at_server).pull
    assert (pull.state, pull.taken) == ("FAILED", 1) and "a.sta: " in pull.error and "SOURCE_FILE_MAX_BYTES" in pull.error


def test_a_directory_that_is_not_there_is_said(at_server: FileSource) -> None:
    at_server.directory = "elsewhere"
    at_server.save()
    assert "has no directory elsewhere" in look(at_server).pull.error


def test_a_source_is_due_by_its_schedule_and_later_after_failures(server: Server, at_server: FileSource) -> None:
    assert due_sources(now=NOW) == [at_server]
    look(at_server)
    assert due_sources(now=NOW + timedelta(minutes=14)) == []
    assert due_sources(now=NOW + timedelta(minutes=15)) == [at_server]
    at_server.is_on = False
    at_server.save()
    assert due_sources(now=NOW + timedelta(days=1)) == []


def test_pauses_double_up_to_an_hour_with_jitter() -> None:
    for failures, longest in ((1, 60), (2, 120), (4, 480), (7, 3600), (60, 3600)):
        pauses = {pause_after(failures).total_seconds() for _ in range(20)}
        assert all(longest / 2 <= pause <= longest for pause in pauses) and len(pauses) > 1


def test_a_look_whose_process_died_is_told_and_the_next_goes_on(server: Server, at_server: FileSource) -> None:
    dead = SourcePull.objects.create(source=at_server, asked_by_kind="system", asked_by_id="sources", started_at=NOW, updated_at=NOW)
    assert look(at_server, NOW + LATER).pull.state == "DONE"
    dead.refresh_from_db()
    assert (dead.state, dead.error) == ("FAILED", "The process that looked was ended in the middle.")
