"""What lies at a source, remembered by name, size and time; what is new and stands still is taken whole (R1, R2)."""

import hashlib
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from cashier.secrets import Purpose, key_text, read_secrets
from ledger.actors import Actor
from ledger.refusals import Refused
from ledger.transitions import attribute
from reconciliation.models import FileSource, FileState, LyingFile, SourceFile
from reconciliation.operations.ingest import receive_file
from reconciliation.operations.sources.folder import FolderPlace
from reconciliation.operations.sources.places import FileFailed, Found, Place, PlaceFailed, StillGrowing
from reconciliation.operations.sources.sftp import Login, SftpPlace

STILL = timedelta(seconds=60)  # how long size and time must have stood


@dataclass(slots=True)
class Taken:
    """The figures of one look. received: public ids of files that nobody had before."""

    found: int = 0
    waiting: int = 0
    count: int = 0
    byte_size: int = 0
    received: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def open_place(source: FileSource) -> Place:
    """The place, not yet entered. Raises PlaceFailed where no secret is set."""
    if source.kind == FileSource.Kind.FOLDER:
        return FolderPlace(source)
    passwords, key = read_secrets(source.secret_ref, Purpose.SFTP_PASSWORD), key_text(source.secret_ref)
    if not passwords and not key:
        raise PlaceFailed(f"Set {source.secret_ref}_{Purpose.SFTP_PASSWORD} or {source.secret_ref}_{Purpose.SFTP_KEY}: there is no secret.")
    login = Login(source.host, source.port, source.username, source.host_key, "" if key else passwords[0], key)
    return SftpPlace(login, directory=source.directory, pattern=source.pattern, timeout=settings.SFTP_TIMEOUT_SECONDS)


def take_all(source: FileSource, place: Place, taken: Taken, *, actor: Actor, now: datetime) -> None:
    """Take each file whose time has come. One that fails does not stop the others; a place that fails stops all."""
    wanted = set[Path]()
    for found in place.look():
        taken.found += 1
        lying = _note(source, found, now)
        if lying.source_file_id:
            place.put_away(found)  # done already, but where we were ended before
        if lying.source_file_id or lying.problem:
            continue
        part = _part(source, found)
        wanted.add(part)
        if lying.still_since > now - STILL:
            taken.waiting += 1
            continue
        try:
            _take(source, place, found, lying, part, taken, actor=actor, now=now)
        except StillGrowing:
            part.unlink(missing_ok=True)
            taken.waiting += 1
        except FileFailed as failure:
            taken.problems.append(f"{failure}.")
    _sweep(source, wanted)


def put_refused_apart(source: FileSource, place: Place, *, now: datetime) -> None:
    """Files of a folder that were refused since: put where their sender finds them, with the reason."""
    for lying in source.files.filter(source_file__state=FileState.REFUSED, moved_to__startswith="taken/").select_related("source_file"):
        assert lying.source_file is not None
        error = lying.source_file.error or {}
        where = f" Line {error['line']}." if error.get("line") else ""
        why = f"{error.get('message') or 'A check does not hold; the file page says which'}.{where} Nothing of it was loaded."
        lying.moved_to = place.put_apart(lying.moved_to, why)
        _save(lying, ["moved_to"], now)


def _take(
    source: FileSource, place: Place, found: Found, lying: LyingFile, part: Path, taken: Taken, *, actor: Actor, now: datetime
) -> None:
    """Bytes apart, then received, then the place told; whatever ends us between, the next look finds the same bytes again."""
    if found.byte_size > settings.SOURCE_FILE_MAX_BYTES:
        lying.problem = f"{found.byte_size:,} bytes are more than SOURCE_FILE_MAX_BYTES allows."
        lying.moved_to = place.put_apart(found.name, lying.problem)
        _save(lying, ["problem", "moved_to"], now)
        raise FileFailed(f"{found.name}: {lying.problem.rstrip('.')}")
    part.parent.mkdir(parents=True, exist_ok=True)
    place.fetch(found, part)
    with part.open("rb") as content, transaction.atomic():
        lying.source_file = _receive(source, found, content, taken, actor=actor, now=now)
        lying.moved_to = place.place_of_taken(found)
        _save(lying, ["source_file", "moved_to"], now)
    part.unlink()
    place.put_away(found)
    taken.count += 1
    taken.byte_size += found.byte_size


def _receive(source: FileSource, found: Found, content: object, taken: Taken, *, actor: Actor, now: datetime) -> SourceFile:
    before = taken.received
    try:
        row = receive_file(file=content, name=found.name, source=source.format, account=source.account, actor=actor, now=now)  # type: ignore[arg-type]
    except Refused as refusal:
        raise FileFailed(f"{found.name}: {refusal}".rstrip(".")) from refusal
    if row.state == FileState.RECEIVED and row.received_at == now and row.public_id not in before:
        taken.received.append(row.public_id)
    return row


def _note(source: FileSource, found: Found, now: datetime) -> LyingFile:
    """The row of the file; another size or time than before: it is a new one, and stands still from now."""
    lying = LyingFile.objects.filter(source=source, name=found.name).first()
    if lying is None:
        lying = LyingFile(source=source, name=found.name)
    elif (lying.byte_size, lying.modified_at) == (found.byte_size, found.modified_at):
        return lying
    lying.byte_size, lying.modified_at, lying.still_since = found.byte_size, found.modified_at, now
    lying.source_file, lying.problem, lying.moved_to = None, "", ""
    _save(lying, None, now)
    return lying


def _save(lying: LyingFile, fields: list[str] | None, now: datetime) -> None:
    lying.updated_at = now
    attribute(lying, Actor("system", "sources"), "source.looked")
    lying.save(update_fields=[*fields, "updated_at"] if fields else None)


def _folder(source: FileSource) -> Path:
    return Path(settings.MEDIA_ROOT) / "incoming" / source.public_id


def _part(source: FileSource, found: Found) -> Path:
    """Where its bytes gather. Another size or time of the same name gathers elsewhere: two states of a file are never mixed."""
    key = f"{found.name}\n{found.byte_size}\n{found.modified_at.isoformat()}"
    return _folder(source) / f"{hashlib.sha256(key.encode()).hexdigest()}.part"


def _sweep(source: FileSource, wanted: set[Path]) -> None:
    """Parts of files that went away or changed."""
    folder = _folder(source)
    if not wanted:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for part in folder.glob("*.part"):
        if part not in wanted:
            part.unlink(missing_ok=True)
