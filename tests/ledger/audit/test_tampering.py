"""The owner changes, removes, inserts and reorders records: `audit_verify` names the first wrong row (S5)."""

import json
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from ledger.models import AuditHead, AuditRecord, AuditSeal
from ledger.operations import seal_audit
from tests.ledger.audit.writing import NEXT_DAYS, record

Tamper = Callable[..., None]
RECORD, SEAL, HEAD = "ledger_audit_record", "ledger_audit_seal", "ledger_audit_head"


def verify(*arguments: str) -> dict[str, list[dict[str, Any]]]:
    """The checks that fail, with their differences."""
    out = StringIO()
    try:
        call_command("audit_verify", "--json", *arguments, stdout=out)
        code = 0
    except SystemExit as end:
        code = int(str(end.code))
    answer = json.loads(out.getvalue())
    failed = {check["name"]: check["differences"] for check in answer["checks"] if not check["ok"]}
    assert (answer["ok"], code) == (not failed, int(bool(failed)))
    return failed


def record_at(position: int) -> int:
    return AuditSeal.objects.get(position=position).record_id


@pytest.mark.spec("S5")
def test_a_sound_log_passes(log: Path) -> None:
    assert verify() == {}
    assert (AuditSeal.objects.count(), AuditHead.objects.count()) == (7, 2)


@pytest.mark.spec("S5")
@pytest.mark.parametrize("change", ["reason = 'x'", "detail = '{\"n\": 1.5}'", "actor_id = 'somebody else'"])
def test_a_changed_record_is_the_first_wrong_row(log: Path, tamper: Tamper, change: str) -> None:
    victim = record_at(4)
    tamper(RECORD, f"UPDATE {RECORD} SET {change} WHERE id = %s", victim)
    assert verify() == {"audit_chain_is_whole": [{"position": 4, "record": victim, "fault": "the record was changed"}]}


@pytest.mark.spec("S5")
def test_a_changed_record_with_a_seal_made_anew_breaks_the_chain(log: Path, tamper: Tamper) -> None:
    from ledger.audit_chain import content_of, row_hash_of

    victim = record_at(4)
    tamper(RECORD, f"UPDATE {RECORD} SET reason = 'x' WHERE id = %s", victim)
    forged = row_hash_of(content_of(AuditRecord.objects.get(pk=victim)))
    tamper(SEAL, f"UPDATE {SEAL} SET row_hash = %s WHERE position = 4", forged)
    assert verify()["audit_chain_is_whole"][0] == {"position": 4, "record": victim, "fault": "the chain is broken here"}


@pytest.mark.spec("S5")
def test_a_removed_record_is_the_first_wrong_row(log: Path, tamper: Tamper) -> None:
    victim = record_at(4)
    tamper(SEAL, f"DELETE FROM {SEAL} WHERE position = 4")
    tamper(RECORD, f"DELETE FROM {RECORD} WHERE id = %s", victim)
    assert verify()["audit_chain_is_whole"][0] == {"position": 4, "fault": "a seal is missing"}


@pytest.mark.spec("S5")
def test_an_inserted_record_is_the_first_wrong_row(log: Path, tamper: Tamper) -> None:
    gap = record_at(7) + 1
    tamper(RECORD, "SELECT nextval(pg_get_serial_sequence('ledger_audit_record', 'id'))")
    record(7, now=NEXT_DAYS)
    seal_audit(now=NEXT_DAYS)
    columns = "act, actor_kind, actor_id, target_kind, target_id, detail, reason, trace_id, recorded_at"
    tamper(RECORD, f"INSERT INTO {RECORD} (id, {columns}) OVERRIDING SYSTEM VALUE SELECT %s, {columns} FROM {RECORD} LIMIT 1", gap)
    tamper(RECORD, f"UPDATE {RECORD} SET reason = 'x' WHERE id = %s", gap + 1)

    assert verify()["audit_chain_is_whole"] == [
        {"record": gap, "fault": "the record was inserted later"},
        {"position": 8, "record": gap + 1, "fault": "the record was changed"},
    ]


@pytest.mark.spec("S5")
def test_records_that_changed_places_are_found_at_the_first(log: Path, tamper: Tamper) -> None:
    first, second = record_at(3), record_at(4)
    swap = f"""UPDATE {RECORD} r SET (target_id, detail, recorded_at) =
                   (SELECT o.target_id, o.detail, o.recorded_at FROM {RECORD} o WHERE o.id = %s + %s - r.id) WHERE r.id IN (%s, %s)"""
    tamper(RECORD, swap, first, second, first, second)
    assert verify()["audit_chain_is_whole"] == [
        {"position": 3, "record": first, "fault": "the record was changed"},
        {"position": 4, "record": second, "fault": "the record was changed"},
    ]


@pytest.mark.spec("S5")
def test_seals_that_changed_places_are_found_at_the_first(log: Path, tamper: Tamper) -> None:
    second = record_at(4)
    for before, after in ((3, -1), (4, 3), (-1, 4)):
        tamper(SEAL, f"UPDATE {SEAL} SET position = %s WHERE position = %s", after, before)
    assert verify()["audit_chain_is_whole"][0] == {"position": 3, "record": second, "fault": "the chain is broken here"}


def forge_without(victim: int, tamper: Tamper) -> None:
    """The whole chain made anew without a record: consistent in itself."""
    tamper(SEAL, f"DELETE FROM {SEAL}")
    tamper(RECORD, f"DELETE FROM {RECORD} WHERE id = %s", victim)
    seal_audit(now=NEXT_DAYS)


@pytest.mark.spec("S5")
def test_a_chain_made_anew_is_not_the_one_that_was_signed(log: Path, tamper: Tamper) -> None:
    forge_without(record_at(5), tamper)
    failed = verify()
    assert failed["audit_heads_are_signed"][0]["fault"] == "the chain is not the one that was signed"
    assert "audit_chain_is_whole" not in failed


@pytest.mark.spec("S5")
def test_the_last_records_taken_away_are_missed_by_the_head(log: Path, tamper: Tamper) -> None:
    tamper(SEAL, f"DELETE FROM {SEAL} WHERE position > 5")
    assert verify()["audit_heads_are_signed"] == [{"day": "2026-03-11", "position": 6, "fault": "the log ends before what was signed"}]


@pytest.mark.spec("S5")
def test_a_forged_chain_without_its_heads_is_not_the_archived_one(log: Path, tamper: Tamper) -> None:
    forge_without(record_at(5), tamper)
    tamper(HEAD, f"DELETE FROM {HEAD}")
    assert [fault["fault"] for fault in verify()["archive_agrees"]] == ["the chain is not the one that was archived"]


@pytest.mark.spec("S5", "S4")
@pytest.mark.parametrize("change", ["position = 5", "signature = 'AAAA'", "signature = 'é'", "key_id = 'other'", "signed_at = now()"])
def test_a_head_that_was_changed_is_not_signed(log: Path, tamper: Tamper, change: str) -> None:
    tamper(HEAD, f"UPDATE {HEAD} SET {change} WHERE day = '2026-03-11'")
    assert verify()["audit_heads_are_signed"][0]["fault"] == "the signature is not by a trusted key"


@pytest.mark.spec("S4")
def test_a_new_key_signs_and_the_old_one_still_verifies(log: Path, settings: Any, tmp_path: Path) -> None:
    from config.local_servers.environment import make_signing_key

    settings.AUDIT_PUBLIC_KEYS = [public_of(Path(settings.AUDIT_SIGNING_KEY), tmp_path / "old.pub")]
    settings.AUDIT_SIGNING_KEY = make_signing_key(tmp_path / "new.pem")
    assert verify() == {}
    settings.AUDIT_PUBLIC_KEYS = []
    assert len(verify()["audit_heads_are_signed"]) == 2


def public_of(private: Path, place: Path) -> str:
    from cryptography.hazmat.primitives import serialization as form

    key = form.load_pem_private_key(private.read_bytes(), None).public_key()
    place.write_bytes(key.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo))
    return str(place)


# --- without the database ---------------------------------------------------------------------------------------------------


def loose(segment: Path, folder: Path) -> Path:
    """A copy that may be written."""
    copy = Path(shutil.copytree(segment.parent, folder)) / segment.name
    for file in folder.iterdir():
        file.chmod(0o644)
    return copy


def rewrite(file: Path, change: Callable[[list[str]], list[str]]) -> None:
    file.write_text("".join(change(file.read_text().splitlines(keepends=True))))


@pytest.mark.spec("S5")
def test_a_segment_is_checked_with_a_public_key_alone(log: Path, settings: Any, tmp_path: Path) -> None:
    public = public_of(Path(settings.AUDIT_SIGNING_KEY), tmp_path / "audit.pub")
    settings.AUDIT_SIGNING_KEY = ""
    assert verify("--segment", str(log / "audit-2026-03-11.jsonl"), "--public-key", public) == {}
    settings.AUDIT_PUBLIC_KEYS = [public]
    assert verify("--segment", str(log)) == {}
    settings.AUDIT_PUBLIC_KEYS = []
    assert verify("--segment", str(log / "audit-2026-03-11.manifest.json")) == {
        "segment audit-2026-03-11": [{"file": "audit-2026-03-11.manifest.json", "fault": "the signature is not by a trusted key"}]
    }


@pytest.mark.spec("S5")
@pytest.mark.parametrize(
    ("change", "first"),
    [
        (lambda rows: [rows[0], rows[1].replace('"reason":""', '"reason":"x"'), rows[2]], (2, "the record was changed")),
        (lambda rows: [rows[0], rows[2]], (2, "position 5 is expected here: rows were removed, inserted or moved")),
        (lambda rows: [rows[0], rows[0], rows[1], rows[2]], (2, "position 5 is expected here: rows were removed, inserted or moved")),
        (lambda rows: [rows[1], rows[0], rows[2]], (1, "position 4 is expected here: rows were removed, inserted or moved")),
        (lambda rows: [rows[0], "not json\n", rows[2]], (2, "the line is no row of a segment")),
        (lambda rows: rows[:2], (None, "the segment does not end at the signed head, position 6")),
    ],
)
def test_a_segment_that_was_tampered_with_names_its_first_wrong_line(log: Path, tmp_path: Path, change: Any, first: Any) -> None:
    file = loose(log / "audit-2026-03-11.jsonl", tmp_path / "copy")
    rewrite(file, change)
    faults = verify("--segment", str(file))["segment audit-2026-03-11"]
    assert (faults[0].get("line"), faults[0]["fault"]) == first
    assert faults[-1]["fault"] == "the file is not the one of the manifest (SHA-256)"


@pytest.mark.spec("S5")
def test_a_folder_with_a_day_missing_is_found(log: Path, tmp_path: Path) -> None:
    folder = loose(log / "audit-2026-03-10.jsonl", tmp_path / "copy").parent
    (folder / "audit-2026-03-10.manifest.json").unlink()
    assert verify("--segment", str(folder)) == {
        "segments_are_there": [{"file": "audit-2026-03-10.jsonl", "fault": "a segment without its manifest"}]
    }
    assert verify("--segment", str(tmp_path / "nothing")) != {}


@pytest.mark.spec("S5")
def test_a_manifest_of_another_kind_is_named(log: Path, tmp_path: Path) -> None:
    file = loose(log / "audit-2026-03-11.jsonl", tmp_path / "copy")
    manifest = file.with_name("audit-2026-03-11.manifest.json")
    for text in ("{}", "[", json.dumps({**json.loads(manifest.read_text()), "records": "3"})):
        manifest.write_text(text)
        assert "the manifest" in verify("--segment", str(file))["segment audit-2026-03-11"][0]["fault"]
