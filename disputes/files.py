"""Evidence files on disk: checked on the way in, sealed, named by their hash (X1, S6)."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from cashier.card_data import has_card_number
from cashier.sealing import CannotUnseal, new_wrapped_key, seal, unseal, unwrap_key
from disputes.refusals import BadEvidence
from ledger.kept_files import keep_file

MAX_BYTES = 4 * 1024 * 1024
# What may be sent as evidence: media type -> how its content begins (none for text).
KINDS: dict[str, bytes] = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "text/plain": b"",
    "text/csv": b"",
}
WRAPPED_BYTES = 60


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that passed the checks and is on disk: hex SHA-256 of its content, its size, and its path under MEDIA_ROOT."""

    sha256: str
    size_bytes: int
    path: str


def store_evidence(content: bytes, *, content_type: str, owner: str) -> StoredFile:
    """Check and keep one file, sealed for `owner` (a dispute's public id). One that was damaged on disk is mended by its like.

    Raises BadEvidence (size, type, content, card data), FileNotKept.
    """
    check_content(content, content_type)
    digest = hashlib.sha256(content).hexdigest()
    path = Path("evidence") / owner / digest
    target = Path(settings.MEDIA_ROOT) / path
    if not is_whole(str(path), owner=owner, sha256=digest):
        sealed = sealed_for(content, owner)
        keep_file(target, lambda part: part.write(sealed))
    return StoredFile(digest, len(content), str(path))


def read_evidence(path: str, *, owner: str, sha256: str) -> bytes:
    """The content as it was given. Raises CannotUnseal if it was changed on disk, ValueError if it is another file."""
    sealed = (Path(settings.MEDIA_ROOT) / path).read_bytes()
    content = unseal(sealed[WRAPPED_BYTES:], key=unwrap_key(sealed[:WRAPPED_BYTES], owner=owner), owner=owner)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"{path} is not the file that was stored")
    return content


def is_whole(path: str, *, owner: str, sha256: str) -> bool:
    """Whether the file is on disk, opens, and is the one that was stored."""
    try:
        read_evidence(path, owner=owner, sha256=sha256)
    except (OSError, CannotUnseal, ValueError):
        return False
    return True


def check_content(content: bytes, content_type: str) -> None:
    if content_type not in KINDS:
        raise BadEvidence(f"Evidence is one of: {', '.join(KINDS)}.", field="file", rule="content_type")
    if not content or len(content) > MAX_BYTES:
        raise BadEvidence(f"A file has 1 to {MAX_BYTES} bytes.", field="file", rule="size")
    if not content.startswith(KINDS[content_type]):
        raise BadEvidence(f"The file is not what its type {content_type} says.", field="file", rule="content")
    if content_type.startswith("text/"):
        check_text(content)


def check_text(content: bytes) -> None:
    """Text is UTF-8 and holds no card number (C14)."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadEvidence("A text is UTF-8.", field="file", rule="encoding") from error
    if has_card_number(text):
        raise BadEvidence("The file holds a card number: mask it.", field="file", rule="card_data")


def sealed_for(content: bytes, owner: str) -> bytes:
    """The wrapped key of this file, then the file under that key."""
    wrapped = new_wrapped_key(owner=owner)
    return wrapped + seal(content, key=unwrap_key(wrapped, owner=owner), owner=owner)
