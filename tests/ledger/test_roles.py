"""What the application's database role may do (L2, DESIGN.md decision 3)."""

from typing import TYPE_CHECKING

import psycopg
import pytest

from ledger.roles import unguarded_tables

if TYPE_CHECKING:
    from tests.databases import TestDatabase

RIGHTS = """
SELECT c.relname, obj_description(c.oid, 'pg_class'),
       has_table_privilege(%(app)s, c.oid, 'SELECT'), has_table_privilege(%(app)s, c.oid, 'INSERT'),
       has_table_privilege(%(app)s, c.oid, 'UPDATE'), has_table_privilege(%(app)s, c.oid, 'DELETE'),
       has_table_privilege(%(app)s, c.oid, 'TRUNCATE'), pg_get_userbyid(c.relowner)
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
"""


@pytest.mark.spec("L2", "S5", "W1")
def test_append_only_tables_can_be_read_and_added_to_and_no_more(committed_db: "TestDatabase") -> None:
    app = psycopg.conninfo.conninfo_to_dict(committed_db.app_url)["user"]
    with psycopg.connect(committed_db.owner_url) as owner:
        rows = owner.execute(RIGHTS, {"app": app}).fetchall()

    guarded = {name: tuple(rights) for name, comment, *rights, _ in rows if comment == "append-only"}
    journal = {"ledger_entry", "ledger_journal_transaction", "ledger_checkpoint"}
    assert journal | {"ledger_audit_record", "ledger_audit_seal", "ledger_transition", "cashier_psp_event"} <= set(guarded)
    written_by_posting = {name for name, rights in guarded.items() if rights == (True, False, False, False, False)}
    assert written_by_posting == {"ledger_account", "ledger_journal_transaction", "ledger_entry"}
    assert {guarded[name] for name in set(guarded) - written_by_posting} == {(True, True, False, False, False)}
    assert {owner_name for *_, owner_name in rows if owner_name == app} == set()
    others = {name: tuple(rights) for name, comment, *rights, _ in rows if comment != "append-only"}
    assert set(others.values()) == {(True, True, True, True, False)}


@pytest.mark.spec("L2")
def test_every_append_only_table_has_its_guard(committed_db: "TestDatabase") -> None:
    assert unguarded_tables() == []


@pytest.mark.spec("L2")
def test_later_tables_are_covered(committed_db: "TestDatabase") -> None:
    with psycopg.connect(committed_db.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE later (id bigint GENERATED ALWAYS AS IDENTITY, text text)")
        owner.execute("CREATE TABLE later_log (id bigint)")
        owner.execute("SELECT ledger_make_append_only('later_log')")
    with psycopg.connect(committed_db.app_url, autocommit=True) as app:
        app.execute("INSERT INTO later (text) VALUES ('a')")
        app.execute("UPDATE later SET text = 'b'")
        app.execute("INSERT INTO later_log VALUES (1)")
        for statement in (
            "UPDATE later_log SET id = 2",
            "DELETE FROM later_log",
            "TRUNCATE later_log",
            "TRUNCATE later",
            "CREATE TABLE own (id int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)
