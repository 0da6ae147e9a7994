"""What the database itself holds, for the application's role and for the owner (L1, L2, S5)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import transaction

from ledger.actors import system_actor
from ledger.errors import NoOpenTransaction
from ledger.ids import new_id
from ledger.models import Account, AuditRecord, Checkpoint, Entry, JournalTransaction, LegalEntity
from ledger.operations import post, record_audit, seal_audit, write_checkpoints
from tests.ledger.books import NOON, TESTER, book, deposit, posting
from tests.ledger.cast import make_entity
from tests.ledger.raw_sql import NEW_ENTRIES, NEW_TRANSACTION, XACT, accounts_of, insert

if TYPE_CHECKING:
    from tests.databases import TestDatabase

APPEND_ONLY = [
    "ledger_account", "ledger_journal_transaction", "ledger_entry", "ledger_checkpoint", "ledger_approval_decision", "ledger_audit_record",
    "ledger_audit_seal", "ledger_transition",
]  # fmt: skip


@pytest.fixture
def entity(committed_db: "TestDatabase") -> LegalEntity:
    entity = make_entity()
    book(entity, "k", *deposit("pl_1", 5000))
    record_audit(act="test", actor=system_actor("t"), target_kind="k", target_id="1", detail={}, now=NOON)
    assert write_checkpoints() == 1
    assert seal_audit(now=NOON) == 1
    return entity


@pytest.fixture(params=["owner", "app"])
def role(request: pytest.FixtureRequest, entity: LegalEntity, committed_db: "TestDatabase") -> Iterator["psycopg.Connection[Any]"]:
    """A plain connection as one of the two roles."""
    url = committed_db.owner_url if request.param == "owner" else committed_db.app_url
    with psycopg.connect(url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def owner(entity: LegalEntity, committed_db: "TestDatabase") -> Iterator["psycopg.Connection[Any]"]:
    """Who may insert without the posting functions."""
    with psycopg.connect(committed_db.owner_url) as connection:
        yield connection
        connection.rollback()


@pytest.mark.spec("L2", "S5", "S8")
def test_no_role_changes_what_is_append_only(role: "psycopg.Connection[Any]") -> None:
    for table in APPEND_ONLY:
        column = role.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [table]).fetchone()
        assert column is not None
        for statement in (f"UPDATE {table} SET {column[0]} = {column[0]}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises((psycopg.errors.RestrictViolation, psycopg.errors.InsufficientPrivilege)):
                role.execute(statement)
            role.rollback()


@pytest.mark.spec("L2")
def test_the_application_has_no_right_to_switch_a_guard_off(committed_db: "TestDatabase", entity: LegalEntity) -> None:
    with psycopg.connect(committed_db.app_url) as app:
        for statement in (
            "ALTER TABLE ledger_entry DISABLE TRIGGER append_only",
            "DROP TRIGGER append_only ON ledger_entry",
            "SET session_replication_role = replica",
            "SET ROLE countroom_owner",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)
            app.rollback()


@pytest.mark.spec("L1")
def test_a_whole_transaction_may_be_inserted(owner: "psycopg.Connection[Any]", entity: LegalEntity) -> None:
    """What the refusals below differ from by one thing each."""
    insert(owner, entity, accounts_of(owner, entity, ["EUR", "EUR"]), ["EUR", "EUR"], [500, -500])
    owner.commit()


@pytest.mark.spec("L2", "L1")
def test_nothing_is_added_to_a_committed_transaction(owner: "psycopg.Connection[Any]") -> None:
    accounts = [Account.objects.get(kind="clearing").pk, Account.objects.get(kind="playable").pk]
    facts = {"id": JournalTransaction.objects.get().pk, "accounts": accounts, "assets": ["EUR", "EUR"], "amounts": [5, -5]}
    with pytest.raises(psycopg.errors.RestrictViolation, match="already committed"):
        owner.execute(NEW_ENTRIES, facts)


@pytest.mark.spec("L1")
@pytest.mark.parametrize(
    ("amounts", "assets"),
    [
        ([500, -499], ["EUR", "EUR"]),
        ([500], ["EUR"]),
        ([500, -500], ["EUR", "SEK"]),
        ([500, -400, -100], ["EUR", "EUR", "SEK"]),
        ([1] * 40 + [-41], ["EUR"] * 41),
    ],
)
def test_unbalanced_entries_are_refused(
    owner: "psycopg.Connection[Any]", entity: LegalEntity, amounts: list[int], assets: list[str]
) -> None:
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="not to zero"):
        insert(owner, entity, accounts_of(owner, entity, assets), assets, amounts)


@pytest.mark.spec("L1")
def test_an_entry_of_zero_is_refused(owner: "psycopg.Connection[Any]", entity: LegalEntity) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        insert(owner, entity, accounts_of(owner, entity, ["EUR"]), ["EUR"], [0])


@pytest.mark.spec("L1")
def test_a_transaction_without_entries_is_refused(owner: "psycopg.Connection[Any]", entity: LegalEntity) -> None:
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="no entries"):
        owner.execute(NEW_TRANSACTION.replace("{xact}", XACT), {"id": new_id(), "key": "x", "entity": entity.pk})


@pytest.mark.spec("L2")
def test_a_transaction_cannot_name_another_database_transaction(owner: "psycopg.Connection[Any]", entity: LegalEntity) -> None:
    with pytest.raises((psycopg.errors.IntegrityConstraintViolation, psycopg.errors.RestrictViolation)):
        insert(owner, entity, accounts_of(owner, entity, ["EUR", "EUR"]), ["EUR", "EUR"], [500, -500], xact="999999999999")


@pytest.mark.spec("L5")
@pytest.mark.parametrize("lines", [1, 20])
def test_a_transaction_never_mixes_entities_or_assets(owner: "psycopg.Connection[Any]", entity: LegalEntity, lines: int) -> None:
    other = LegalEntity.objects.create(code="GB1", name="Countroom UK", zone="Europe/London")
    mixed = [*accounts_of(owner, entity, ["EUR"] * lines), *accounts_of(owner, other, ["EUR"] * lines)]
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="another entity or asset"):
        insert(owner, entity, mixed, ["EUR"] * 2 * lines, [5] * lines + [-5] * lines)
    owner.rollback()
    wrong = accounts_of(owner, entity, ["SEK"] * 2 * lines)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="another entity or asset"):
        insert(owner, entity, wrong, ["EUR"] * 2 * lines, [5] * lines + [-5] * lines)


@pytest.mark.spec("L5")
def test_entries_of_no_account_are_refused(owner: "psycopg.Connection[Any]", entity: LegalEntity) -> None:
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        insert(owner, entity, [10**9, 10**9 + 1], ["EUR", "EUR"], [5, -5])


@pytest.mark.spec("L6")
def test_a_wallet_below_zero_is_refused_whoever_writes(role: "psycopg.Connection[Any]") -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        role.execute("UPDATE ledger_wallet SET playable_minor = -1")


@pytest.mark.spec("L3")
def test_a_posting_key_is_unique_in_the_database(owner: "psycopg.Connection[Any]", entity: LegalEntity) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        owner.execute(NEW_TRANSACTION.replace("{xact}", XACT), {"id": new_id(), "key": "k", "entity": entity.pk})


def test_posting_needs_an_open_transaction(entity: LegalEntity) -> None:
    with pytest.raises(NoOpenTransaction):
        post(posting(entity, "l", *deposit("pl_1", 1)), actor=TESTER, now=NOON)


@pytest.mark.spec("L16")
def test_posting_needs_read_committed(entity: LegalEntity) -> None:
    from django.db import connection
    from django.db.utils import DatabaseError

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with pytest.raises(DatabaseError, match="READ COMMITTED"):
            post(posting(entity, "l", *deposit("pl_1", 1)), actor=TESTER, now=NOON)
        transaction.set_rollback(True)


@pytest.mark.spec("L2")
def test_the_application_still_reads_and_inserts(entity: LegalEntity) -> None:
    assert (Entry.objects.count(), Checkpoint.objects.count(), AuditRecord.objects.count()) == (2, 1, 1)
    assert book(entity, "l", *deposit("pl_1", 1)).created
