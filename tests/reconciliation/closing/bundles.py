"""A signed day's bundle, made once for a file of tests: the day is real, the database is left clean, the files stay."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.reconciliation.house import NOW


@dataclass(frozen=True)
class MadeBundle:
    """The zip, a folder of its files, and the public key that signed it, in PEM."""

    zip: Path
    folder: Path
    key: Path
    manifest: dict[str, Any]

    def copy(self, to: Path) -> Path:
        """A folder to damage."""
        return Path(shutil.copytree(self.folder, to / "bundle"))


def make_bundle(folder: Path) -> MadeBundle:
    """A day with two postings and an open case, prepared by one and signed by another. Needs a database that commits."""
    from ledger.actors import user_actor
    from reconciliation.operations.closing import take_bundle
    from reconciliation.queries.bundles import bundle_of
    from reconciliation.snapshots.manifest import manifest_bytes
    from reconciliation.snapshots.zipped import extract_zip
    from tests.reconciliation.closing.day import make_ready_day
    from tests.reconciliation.house import make_case

    ready = make_ready_day()
    make_case(ready.house, "FEE_UNEXPECTED", amount_minor=40)
    with _files(folder):
        ready.prepare()
        close = ready.sign()
        zipped = folder / "close.zip"
        with take_bundle(close=close, actor=user_actor(ready.house.ben), now=NOW) as taken:
            zipped.write_bytes(taken.read())
        bundle = bundle_of(close)
    assert bundle is not None
    inside = folder / "files"
    inside.mkdir()
    assert extract_zip(zipped, inside) == ""
    assert (inside / "manifest.json").read_bytes() == manifest_bytes(bundle.manifest)
    return MadeBundle(zipped, inside, _public_key(folder), bundle.manifest)


@contextmanager
def _files(folder: Path) -> Iterator[None]:
    from django.test import override_settings

    with override_settings(MEDIA_ROOT=str(folder / "kept")):
        yield


def _public_key(folder: Path) -> Path:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from config.signing import FileSigner, _private

    key = _private(FileSigner().key).public_key()
    path = folder / "audit.pub.pem"
    path.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path
