"""Where files come from is changed under four eyes (S1): a wrong server could hand us a false statement."""

import re
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings

from ledger.actors import Actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest
from ledger.operations.settings_changes import Changeable, Key, execute_change, fields_of, look_at_change
from ledger.refusals import Invalid
from reconciliation.models import FileSource
from reconciliation.operations.ingest import find_account
from reconciliation.operations.sources.folder import folder_of
from reconciliation.operations.sources.places import PlaceFailed

FIELDS = (
    "kind", "format", "account", "host", "port", "username", "host_key", "secret_ref", "directory", "pattern", "every_minutes",
    "is_on",
)  # fmt: skip
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,254}")
_SECRET_REF = re.compile(r"[A-Z][A-Z0-9_]{0,47}")
_HOST_KEY = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_PATTERN = re.compile(r"[^/\\\x00-\x1f\x7f]{1,200}")
DAY_MINUTES = 24 * 60


def _source(key: Key, is_locked: bool) -> FileSource:
    """The source of a code, or a new one."""
    rows = FileSource.objects.select_for_update(no_key=True) if is_locked else FileSource.objects
    return rows.filter(code=key["source"]).first() or FileSource(code=key["source"])


def _check(source: FileSource) -> None:
    _require(_CODE.fullmatch(source.code) is not None, "A source's name is of a-z, 0-9, _ and -.")
    _require(source.kind in FileSource.Kind.values, "A source is an SFTP server or a folder.")
    _require(source.format in settings.REPORT_FORMATS, f"No format {source.format!r} is known.")
    _require(_PATTERN.fullmatch(source.pattern) is not None, "A pattern is of names in one directory, like *.csv or settlement_*.")
    _require(0 < source.every_minutes <= DAY_MINUTES, "A source is looked at every 1 to 1440 minutes.")
    if source.account:
        try:
            find_account(source.account)
        except Invalid as unknown:
            raise ApprovalRefused(str(unknown)) from unknown
    (_check_server if source.kind == FileSource.Kind.SFTP else _check_folder)(source)


def _check_server(source: FileSource) -> None:
    _require(_HOST.fullmatch(source.host) is not None, "A server's name is like sftp.example.com, without sftp:// before it.")
    _require(0 < source.port < 65_536, "A port is 1 to 65535.")
    _require(0 < len(source.username) <= 100 and source.username.isprintable(), "Say as whom we sign in.")
    _require(_SECRET_REF.fullmatch(source.secret_ref) is not None, "A secret's name is of A-Z, 0-9 and _; the secret itself is never here.")
    _require(
        not source.host_key or _HOST_KEY.fullmatch(source.host_key) is not None,
        "A host key is its fingerprint: SHA256: and 43 characters. Leave it empty, and the first look says what the server shows.",
    )
    _require(source.directory.isprintable() and ".." not in PurePosixPath(source.directory).parts, "A directory has no .. in it.")


def _check_folder(source: FileSource) -> None:
    _require(bool(source.directory) and source.directory.isprintable(), "Name a folder below DROP_DIR.")
    try:
        folder_of(source.directory)
    except (PlaceFailed, ValueError) as outside:
        raise ApprovalRefused("A folder lies below DROP_DIR.") from outside
    others = FileSource.objects.filter(kind=FileSource.Kind.FOLDER, directory=source.directory).exclude(code=source.code)
    _require(not others.exists(), "Another source looks into this folder already.")


def _require(is_so: bool, words: str) -> None:
    if not is_so:
        raise ApprovalRefused(words)


FILE_SOURCE = Changeable("file_source.change", _source, *fields_of(*FIELDS), check=_check, name=lambda row: f"file source {row.code}")


def execute_source(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Do an approved change. Raises ApprovalRefused where the row changed since, or the change can't stand by now."""
    execute_change(FILE_SOURCE, payload=payload, request=request, actor=actor, now=now)


def look_at_source(payload: dict[str, Any]) -> dict[str, str]:
    """What the source says now."""
    return look_at_change(FILE_SOURCE, payload)
