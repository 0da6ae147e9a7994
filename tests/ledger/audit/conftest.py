"""A log with records of three days, a signing key and an archive of its own."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

if TYPE_CHECKING:
    from tests.databases import TestDatabase


@pytest.fixture
def archive(settings: Any, tmp_path: Path) -> Path:
    """Its own folder and its own key."""
    from config.local_servers.environment import make_signing_key

    settings.AUDIT_SIGNING_KEY = make_signing_key(tmp_path / "audit.pem")
    settings.AUDIT_PUBLIC_KEYS = []
    settings.AUDIT_ARCHIVE_DIR = str(tmp_path / "archive")
    return tmp_path / "archive"


@pytest.fixture
def log(committed_db: "TestDatabase", archive: Path) -> Path:
    """Six records, three of NOON's day and three of the next, both days signed and archived; a seventh of today."""
    from ledger.operations import archive_audit, seal_audit
    from tests.ledger.audit.writing import NEXT_DAYS, NOON, record

    for day in (0, 1):
        for number in range(3):
            record(day * 3 + number, now=NOON + timedelta(days=day))
        seal_audit(now=NOON + timedelta(days=day))
    archive_audit(now=NEXT_DAYS)
    record(6, now=NEXT_DAYS)
    seal_audit(now=NEXT_DAYS)
    return archive


@pytest.fixture
def tamper(committed_db: "TestDatabase") -> Callable[..., None]:
    """As somebody with the owner's password would: guards off, change, guards on."""

    def run(table: str, statement: str, *params: Any) -> None:
        with psycopg.connect(committed_db.owner_url, autocommit=True) as owner:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            owner.execute(statement, params)
            owner.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")

    return run
