"""What is signed of a bundle: the list of its files with their hashes, whose day it is, who answers for it (D4).

manifest.json is canonical JSON and a line feed; signature.json is Ed25519 over the bytes of manifest.json after a line that says what
they are. Both have one form for one content, so that no byte of them can change unseen.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ledger.canonical import canonical_json
from ledger.errors import BadSource
from ledger.signing import Signature
from reconciliation.snapshots.writing import Part

FORMAT = "countroom-close-bundle@1"
MANIFEST, SIGNATURE, TOTALS, CHECKLIST, SUMMARY = "manifest.json", "signature.json", "totals.json", "checklist.json", "summary.pdf"
_ABOUT = b"countroom close bundle\n"
_FIELDS = {
    "format": str, "close": dict, "prepared": dict, "signed": dict, "totals_sha256": str, "journal": dict, "audit_head": dict,
    "files": list,
}  # fmt: skip
_FILE = {"name": str, "sha256": str, "bytes": int, "rows": int}


class Signs(Protocol):
    def sign(self, message: bytes) -> Signature:
        """Ed25519 with the house's key."""


def manifest_of(facts: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`facts`: close, prepared, signed, totals_sha256, journal, audit_head; `parts` as `Part.as_dict` gives them."""
    return {"format": FORMAT, **facts, "files": sorted((dict(part) for part in parts), key=lambda part: str(part["name"]))}


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """manifest.json of this content."""
    return json_bytes(dict(manifest))


def json_bytes(content: Any) -> bytes:
    """The one form of a JSON file here."""
    return (canonical_json(content) + "\n").encode()


def signed_bytes(manifest: bytes) -> bytes:
    """What is signed for a manifest."""
    return _ABOUT + manifest


def signature_bytes(manifest: bytes, signer: Signs) -> bytes:
    """signature.json over this manifest."""
    return _signature_json(signer.sign(signed_bytes(manifest)))


def read_signature(content: bytes) -> Signature | str:
    """The signature, or what is wrong with its file."""
    try:
        found = json.loads(content)
        signature = Signature(str(found["key_id"]), base64.b64decode(found["signature"], validate=True))
    except (ValueError, TypeError, KeyError, binascii.Error, RecursionError):
        return "the signature can't be read"
    if _signature_json(signature) != content:
        return "the signature's file is not in the form in which it was written"
    return signature


def read_manifest(content: bytes) -> dict[str, Any] | str:
    """The manifest, or what is wrong with it."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return "the manifest can't be read"
    if not _has(found, _FIELDS) or found["format"] != FORMAT or not all(_has(part, _FILE) for part in found["files"]):
        return f"the manifest is not of the format {FORMAT}"
    try:
        same = manifest_bytes(found) == content
    except BadSource:
        same = False
    return found if same else "the manifest's file is not in the form in which it was written"


def parts_of(manifest: Mapping[str, Any]) -> list[Part]:
    """The files that a manifest lists."""
    return [Part(row["name"], row["sha256"], row["bytes"], row["rows"]) for row in manifest["files"]]


def _signature_json(signature: Signature) -> bytes:
    return json_bytes({"format": FORMAT, "key_id": signature.key_id, "signature": base64.b64encode(signature.value).decode()})


def _has(content: Any, fields: Mapping[str, type]) -> bool:
    return isinstance(content, dict) and set(content) == set(fields) and all(type(content[name]) is kind for name, kind in fields.items())
