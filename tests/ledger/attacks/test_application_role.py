"""What the application's role tries against the books in raw SQL, and is refused (L1, L2, S1)."""

from typing import Any

import psycopg
import pytest
from psycopg import errors

from ledger.ids import new_id
from ledger.models import LegalEntity
from ledger.proofs.guards import PATH

App = psycopg.Connection[Any]
FORBIDDEN = errors.InsufficientPrivilege
JOURNAL = "ledger_journal_transaction"

# Changing what is written, by every statement that can.
CHANGES = {
    "update": "UPDATE ledger_entry SET amount_minor = 1",
    "delete": "DELETE FROM ledger_entry",
    "truncate": "TRUNCATE ledger_entry",
    "truncate through a cascade": "TRUNCATE ledger_account CASCADE",
    "writable CTE, update": "WITH x AS (UPDATE ledger_entry SET amount_minor = 1 RETURNING id) SELECT count(*) FROM x",
    "writable CTE, delete": f"WITH x AS (DELETE FROM {JOURNAL} RETURNING id) SELECT count(*) FROM x",
    "merge, update": "MERGE INTO ledger_entry e USING (SELECT 1) s ON true WHEN MATCHED THEN UPDATE SET amount_minor = 1",
    "merge, delete": "MERGE INTO ledger_entry e USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    "on conflict do update": f"INSERT INTO {JOURNAL} SELECT * FROM {JOURNAL} ON CONFLICT (posting_key) DO UPDATE SET rule = 'X@1'",
    "select for update": "SELECT * FROM ledger_entry FOR UPDATE",
    "an audit record": "UPDATE ledger_audit_record SET reason = 'other'",
    "a seal": "DELETE FROM ledger_audit_seal",
    "a decision": "UPDATE ledger_approval_decision SET approve = true",
    "a transition": "DELETE FROM ledger_transition",
    "a checkpoint": "UPDATE ledger_checkpoint SET balance_minor = 0",
}  # fmt: skip

# Taking a guard away, or becoming somebody who can.
GUARDS = {
    "disable a trigger": "ALTER TABLE ledger_entry DISABLE TRIGGER append_only",
    "disable all triggers": "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
    "drop a trigger": "DROP TRIGGER ledger_entry_check ON ledger_entry",
    "add a trigger": "CREATE TRIGGER evil BEFORE INSERT ON ledger_entry EXECUTE FUNCTION ledger_assign_xact()",
    "replication role": "SET session_replication_role = replica",
    "replication role by function": "SELECT set_config('session_replication_role', 'replica', false)",
    "drop a table": "DROP TABLE ledger_checkpoint",
    "add a column": "ALTER TABLE ledger_entry ADD COLUMN x int",
    "drop a check": "ALTER TABLE ledger_wallet DROP CONSTRAINT ledger_wallet_not_negative",
    "rename a table": "ALTER TABLE ledger_entry RENAME TO other",
    "replace a function": "CREATE OR REPLACE FUNCTION ledger_check_entries() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "a function's path": "ALTER FUNCTION ledger_check_entries() RESET search_path",
    "drop a function": "DROP FUNCTION ledger_check_entries() CASCADE",
    "a rule": "CREATE RULE evil AS ON INSERT TO ledger_entry DO INSTEAD NOTHING",
    "hide rows": "ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY",
    "inherit": "CREATE TABLE lines.evil () INHERITS (ledger_entry)",
    "unmark a table": "COMMENT ON TABLE ledger_entry IS NULL",
    "set role": "SET ROLE countroom_owner",
    "set session authorization": "SET SESSION AUTHORIZATION countroom_owner",
    "become superuser": "ALTER ROLE CURRENT_USER SUPERUSER",
    "the catalog": "UPDATE pg_trigger SET tgenabled = 'D'",
    "the server": "ALTER SYSTEM SET session_replication_role = replica",
    "an event trigger": "CREATE EVENT TRIGGER evil ON ddl_command_end EXECUTE FUNCTION ledger_refuse_change()",
    "the next id": "SELECT setval(pg_get_serial_sequence('ledger_entry', 'id'), 1)",
    "a program": "COPY ledger_entry FROM PROGRAM 'true'",
    "a file": "COPY ledger_entry FROM '/etc/passwd'",
    "a table in public": "CREATE TABLE public.evil (id int)",
    "a function in public": "CREATE FUNCTION public.evil() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "an operator in public": "CREATE OPERATOR public.= (FUNCTION = pg_catalog.uuid_ne, LEFTARG = uuid, RIGHTARG = uuid)",
    "a schema": "CREATE SCHEMA evil",
    "a schema of its own name": "ALTER SCHEMA lines RENAME TO countroom_app",
}  # fmt: skip


@pytest.mark.spec("L2", "S5", "S8")
def test_nothing_that_is_written_is_changed(app: App) -> None:
    require_refused(app, CHANGES)


@pytest.mark.spec("L2", "W1")
def test_no_guard_is_taken_away(app: App) -> None:
    require_refused(app, GUARDS)


def require_refused(app: App, attacks: dict[str, str]) -> None:
    """Each statement lacks a right that it needs; none is refused for another reason (a misspelt table would be)."""
    app.autocommit = True  # some may not run within a transaction
    for name, statement in attacks.items():
        with pytest.raises(psycopg.Error) as refusal:
            app.execute(statement)
        assert isinstance(refusal.value, FORBIDDEN), f"{name}: {refusal.value}"


@pytest.mark.spec("L2")
def test_a_right_that_the_application_gives_itself_is_none(app: App) -> None:
    """GRANT by one who may not grant is a warning, and nothing is granted."""
    app.execute("GRANT UPDATE, DELETE ON ledger_entry TO CURRENT_USER")
    with pytest.raises(FORBIDDEN):
        app.execute("DELETE FROM ledger_entry")


# Writing the journal past the posting functions, with their door held open; each row would be balanced.
INSERTS = {
    "insert": "INSERT INTO ledger_entry SELECT * FROM ledger_entry",
    "insert a transaction": f"INSERT INTO {JOURNAL} SELECT * FROM {JOURNAL}",
    "open an account": "INSERT INTO ledger_account (kind, owner_ref, asset) VALUES ('gaming', 'x', 'EUR')",
    "merge": f"MERGE INTO {JOURNAL} j USING (SELECT 1) s ON false WHEN NOT MATCHED THEN INSERT (posting_key) VALUES ('x')",
    "writable CTE": "WITH x AS (INSERT INTO ledger_entry SELECT * FROM ledger_entry RETURNING id) SELECT count(*) FROM x",
    "copy": "COPY ledger_entry FROM STDIN",
    "frozen copy": "COPY ledger_entry FROM STDIN WITH (FREEZE)",
}  # fmt: skip


@pytest.mark.spec("L1", "L2")
def test_nothing_is_written_past_the_posting_functions(app: App) -> None:
    app.execute("SET ledger.door = 'open'")  # the only setting that the books read; it opens nothing to who may not insert
    app.commit()
    require_refused(app, INSERTS)


@pytest.mark.spec("L2")
def test_a_table_put_in_front_of_the_journal_deceives_no_posting(app: App, books: LegalEntity) -> None:
    """The posting functions work with their owner's rights: they too must find the journal, not a table of the session's."""
    app.execute(f"CREATE TEMP TABLE {JOURNAL} (LIKE public.{JOURNAL})")
    app.execute("CREATE TEMP TABLE ledger_wallet (LIKE public.ledger_wallet)")
    app.execute("CREATE FUNCTION lines.pg_current_xact_id() RETURNS xid8 LANGUAGE sql AS $$ SELECT '7'::xid8 $$")
    app.execute("SET LOCAL search_path = lines, pg_catalog, public")
    app.execute(POST, {"id": new_id(), "entity": books.pk})

    counted = f"SELECT count(*) FROM public.{JOURNAL} WHERE posting_key = 'x' AND xact_id = pg_catalog.pg_current_xact_id()::text::bigint"
    assert app.execute(counted).fetchone() == (1,)
    assert app.execute("SELECT playable_minor FROM public.ledger_wallet").fetchone() == (5505,)


POST = """
    SELECT public.ledger_post(%(id)s, 'x', %(entity)s, 'R@1', 'R', 'EUR', '{}', '', '', '', '', '2026-03-10', NULL, 'system', 't', '',
           now(), now(), '{clearing,playable}', '{ma_1,pl_1}', '{EUR,EUR}', '{5,-5}', '{x,x}', '{"",""}')
"""


@pytest.mark.spec("S1")
def test_decisions_put_in_front_approve_nothing(app: App) -> None:
    """A request is approved by the people in its own table, not by those in a table of the session's."""
    app.execute("CREATE TEMP TABLE ledger_approval_decision AS SELECT r.id AS request_id, true AS approve FROM ledger_approval_request r")
    with pytest.raises(errors.RestrictViolation, match="lacks the consent"):
        app.execute("UPDATE public.ledger_approval_request SET state = 'APPROVED' WHERE state = 'PENDING'")


@pytest.mark.spec("S2")
def test_duties_put_in_front_join_nothing(app: App) -> None:
    app.execute("CREATE TEMP TABLE ledger_separate_duty (first text, second text, is_in_force boolean)")
    app.execute("CREATE TEMP TABLE joined AS SELECT u.id, p.id AS permission FROM ledger_user u, auth_permission p "
                "WHERE u.username = 'ada' AND p.codename IN ('propose_adjustment', 'approve_adjustment')")  # fmt: skip
    with pytest.raises(errors.CheckViolation, match="separate duties"):
        app.execute("INSERT INTO ledger_user_user_permissions (user_id, permission_id) SELECT id, permission FROM joined")


@pytest.mark.spec("S2")
def test_a_grant_is_not_changed_into_one_that_joins_duties(app: App) -> None:
    chosen = "SELECT id FROM auth_permission WHERE codename = '{}'"
    grant = (
        "INSERT INTO ledger_user_user_permissions (user_id, permission_id) SELECT u.id, ({}) FROM ledger_user u WHERE u.username = 'ada'"
    )
    for codename in ("propose_adjustment", "view_entry"):
        app.execute(grant.format(chosen.format(codename)))
    with pytest.raises(errors.CheckViolation, match="separate duties"):
        app.execute(
            f"UPDATE ledger_user_user_permissions SET permission_id = ({chosen.format('approve_adjustment')}) "
            f"WHERE permission_id = ({chosen.format('view_entry')})"
        )


@pytest.mark.spec("L2")
def test_a_function_of_the_applications_runs_with_its_own_rights(app: App) -> None:
    """SECURITY DEFINER lends the rights of who made the function."""
    app.execute("CREATE FUNCTION lines.evil() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM public.ledger_entry'")
    with pytest.raises(FORBIDDEN):
        app.execute("SELECT lines.evil()")


@pytest.mark.spec("L2")
def test_the_owner_lends_its_rights_to_posting_alone_and_on_a_path_of_its_own(app: App) -> None:
    lent = app.execute(
        "SELECT proname, proconfig FROM pg_proc WHERE prosecdef AND pg_get_userbyid(proowner) <> current_user AND pronamespace >= 16384"
        "    OR prosecdef AND pronamespace = 'public'::regnamespace"
    ).fetchall()
    assert {name for name, _ in lent} == {"ledger_post", "ledger_post_many"}
    assert all(PATH in settings for _, settings in lent)


@pytest.mark.spec("L2")
def test_the_books_read_no_setting_that_a_session_may_gain_by(app: App) -> None:
    """The isolation, which posting requires; and `ledger.door`, which is closed by missing rights (above)."""
    bodies = app.execute("SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace").fetchall()
    triggers = app.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal").fetchall()
    asked = [part for (text,) in (*bodies, *triggers) for part in text.split("current_setting(")[1:]]
    assert {part.split("'")[1] for part in asked} == {"transaction_isolation", "ledger.door"}
