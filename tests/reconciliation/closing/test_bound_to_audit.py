"""A signed day carries the head of the audit chain under the house's signature (D4, S5)."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger.operations import seal_audit
from ledger.proofs import verify_audit
from reconciliation.models import CloseSnapshot, CloseState
from reconciliation.operations.closing import CloseNotReady
from reconciliation.sealed_days import is_signed
from tests.databases import TestDatabase
from tests.reconciliation.closing.day import ReadyDay
from tests.reconciliation.house import NOW

pytestmark = pytest.mark.spec("D4", "S5")
TABLE = "reconciliation_close_snapshot"


def faults() -> list[dict[str, Any]]:
    """What audit_verify says of closes."""
    check = next(check for check in verify_audit().checks if check.name == "closes_are_bound")
    assert check.ok == (not check.differences)
    return check.differences


def as_owner(database: TestDatabase, statement: str, *params: Any) -> None:
    """As somebody with the owner's password would: guards off, change, guards on."""
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
        owner.execute(statement, params)
        owner.execute(f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER append_only")


def test_the_signature_binds_day_and_totals_to_the_chain(ready: ReadyDay, committed_db: TestDatabase) -> None:
    ready.prepare()
    seal_audit(now=NOW)
    shot = CloseSnapshot.objects.select_related("close__entity").get(close=ready.sign())

    assert shot.audit_position is not None
    assert shot.audit_position > 0
    assert is_signed(shot)
    assert faults() == []

    as_owner(committed_db, f"UPDATE {TABLE} SET sha256 = %s", "0" * 64)
    assert [(row["close"], row["fault"]) for row in faults()] == [(shot.close.public_id, "the signature is not by a trusted key")]


def test_a_chain_that_was_made_anew_no_longer_passes_through_the_close(ready: ReadyDay, committed_db: TestDatabase) -> None:
    ready.prepare()
    seal_audit(now=NOW)
    shot = CloseSnapshot.objects.get(close=ready.sign())
    with psycopg.connect(committed_db.owner_url, autocommit=True) as owner:
        owner.execute("ALTER TABLE ledger_audit_seal DISABLE TRIGGER USER")
        owner.execute("UPDATE ledger_audit_seal SET chain_hash = %s WHERE position = %s", ("1" * 64, shot.audit_position))
        owner.execute("ALTER TABLE ledger_audit_seal ENABLE ALWAYS TRIGGER append_only")

    assert [(row["position"], row["fault"]) for row in faults()] == [
        (shot.audit_position, "the chain is not the one that was bound to the close")
    ]


def test_without_a_key_no_day_is_signed(ready: ReadyDay, settings: Any, tmp_path: Path) -> None:
    ready.prepare()
    settings.AUDIT_SIGNING_KEY = str(tmp_path / "none.pem")

    with pytest.raises(CloseNotReady) as refused:
        ready.sign()

    assert "AUDIT_SIGNING_KEY" in str(refused.value.details)
    assert (ready.fresh().state, CloseSnapshot.objects.count()) == (CloseState.PREPARED, 0)


def test_the_page_shows_the_head_and_that_its_signature_holds(ready: ReadyDay) -> None:
    from django.contrib.auth.models import Permission
    from django.test import Client
    from django.urls import reverse

    ready.prepare()
    close = ready.sign()
    reader = ready.house.ben
    reader.is_staff = True
    reader.save()
    reader.user_permissions.add(Permission.objects.get(codename="view_dailyclose"))
    client = Client()
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    text = client.get(reverse("admin:reconciliation_dailyclose_change", args=[close.public_id])).content.decode()
    shot = CloseSnapshot.objects.get(close=close)
    assert "Bound to the audit chain" in text
    assert shot.audit_signature in text
    assert shot.audit_head in text
