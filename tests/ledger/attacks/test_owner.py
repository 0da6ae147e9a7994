"""Who owns the tables can change anything; what was changed is named by a proof, the replay or the audit chain (L9, L10, S5)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from ledger.models import ApprovalRequest, LegalEntity
from ledger.proofs import prove_ledger, replay_journal, verify_audit
from ledger.proofs.guards import guards_are_on

Owner = psycopg.Connection[Any]
FORGED = """
    INSERT INTO ledger_journal_transaction (id, posting_key, entity_id, rule, kind, currency, source, fingerprint, payload_sha256,
           intent_ref, player_ref, business_date, actor_kind, actor_id, trace_id, occurred_at, posted_at, xact_id)
    SELECT gen_random_uuid(), '{key}', entity_id, rule, kind, currency, source, fingerprint, '', '', player_ref, business_date,
           'user', 'ada', '', occurred_at, posted_at, pg_current_xact_id()::text::bigint
      FROM ledger_journal_transaction WHERE kind = '{like}' RETURNING id
"""
COPIED = """
    WITH t AS ({forged})
    INSERT INTO ledger_entry (id, transaction_id, account_id, asset, amount_minor, business_date, ref, label)
    SELECT {id}, t.id, e.account_id, e.asset, e.amount_minor, e.business_date, e.ref, e.label
      FROM t, ledger_entry e JOIN ledger_journal_transaction o ON o.id = e.transaction_id WHERE o.kind = '{like}'
"""
NEXT_ID = "nextval(pg_get_serial_sequence('ledger_entry', 'id'))"
WALLET = "UPDATE ledger_wallet SET playable_minor = playable_minor {}"


@dataclass(frozen=True)
class Guard:
    """A guard taken away, put back afterwards, and the words that name it."""

    do: str
    undo: str
    named: str


def on_entries(do: str, undo: str, named: str) -> Guard:
    return Guard(f"ALTER TABLE ledger_entry {do}", f"ALTER TABLE ledger_entry {undo}", named)


GUARDS = [
    on_entries("DISABLE TRIGGER append_only", "ENABLE ALWAYS TRIGGER append_only", "missing or switched off"),
    on_entries("ENABLE TRIGGER append_only", "ENABLE ALWAYS TRIGGER append_only", "missing or switched off"),
    on_entries("DISABLE TRIGGER ledger_entry_check", "ENABLE ALWAYS TRIGGER ledger_entry_check", "missing or switched off"),
    on_entries("ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY", "rows can be hidden"),
    Guard("ALTER TABLE ledger_checkpoint RENAME TO gone", "ALTER TABLE gone RENAME TO ledger_checkpoint", "no such table"),
    Guard("COMMENT ON TABLE ledger_entry IS NULL", "COMMENT ON TABLE ledger_entry IS 'append-only'", "not marked append-only"),
    Guard("CREATE TABLE evil () INHERITS (ledger_entry)", "DROP TABLE evil", "another table adds rows to it"),
    Guard("CREATE RULE evil AS ON INSERT TO ledger_audit_record DO INSTEAD NOTHING", "DROP RULE evil ON ledger_audit_record",
          "a rule rewrites its statements"),
    Guard("ALTER FUNCTION ledger_check_entries() RESET search_path",
          "ALTER FUNCTION ledger_check_entries() SET search_path = pg_catalog, public, pg_temp", "wherever the session's search path"),
    Guard("ALTER FUNCTION ledger_refuse_change() SECURITY DEFINER", "ALTER FUNCTION ledger_refuse_change() SECURITY INVOKER",
          "not what the migrations made"),
    Guard("ALTER FUNCTION ledger_post SECURITY INVOKER", "ALTER FUNCTION ledger_post SECURITY DEFINER", "not what the migrations made"),
    Guard("ALTER FUNCTION ledger_post_many RESET search_path",
          "ALTER FUNCTION ledger_post_many SET search_path = pg_catalog, public, pg_temp", "wherever the session's search path"),
    Guard("ALTER FUNCTION ledger_lacking RENAME TO gone", "ALTER FUNCTION gone RENAME TO ledger_lacking", "it is gone"),
    Guard("GRANT INSERT ON ledger_entry TO countroom_app", "REVOKE INSERT ON ledger_entry FROM countroom_app", "may insert into it"),
    Guard("GRANT UPDATE ON ledger_entry TO countroom_app", "REVOKE UPDATE ON ledger_entry FROM countroom_app", "may update it"),
    Guard("GRANT TRUNCATE ON ledger_entry TO PUBLIC", "REVOKE TRUNCATE ON ledger_entry FROM PUBLIC", "may truncate it"),
    Guard("GRANT CREATE ON SCHEMA public TO countroom_app", "REVOKE CREATE ON SCHEMA public FROM countroom_app", "may make objects"),
]  # fmt: skip


@pytest.mark.spec("L10", "L2", "S1")
def test_every_guard_that_is_gone_or_changed_is_named(owner: Owner) -> None:
    assert guard_faults() == []
    for guard in GUARDS:
        owner.execute(guard.do)
        found = guard_faults()
        owner.execute(guard.undo)
        assert len(found) == 1, f"{guard.do}: {found}"
        assert guard.named in found[0]["fault"], guard.do
    assert guard_faults() == []


@pytest.mark.spec("L10", "L2")
@pytest.mark.parametrize(
    "lasting", ["WHEN (false) EXECUTE FUNCTION ledger_refuse_change()", "EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger()"]
)
def test_a_trigger_that_was_made_anew_and_guards_nothing_is_named(owner: Owner, lasting: str) -> None:
    """Of the same name, switched on."""
    owner.execute("DROP TRIGGER ledger_approval_request_frozen ON ledger_approval_request")
    owner.execute(f"CREATE TRIGGER ledger_approval_request_frozen BEFORE UPDATE ON ledger_approval_request FOR EACH ROW {lasting}")
    assert guard_faults() == [
        {"trigger": "ledger_approval_request_frozen", "table": "ledger_approval_request", "fault": "not what the migrations made"}
    ]


@pytest.mark.spec("L10", "L1")
def test_a_guard_whose_words_were_changed_is_named(owner: Owner) -> None:
    """It is there, it is on, and it does nothing."""
    owner.execute("CREATE OR REPLACE FUNCTION ledger_check_entries() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    owner.execute("DROP FUNCTION ledger_check_transactions() CASCADE")
    assert {(fault.get("function") or fault.get("trigger"), fault["fault"]) for fault in guard_faults()} == {
        ("ledger_check_entries", "it is not what the migrations made"),
        ("ledger_check_transactions", "it is gone"),
        ("ledger_transaction_check", "missing or switched off"),
    }


def guard_faults() -> list[dict[str, Any]]:
    return guards_are_on().differences


def failed() -> set[str]:
    """Names of the checks of prove, replay and audit that find something."""
    reports = (prove_ledger(), replay_journal(), verify_audit())
    return {check.name for report in reports for check in report.checks if not check.ok}


def forge(owner: Owner, *, like: str, key: str, amount: int) -> None:
    """A transaction like another one, whole and balanced, with the wallet to match: nothing in the database refuses it."""
    with owner.transaction():
        owner.execute(WALLET.format(f"+ {amount}"))
        owner.execute(COPIED.format(id=NEXT_ID, forged=FORGED.format(like=like, key=key), like=like))


@pytest.mark.spec("L10", "L12", "S1")
def test_a_forged_adjustment_names_no_consent(books: LegalEntity, owner: Owner) -> None:
    """Whole, balanced, by a rule in use, with its wallet: what it lacks is the people."""
    forge(owner, like="MANUAL_CREDIT", key="by-hand", amount=500)
    assert failed() == {"acts_of_people_are_approved"}


@pytest.mark.spec("L10", "L12", "S1")
def test_an_adjustment_under_a_request_that_nobody_approved_is_named(books: LegalEntity, owner: Owner) -> None:
    pending = ApprovalRequest.objects.get(state="PENDING")
    forge(owner, like="MANUAL_CREDIT", key=f"approval:{pending.public_id}", amount=500)
    (fault,) = next(check for check in prove_ledger().checks if not check.ok).differences
    assert fault["fault"] == "its approval is PENDING"


@pytest.mark.spec("L10", "S1", "S8")
def test_a_request_that_was_approved_by_a_statement_is_named(books: LegalEntity, owner: Owner) -> None:
    owner.execute("ALTER TABLE ledger_approval_request DISABLE TRIGGER USER")
    owner.execute("UPDATE ledger_approval_request SET state = 'APPROVED' WHERE state = 'PENDING'")
    owner.execute("ALTER TABLE ledger_approval_request ENABLE TRIGGER USER")
    assert failed() == {"states ledger.ApprovalRequest.state"}


@pytest.mark.spec("L9", "L10")
def test_lines_added_to_a_transaction_while_it_is_written_are_named_by_replay(books: LegalEntity, owner: Owner) -> None:
    """Balanced, of this very database transaction: nothing refuses them; the rule does not give them."""
    with owner.transaction():
        owner.execute(WALLET.format("+ 10000"))
        owner.execute(COPIED.format(id=NEXT_ID, forged=FORGED.format(like="OPENING_BALANCE", key="x"), like="OPENING_BALANCE"))
        owner.execute("INSERT INTO ledger_entry (transaction_id, account_id, asset, amount_minor, business_date, ref, label) "
                      "SELECT t.id, e.account_id, e.asset, e.amount_minor, e.business_date, e.ref, e.label "
                      "FROM ledger_journal_transaction t, ledger_entry e JOIN ledger_journal_transaction o ON o.id = e.transaction_id "
                      "WHERE t.posting_key = 'x' AND o.posting_key = 'a'")  # fmt: skip
    assert failed() == {"replay"}


@pytest.mark.spec("L7", "L10")
def test_entries_slipped_in_below_a_checkpoint_are_named(books: LegalEntity, owner: Owner) -> None:
    """Under ids that lie before the checkpoint, so that no balance counts them."""
    with owner.transaction():
        owner.execute(WALLET.format("+ 5000"))
        owner.execute(COPIED.format(id="-e.id", forged=FORGED.format(like="OPENING_BALANCE", key="x"), like="OPENING_BALANCE"))
    assert failed() == {"checkpoints_equal_recomputation"}


@pytest.mark.spec("L6", "L10")
def test_a_wallet_below_zero_is_named(books: LegalEntity, owner: Owner) -> None:
    owner.execute("ALTER TABLE ledger_wallet DROP CONSTRAINT ledger_wallet_not_negative")
    owner.execute(WALLET.format("- 100000"))
    assert {"wallets_are_never_below_zero", "wallets_equal_entries"} <= failed()


@pytest.mark.spec("L3", "L10")
def test_a_posting_key_used_twice_is_named(books: LegalEntity, owner: Owner) -> None:
    owner.execute("ALTER TABLE ledger_journal_transaction DROP CONSTRAINT ledger_txn_key_once")
    forge(owner, like="OPENING_BALANCE", key="a", amount=5000)
    assert "posting_keys_are_unique" in failed()


FIRST = "(SELECT min(id) FROM ledger_audit_record)"
AUDIT = {
    "changed": [f"UPDATE ledger_audit_record SET reason = 'other' WHERE id = {FIRST}"],
    "removed": [f"DELETE FROM ledger_audit_seal WHERE record_id = {FIRST}", f"DELETE FROM ledger_audit_record WHERE id = {FIRST}"],
    "the seal": ["UPDATE ledger_audit_seal SET chain_hash = row_hash WHERE position = 2"],
}


@pytest.mark.spec("S5")
def test_tampering_with_the_audit_log_is_named(books: LegalEntity, owner: Owner) -> None:
    for statements in AUDIT.values():
        with tampered(owner, statements):
            assert "audit_chain_is_whole" in failed()
    assert verify_audit().ok


@contextmanager
def tampered(owner: Owner, statements: list[str]) -> Iterator[None]:
    """Done, and undone from copies that were taken before."""
    tables = ("ledger_audit_record", "ledger_audit_seal")
    for table in tables:
        owner.execute(f"CREATE TABLE copy_of_{table} AS SELECT * FROM {table}")
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
    for statement in statements:
        owner.execute(statement)
    yield
    for table in reversed(tables):
        owner.execute(f"DELETE FROM {table}")
    for table in tables:
        owner.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM copy_of_{table}")
        owner.execute(f"DROP TABLE copy_of_{table}")
        owner.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")
