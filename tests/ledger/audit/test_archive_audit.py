"""Days of the audit log are signed once, and exported once, to files that nobody overwrites (S5)."""

import json
import stat
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from ledger import tasks
from ledger.audit_files import ArchiveConflict, digest_of, read_manifest
from ledger.models import AuditHead, AuditRecord
from ledger.operations import archive_audit, seal_audit
from tests.ledger.audit.writing import NEXT_DAYS, record
from tests.ledger.books import NOON

if TYPE_CHECKING:
    from tests.databases import TestDatabase


@pytest.mark.spec("S5")
def test_each_day_has_its_segment_and_manifest(log: Path) -> None:
    assert sorted(file.name for file in log.iterdir()) == [
        "audit-2026-03-10.jsonl", "audit-2026-03-10.manifest.json", "audit-2026-03-11.jsonl", "audit-2026-03-11.manifest.json",
    ]  # fmt: skip
    manifest = read_manifest(log / "audit-2026-03-11.manifest.json")
    assert not isinstance(manifest, str)
    assert (manifest.first_position, manifest.last_position, manifest.records) == (4, 6, 3)
    assert manifest.sha256 == digest_of(log / manifest.file)
    assert manifest.bytes == (log / manifest.file).stat().st_size
    rows = [json.loads(line) for line in (log / manifest.file).read_text().splitlines()]
    assert [row["record"]["id"] for row in rows] == list(AuditRecord.objects.order_by("id").values_list("id", flat=True)[3:6])


@pytest.mark.spec("S5")
def test_files_are_read_only_and_a_second_run_does_nothing(log: Path) -> None:
    before = {file.name: file.stat() for file in log.iterdir()}
    assert all(stat.S_IMODE(each.st_mode) == 0o444 for each in before.values())
    done = archive_audit(now=NEXT_DAYS)
    assert (done.signed, done.files) == ([], [])
    assert {file.name: file.stat().st_mtime_ns for file in log.iterdir()} == {name: each.st_mtime_ns for name, each in before.items()}


@pytest.mark.spec("S5")
def test_a_file_that_is_there_is_never_overwritten(log: Path) -> None:
    manifest, segment = log / "audit-2026-03-11.manifest.json", log / "audit-2026-03-11.jsonl"
    manifest.unlink()
    assert archive_audit(now=NEXT_DAYS).files == [str(segment)]
    segment.unlink()
    manifest.unlink()
    segment.write_text("something else")
    with pytest.raises(ArchiveConflict):
        archive_audit(now=NEXT_DAYS)
    assert segment.read_text() == "something else"
    assert not manifest.exists()
    with pytest.raises(CommandError) as refused:
        call_command("audit_archive", stdout=StringIO())
    assert "exists with other content" in str(refused.value)


@pytest.mark.spec("S5")
def test_a_day_without_records_is_signed_too(log: Path) -> None:
    done = archive_audit(now=NEXT_DAYS + timedelta(days=3))
    assert done.signed == ["2026-03-12", "2026-03-14"]
    first, second = AuditHead.objects.order_by("-day")[:2]
    assert (first.position, first.chain_hash) == (second.position, second.chain_hash) == (7, second.chain_hash)
    manifest = read_manifest(log / "audit-2026-03-14.manifest.json")
    assert not isinstance(manifest, str)
    assert (manifest.records, manifest.bytes) == (0, 0)


@pytest.mark.spec("S5")
def test_today_is_not_signed_before_it_ends(committed_db: "TestDatabase", archive: Path) -> None:
    record(1)
    assert archive_audit(now=NOON).signed == ["2026-03-09"]
    assert AuditHead.objects.get().position == 0
    assert archive_audit(now=NOON + timedelta(days=1)).signed == ["2026-03-10"]


@pytest.mark.spec("S5", "S4")
def test_without_a_key_nothing_is_signed_and_the_words_say_what_to_do(committed_db: "TestDatabase", archive: Path, settings: Any) -> None:
    for wrong in ("", str(archive / "none.pem"), "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"):
        settings.AUDIT_SIGNING_KEY = wrong
        with pytest.raises(ImproperlyConfigured) as error:
            archive_audit(now=NOON)
        assert "AUDIT_SIGNING_KEY" in str(error.value)
    assert AuditHead.objects.count() == 0


@pytest.mark.spec("S5")
def test_without_a_folder_days_are_signed_all_the_same(committed_db: "TestDatabase", archive: Path, settings: Any) -> None:
    settings.AUDIT_ARCHIVE_DIR = ""
    record(1)
    seal_audit(now=NOON)
    out = StringIO()
    call_command("audit_archive", "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert (answer["signed"][0], answer["files"]) == ("2026-03-10", [])
    assert not archive.exists()


@pytest.mark.spec("S5")
def test_beat_signs_and_exports(committed_db: "TestDatabase", archive: Path, settings: Any) -> None:
    record(1)
    assert tasks.archive_audit() == 1
    assert len(list(archive.iterdir())) == 2
    assert "ledger.tasks.archive_audit" in {row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values()}
