"""A bundle is checked offline: whole it holds, and a bit that flipped anywhere is found (D4)."""

import json
import os
import random
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ledger.proofs import Check, Report
    from tests.reconciliation.closing.bundles import MadeBundle

pytestmark = pytest.mark.spec("D4")


@pytest.fixture(scope="module")
def made(django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> "MadeBundle":
    from django.db import connections

    from tests.reconciliation.closing.bundles import make_bundle

    with django_db_blocker.unblock():
        try:
            bundle = make_bundle(tmp_path_factory.mktemp("bundle"))
        finally:
            connections.close_all()
            django_db_setup.restore()
    return bundle


def verify(path: Path) -> "Report":
    from ledger.signing import get_signer
    from reconciliation.snapshots.verifying import verify_bundle

    return verify_bundle(path, signer=get_signer())


def first(report: "Report") -> "Check":
    return next(check for check in report.checks if not check.ok)


def flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.chmod(0o644)
    path.write_bytes(content)


def test_a_whole_bundle_holds_as_zip_and_as_folder(made: "MadeBundle") -> None:
    for path in (made.zip, made.folder):
        report = verify(path)
        assert [(check.name, check.differences) for check in report.checks if not check.ok] == []
        names = {check.name for check in report.checks}
        assert {"manifest_is_signed", "files_are_those_listed", "totals_are_the_tables", "transactions_balance", "twins_agree"} <= names
    assert {part["name"]: part["rows"] for part in made.manifest["files"]}["transactions.parquet"] == 2


def test_a_flipped_bit_is_found_in_every_file(made: "MadeBundle", tmp_path: Path) -> None:
    chance, folder = random.Random(7), made.copy(tmp_path)
    for path in sorted(folder.iterdir()):
        bits = path.stat().st_size * 8
        for bit in sorted({bits - 1, chance.randrange(bits)}):
            flip(path, bit)
            wrong = first(verify(folder))
            assert wrong.differences[0]["file"] in (path.name, "manifest.json"), (path.name, bit)
            flip(path, bit)
    assert verify(folder).ok


def test_every_bit_of_manifest_and_signature_counts(made: "MadeBundle", tmp_path: Path) -> None:
    from ledger.signing import get_signer
    from reconciliation.snapshots.manifest import read_manifest, read_signature, signed_bytes

    manifest, signature = ((made.folder / name).read_bytes() for name in ("manifest.json", "signature.json"))

    def holds(one: bytes, other: bytes) -> bool:
        read, found = read_signature(other), read_manifest(one)
        return isinstance(found, dict) and not isinstance(read, str) and get_signer().verify(signed_bytes(one), read)

    assert holds(manifest, signature)
    for bit in range(len(signature) * 8):
        assert not holds(manifest, flipped(signature, bit)), bit
    for bit in range(0, len(manifest) * 8, 29):
        assert not holds(flipped(manifest, bit), signature), bit


def flipped(content: bytes, bit: int) -> bytes:
    copy = bytearray(content)
    copy[bit // 8] ^= 1 << bit % 8
    return bytes(copy)


def test_a_flipped_bit_is_found_in_the_containers_own_bytes(made: "MadeBundle", tmp_path: Path) -> None:
    """Headers, the directory at the end, and what lies in the files: at the ends, around each header, and at random."""
    whole, chance = made.zip.read_bytes(), random.Random(11)
    directory = whole.index(b"PK\x01\x02")
    places = [*range(0, 30, 4), *range(directory, directory + 46, 6), *range(len(whole) - 22, len(whole), 3)]
    places += [chance.randrange(len(whole)) for _ in range(10)]
    target = tmp_path / "close.zip"
    for place in places:
        target.write_bytes(flipped(whole, place * 8 + chance.randrange(8)))
        assert not verify(target).ok, place
    for damaged in (whole + b"\0", whole[:-1], b"", b"PK", whole + whole):
        target.write_bytes(damaged)
        assert not verify(target).ok


def test_the_first_wrong_row_of_a_table_is_named(made: "MadeBundle", tmp_path: Path) -> None:
    folder = made.copy(tmp_path)
    path = folder / "entries.csv"
    lines = path.read_text().splitlines(keepends=True)
    lines[2] = lines[2].replace("EUR", "SEK")
    path.write_text("".join(lines))
    (fault,) = first(verify(folder)).differences
    assert (fault["file"], fault["line"], fault["row"]) == ("entries.csv", 3, 2)
    assert "SEK" in fault["found"] and "EUR" in fault["expected"]


def test_a_file_that_is_missing_or_was_added_is_named(made: "MadeBundle", tmp_path: Path) -> None:
    folder = made.copy(tmp_path)
    (folder / "cases.csv").rename(folder / "more.csv")
    faults = {(row["file"], row["fault"]) for row in first(verify(folder)).differences}
    assert faults == {("cases.csv", "the file is missing"), ("more.csv", "the manifest does not list this file")}


def test_sums_are_held_against_the_totals_even_where_the_signature_is_right(made: "MadeBundle", tmp_path: Path) -> None:
    """Whoever has the key and changes an amount must change the totals too, and then the head that was bound does not hold."""
    folder = made.copy(tmp_path)
    forge(folder, amount_from="1000", amount_to="1001")
    names = {check.name: check.differences for check in verify(folder).checks if not check.ok}
    assert set(names) == {"totals_are_the_tables", "transactions_balance"}
    assert names["transactions_balance"][0]["total_minor"] == 1


def forge(folder: Path, *, amount_from: str, amount_to: str) -> None:
    """Change one amount of the entries in CSV and Parquet, and sign a manifest that says so."""
    from ledger.signing import get_signer
    from reconciliation.snapshots.duck import connect, quoted
    from reconciliation.snapshots.manifest import manifest_bytes, signature_bytes
    from reconciliation.snapshots.tables import TABLES
    from reconciliation.snapshots.writing import part_of, write_csv

    parquet, text = folder / "entries.parquet", folder / "entries.csv"
    with connect() as duck:
        changed = (
            f"SELECT * REPLACE (CASE amount_minor WHEN {amount_from} THEN {amount_to} ELSE amount_minor END::DECIMAL(38,0) AS amount_minor)"
        )
        duck.execute(f"COPY ({changed} FROM {quoted(parquet)}) TO {quoted(folder / 'new')} (FORMAT parquet)")
        (folder / "new").rename(parquet)
        rows = write_csv(duck, TABLES["entries"], parquet, text)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    again = {path.name: part_of(path, rows).as_dict() for path in (parquet, text)}
    manifest["files"] = [again.get(part["name"], part) for part in manifest["files"]]
    content = manifest_bytes(manifest)
    (folder / "manifest.json").write_bytes(content)
    (folder / "signature.json").write_bytes(signature_bytes(content, get_signer()))


@pytest.mark.whole
def test_the_command_needs_no_database_and_no_server(made: "MadeBundle", python: str, tmp_path: Path) -> None:
    from django.core.management import call_command

    names = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_APP_URL", "REDIS_URL", "AUDIT_SIGNING_KEY", "DJANGO_SETTINGS_MODULE")
    env = {name: value for name, value in os.environ.items() if name not in names} | {"COUNTROOM_LOCAL_DIR": str(tmp_path / "local")}

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([python, "manage.py", "close_verify", *args, "--json"], env=env, capture_output=True, text=True, check=False)

    good = run(str(made.zip), "--public-key", str(made.key))
    assert good.returncode == 0, good.stdout + good.stderr
    answer = json.loads(good.stdout)
    assert answer["ok"] and {"checks", "seconds", "peak_rss_mib"} <= set(answer)
    assert not (tmp_path / "local" / "run.json").exists()

    stranger = run(str(made.zip))
    assert stranger.returncode == 1
    assert "trusted key" in json.loads(stranger.stdout)["checks"][0]["differences"][0]["fault"]
    with pytest.raises(SystemExit) as refused:
        call_command("close_verify", str(tmp_path / "none.zip"))
    assert refused.value.code == 2


def test_no_file_of_a_bundle_has_a_name_that_leaves_the_folder(tmp_path: Path) -> None:
    import zipfile

    from reconciliation.snapshots.zipped import extract_zip

    for name in ("../evil", "/etc/evil", "a/b", "..", "a\\b"):
        path = tmp_path / "evil.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, b"x")
        assert "no file of a bundle" in extract_zip(path, tmp_path / "inside") or not any((tmp_path / "inside").glob("**/*"))
        assert not (tmp_path / "evil").exists()
