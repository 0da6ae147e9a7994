"""What the guards of the journal refuse to who may write its tables: the owner, past the posting functions (L1, L2)."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import errors

from ledger.ids import new_id
from ledger.models import Account, JournalTransaction, LegalEntity
from ledger.proofs import prove_ledger

if TYPE_CHECKING:
    from tests.databases import TestDatabase

Role = psycopg.Connection[Any]
REFUSED = (errors.RestrictViolation, errors.IntegrityConstraintViolation)
JOURNAL = "ledger_journal_transaction"
COLUMNS = "transaction_id, account_id, asset, amount_minor, business_date, ref, label"
HEAD = (
    "id, posting_key, entity_id, rule, kind, currency, source, fingerprint, payload_sha256, intent_ref, player_ref, business_date, "
    "actor_kind, actor_id, trace_id, occurred_at, posted_at, xact_id"
)


@pytest.fixture
def writer(books: LegalEntity, committed_db: "TestDatabase") -> Iterator[Role]:
    """The owner of the tables, in a transaction that is rolled back."""
    with psycopg.connect(committed_db.owner_url) as connection:
        yield connection
        connection.rollback()


def copy_in(writer: Role, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    with writer.cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


@pytest.mark.spec("L1", "L2")
@pytest.mark.parametrize("key", ["new", "a"])
def test_a_merge_inserts_nothing_unbalanced_and_nothing_late(writer: Role, key: str) -> None:
    identity = JournalTransaction.objects.get(posting_key="a").pk if key == "a" else new_id()
    merge = (
        f"MERGE INTO ledger_entry e USING (SELECT 1) s ON false WHEN NOT MATCHED THEN INSERT ({COLUMNS}) "
        "VALUES (%s, %s, 'EUR', 5, '2026-03-10', '', '')"
    )
    with pytest.raises(REFUSED, match="refused|not to zero"):
        writer.execute(merge, [identity, Account.objects.get(kind="clearing").pk])


@pytest.mark.spec("L1", "L2")
@pytest.mark.parametrize(("amounts", "key"), [([5], "new"), ([5, -4], "new"), ([5, -5], "a")])
def test_a_copy_is_judged_as_an_insert_is(writer: Role, amounts: list[int], key: str) -> None:
    """Unbalanced, or under a transaction that is committed: COPY runs the same guards."""
    identity = JournalTransaction.objects.get(posting_key="a").pk if key == "a" else new_id()
    accounts = [Account.objects.get(kind="clearing").pk, Account.objects.get(kind="playable").pk]
    rows = [(identity, account, "EUR", amount, "2026-03-10", "", "") for account, amount in zip(accounts, amounts, strict=False)]
    with pytest.raises(REFUSED, match="refused|not to zero"):
        copy_in(writer, f"COPY ledger_entry ({COLUMNS}) FROM STDIN", rows)


@pytest.mark.spec("L1")
def test_a_copy_of_a_transaction_without_entries_is_refused(writer: Role, books: LegalEntity) -> None:
    (xact,) = writer.execute("SELECT pg_current_xact_id()::text::bigint").fetchone() or (0,)
    row = (new_id(), "x", books.pk, "R@1", "R", "EUR", "{}", "", "", "", "", "2026-03-10", "system", "t", "", "now", "now", xact)
    with pytest.raises(REFUSED, match="no entries"):
        copy_in(writer, f"COPY {JOURNAL} ({HEAD}) FROM STDIN", [row])


@pytest.mark.spec("L2")
def test_a_frozen_copy_is_refused(writer: Role) -> None:
    """FREEZE writes rows as if they had always been there; it needs a table that this transaction made or emptied."""
    with pytest.raises(errors.ObjectNotInPrerequisiteState, match="FREEZE"):
        copy_in(writer, f"COPY ledger_entry ({COLUMNS}) FROM STDIN WITH (FREEZE)", [])


LATE = f"""
    INSERT INTO public.ledger_entry ({COLUMNS})
    SELECT %(transaction)s, a.id, 'EUR', CASE a.kind WHEN 'clearing' THEN 5 ELSE -5 END, '2026-03-10', '', ''
      FROM public.ledger_account a WHERE a.kind IN ('clearing', 'playable')
"""


@pytest.mark.spec("L2")
@pytest.mark.parametrize("schema", ["pg_temp", "lines"])
def test_a_table_put_in_front_of_the_journal_deceives_no_guard(writer: Role, schema: str) -> None:
    """pg_temp is searched before everything else, and a schema of one's own where the path says so: guards search neither."""
    writer.execute(f"CREATE TABLE {schema}.{JOURNAL} AS SELECT * FROM public.{JOURNAL}")
    writer.execute(f"UPDATE {schema}.{JOURNAL} SET xact_id = pg_current_xact_id()::text::bigint")
    writer.execute("SET LOCAL search_path = lines, public")
    forged = writer.execute(f"SELECT count(*) FROM {JOURNAL} WHERE xact_id = pg_current_xact_id()::text::bigint").fetchone()
    assert forged is not None and forged[0]  # the session itself is deceived

    with pytest.raises(errors.RestrictViolation, match="already committed"):
        writer.execute(LATE, {"transaction": JournalTransaction.objects.get(posting_key="a").pk})


@pytest.mark.spec("L2")
def test_an_operator_put_in_front_deceives_no_guard(writer: Role) -> None:
    """With an `=` of its own the attacker's bigint is equal to any other."""
    writer.execute("CREATE FUNCTION lines.always(bigint, bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'")
    writer.execute("CREATE OPERATOR lines.= (FUNCTION = lines.always, LEFTARG = bigint, RIGHTARG = bigint)")
    writer.execute("SET LOCAL search_path = lines, pg_catalog, public")
    assert writer.execute("SELECT 1::bigint = 2::bigint").fetchone() == (True,)

    with pytest.raises(errors.RestrictViolation, match="already committed"):
        writer.execute(LATE, {"transaction": JournalTransaction.objects.get(posting_key="a").pk})


@pytest.mark.spec("L10", "L1")
def test_who_opens_the_door_by_hand_is_found_by_the_proof(books: LegalEntity, owner: Role) -> None:
    """The owner says that the posting functions write, and writes without their checks: each such transaction is named."""
    identity = JournalTransaction.objects.get(posting_key="a").pk
    added = "INSERT INTO ledger_entry ({}) SELECT %s, account_id, asset, 7, business_date, 'by-hand', '' FROM ledger_entry LIMIT 1"
    with owner.transaction():
        owner.execute("SET LOCAL ledger.door = 'open'")
        owner.execute(added.format(COLUMNS), [identity])
    try:
        found = {check.name: check.differences for check in prove_ledger().checks if not check.ok}
        assert {"transactions_balance", "trial_balance_is_zero"} <= set(found)
        assert found["transactions_balance"][0]["transaction"] == str(identity)
    finally:
        owner.execute("ALTER TABLE ledger_entry DISABLE TRIGGER append_only")
        owner.execute("DELETE FROM ledger_entry WHERE ref = 'by-hand'")
