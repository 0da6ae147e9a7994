"""The audit chain (S5): sealed behind the horizon, and every tampering found."""

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from ledger.actors import system_actor
from ledger.audit_chain import GENESIS
from ledger.models import AuditSeal
from ledger.operations import get_chain_head, record_audit, seal_audit
from ledger.proofs.audit import chain_faults
from tests.ledger.books import NOON

if TYPE_CHECKING:
    from tests.databases import TestDatabase


def record(number: int) -> None:
    record_audit(act="test", actor=system_actor("t"), target_kind="Thing", target_id=str(number), detail={"n": number, "é": [1]}, now=NOON)


@pytest.fixture
def chain(committed_db: "TestDatabase") -> None:
    for number in range(5):
        record(number)
    assert seal_audit(now=NOON) == 5


def tamper(database: "TestDatabase", table: str, statement: str, *params: Any) -> None:
    """As somebody with the owner's password would: guards off, change, guards on."""
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(statement, params)
        owner.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")


@pytest.mark.spec("S5")
def test_the_chain_grows_record_by_record(chain: None) -> None:
    head = get_chain_head()
    assert (head.position, head.unsealed) == (5, 0)
    assert list(chain_faults()) == []

    record(6)
    assert get_chain_head().unsealed == 1
    assert seal_audit(now=NOON) == 1
    assert seal_audit(now=NOON) == 0
    assert get_chain_head().position == 6
    assert list(chain_faults()) == []


@pytest.mark.spec("S5")
def test_an_empty_log_has_a_head(committed_db: "TestDatabase") -> None:
    assert seal_audit(now=NOON) == 0
    assert get_chain_head().chain_hash == GENESIS


@pytest.mark.spec("S5")
def test_a_record_in_flight_is_waited_for(chain: None, committed_db: "TestDatabase") -> None:
    with psycopg.connect(committed_db.app_url) as slow:
        slow.execute(
            "INSERT INTO ledger_audit_record (act, actor_kind, actor_id, target_kind, target_id, detail, reason, trace_id, recorded_at)"
            " VALUES ('slow', 'system', 't', 'k', '1', '{}', '', '', now())"
        )
        record(7)
        assert seal_audit(now=NOON, wait_seconds=0.2) == 0
        slow.commit()
    assert seal_audit(now=NOON) == 2
    assert list(chain_faults()) == []


@pytest.mark.spec("S5")
@pytest.mark.parametrize(
    "change",
    [
        "detail = '{\"n\": 9}'",
        "act = 'other'",
        "actor_id = 'x'",
        "reason = 'x'",
        "target_id = 'x'",
        "recorded_at = recorded_at + interval '1 us'",
    ],
)
def test_a_changed_record_is_found(chain: None, committed_db: "TestDatabase", change: str) -> None:
    victim = AuditSeal.objects.get(position=3).record_id
    tamper(committed_db, "ledger_audit_record", f"UPDATE ledger_audit_record SET {change} WHERE id = %s", victim)

    assert list(chain_faults()) == [{"position": 3, "record": victim, "fault": "the record was changed"}]


@pytest.mark.spec("S5")
def test_a_removed_record_is_found(chain: None, committed_db: "TestDatabase") -> None:
    victim = AuditSeal.objects.get(position=3).record_id
    tamper(committed_db, "ledger_audit_seal", "DELETE FROM ledger_audit_seal WHERE position = 3")
    tamper(committed_db, "ledger_audit_record", "DELETE FROM ledger_audit_record WHERE id = %s", victim)

    faults = [fault["fault"] for fault in chain_faults()]
    assert faults == ["a seal is missing", "the chain is broken here"]


@pytest.mark.spec("S5")
def test_a_record_inserted_between_is_found(chain: None, committed_db: "TestDatabase") -> None:
    victim = AuditSeal.objects.get(position=3).record_id
    tamper(committed_db, "ledger_audit_seal", "DELETE FROM ledger_audit_seal WHERE record_id = %s", victim)
    tamper(committed_db, "ledger_audit_seal", "UPDATE ledger_audit_seal SET position = position - 1 WHERE position > 3")

    assert {"record": victim, "fault": "the record was inserted later"} in list(chain_faults())


@pytest.mark.spec("S5")
def test_a_record_given_an_unused_number_is_found(chain: None, committed_db: "TestDatabase") -> None:
    with psycopg.connect(committed_db.owner_url, autocommit=True) as owner:
        owner.execute("SELECT nextval(pg_get_serial_sequence('ledger_audit_record', 'id'))")
    record(6)
    assert seal_audit(now=NOON) == 1
    gap = AuditSeal.objects.get(position=6).record_id - 1
    with psycopg.connect(committed_db.app_url, autocommit=True) as app:
        app.execute(
            "INSERT INTO ledger_audit_record (id, act, actor_kind, actor_id, target_kind, target_id, detail, reason, trace_id, recorded_at)"
            " OVERRIDING SYSTEM VALUE VALUES (%s, 'forged', 'system', 't', 'k', '1', '{}', '', '', now())",
            [gap],
        )
    assert seal_audit(now=NOON) == 0
    assert list(chain_faults()) == [{"record": gap, "fault": "the record was inserted later"}]


@pytest.mark.spec("S5")
def test_a_chain_made_again_without_a_record_differs_from_its_head(chain: None, committed_db: "TestDatabase") -> None:
    """A whole forged chain is consistent in itself: what finds it is the head that was signed and stored elsewhere."""
    signed = get_chain_head()
    tamper(committed_db, "ledger_audit_seal", "DELETE FROM ledger_audit_seal")
    tamper(committed_db, "ledger_audit_record", "DELETE FROM ledger_audit_record WHERE target_id = '2'")
    seal_audit(now=NOON)

    assert list(chain_faults()) == []
    assert get_chain_head().chain_hash != signed.chain_hash
