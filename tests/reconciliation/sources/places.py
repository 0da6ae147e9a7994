"""Sources of these tests."""

from typing import Any

from reconciliation.models import FileSource, SourceKind
from tests.reconciliation.sources.server import USER, Server


def make_sftp_source(server: Server, **changed: Any) -> FileSource:
    values: dict[str, Any] = {
        "code": "bank-sftp", "kind": SourceKind.SFTP, "format": "mt940", "account": "BANK_EUR", "host": "127.0.0.1", "port": server.port,
        "username": USER, "host_key": server.fingerprint, "secret_ref": "BANK", "directory": "out", "pattern": "*.sta",
    }  # fmt: skip
    return FileSource.objects.create(**{**values, **changed})


def make_folder_source() -> FileSource:
    return FileSource.objects.create(
        code="bank-folder", kind=SourceKind.FOLDER, format="mt940", account="BANK_EUR", directory="bank", every_minutes=5
    )
