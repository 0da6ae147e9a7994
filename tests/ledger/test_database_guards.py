"""What the database itself holds, for the application's role and for the owner (L1, L2, S5)."""

from collections.abc import Iterator
from decimal import Decimal
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

if TYPE_CHECKING:
    from tests.databases import TestDatabase

APPEND_ONLY = [
    "ledger_account", "ledger_journal_transaction", "ledger_entry", "ledger_checkpoint", "ledger_approval_decision", "ledger_audit_record",
    "ledger_audit_seal", "ledger_transition",
]  # fmt: skip
XACT = "pg_current_xact_id()::text::bigint"
NEW_TRANSACTION = """
    INSERT INTO ledger_journal_transaction (id, posting_key, entity_id, rule, kind, currency, source, fingerprint, payload_sha256,
           intent_ref, player_ref, business_date, actor_kind, actor_id, trace_id, occurred_at, posted_at, xact_id)
    VALUES (%(id)s, %(key)s, %(entity)s, 'R@1', 'R', 'EUR', '{}', '', '', '', '', '2026-03-10', 'system', 't', '', now(), now(), {xact})
"""
NEW_ENTRIES = """
    INSERT INTO ledger_entry (transaction_id, account_id, asset, amount_minor, business_date, ref, label)
    SELECT %(id)s, l.account, l.asset, l.amount, '2026-03-10', '', ''
      FROM unnest(%(accounts)s::bigint[], %(assets)s::text[], %(amounts)s::numeric[]) l(account, asset, amount)
"""


def insert(
    role: "psycopg.Connection[Any]", entity: LegalEntity, accounts: list[int], assets: list[str], amounts: list[int], xact: str = XACT
) -> None:
    """A transaction and its entries in one statement, as the posting functions do it."""
    facts = {"id": new_id(), "key": "x", "entity": entity.pk, "accounts": accounts, "assets": assets, "amounts": amounts}
    role.execute(f"WITH t AS ({NEW_TRANSACTION.replace('{xact}', xact)}) {NEW_ENTRIES}", facts)


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


@pytest.mark.spec("L1", "L2")
def test_the_application_writes_the_journal_by_the_posting_functions_alone(committed_db: "TestDatabase", entity: LegalEntity) -> None:
    clearing, playable = Account.objects.get(kind="clearing"), Account.objects.get(kind="playable")
    with psycopg.connect(committed_db.app_url) as app:
        app.execute("SET ledger.door = 'open'")
        app.commit()
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
            insert(app, entity, [clearing.pk, playable.pk], ["EUR", "EUR"], [500, -500])
        app.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
            app.execute(NEW_ENTRIES, {"id": new_id(), "accounts": [clearing.pk], "assets": ["EUR"], "amounts": [5]})
        app.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="ledger_account"):
            _accounts(app, entity, ["EUR"])


LINES: dict[str, tuple[list[str], list[str], list[str], list[int | Decimal]]] = {
    "halves": (["clearing", "clearing", "playable"], ["ma_1", "ma_1", "pl_1"], ["EUR"] * 3, [Decimal("0.5"), Decimal("0.5"), Decimal(-1)]),
    "halves that balance": (["clearing", "playable"], ["ma_1", "pl_1"], ["EUR", "EUR"], [Decimal("1.5"), Decimal("-1.5")]),
    "unbalanced": (["clearing", "playable"], ["ma_1", "pl_1"], ["EUR", "EUR"], [5, -4]),
    "one line": (["clearing"], ["ma_1"], ["EUR"], [5]),
    "none": ([], [], [], []),
    "balanced over two assets": (["clearing", "playable"], ["ma_1", "pl_1"], ["SEK", "EUR"], [5, -5]),
}


@pytest.mark.spec("L1", "L2")
@pytest.mark.parametrize("lines", LINES.values(), ids=LINES)
@pytest.mark.parametrize("function", ["ledger_post", "ledger_post_many"])
def test_the_posting_functions_refuse_what_is_not_balanced(
    committed_db: "TestDatabase", entity: LegalEntity, function: str, lines: tuple[list[str], list[str], list[str], list[int | Decimal]]
) -> None:
    """Called in raw SQL, without the checks that Python makes before."""
    with psycopg.connect(committed_db.app_url) as app, pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="sum to zero"):
        _call(app, function, entity, entity, lines)


@pytest.mark.spec("L5")
def test_a_batch_refuses_lines_of_another_entity(committed_db: "TestDatabase", entity: LegalEntity) -> None:
    other = LegalEntity.objects.create(code="GB1", name="Countroom UK", zone="Europe/London")
    amounts: list[int | Decimal] = [5, -5]
    lines = (["clearing", "playable"], ["ma_1", "pl_1"], ["EUR", "EUR"], amounts)
    with psycopg.connect(committed_db.app_url) as app, pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="another entity"):
        _call(app, "ledger_post_many", entity, other, lines)


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
    insert(owner, entity, _accounts(owner, entity, ["EUR", "EUR"]), ["EUR", "EUR"], [500, -500])
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
        insert(owner, entity, _accounts(owner, entity, assets), assets, amounts)


@pytest.mark.spec("L1")
def test_an_entry_of_zero_is_refused(owner: "psycopg.Connection[Any]", entity: LegalEntity) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        insert(owner, entity, _accounts(owner, entity, ["EUR"]), ["EUR"], [0])


@pytest.mark.spec("L1")
def test_a_transaction_without_entries_is_refused(owner: "psycopg.Connection[Any]", entity: LegalEntity) -> None:
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="no entries"):
        owner.execute(NEW_TRANSACTION.replace("{xact}", XACT), {"id": new_id(), "key": "x", "entity": entity.pk})


@pytest.mark.spec("L2")
def test_a_transaction_cannot_name_another_database_transaction(owner: "psycopg.Connection[Any]", entity: LegalEntity) -> None:
    with pytest.raises((psycopg.errors.IntegrityConstraintViolation, psycopg.errors.RestrictViolation)):
        insert(owner, entity, _accounts(owner, entity, ["EUR", "EUR"]), ["EUR", "EUR"], [500, -500], xact="999999999999")


@pytest.mark.spec("L5")
@pytest.mark.parametrize("lines", [1, 20])
def test_a_transaction_never_mixes_entities_or_assets(owner: "psycopg.Connection[Any]", entity: LegalEntity, lines: int) -> None:
    other = LegalEntity.objects.create(code="GB1", name="Countroom UK", zone="Europe/London")
    mixed = [*_accounts(owner, entity, ["EUR"] * lines), *_accounts(owner, other, ["EUR"] * lines)]
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="another entity or asset"):
        insert(owner, entity, mixed, ["EUR"] * 2 * lines, [5] * lines + [-5] * lines)
    owner.rollback()
    wrong = _accounts(owner, entity, ["SEK"] * 2 * lines)
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


def _accounts(connection: "psycopg.Connection[Any]", entity: LegalEntity, assets: list[str]) -> list[int]:
    made = [
        connection.execute(
            "INSERT INTO ledger_account (entity_id, kind, owner_ref, asset) VALUES (%s, 'outside', %s, %s) RETURNING id",
            [entity.pk, f"le_{number}", asset],
        ).fetchone()
        for number, asset in enumerate(assets)
    ]
    return [row[0] for row in made if row]


def _call(
    app: "psycopg.Connection[Any]",
    function: str,
    entity: LegalEntity,
    of_lines: LegalEntity,
    lines: tuple[list[str], list[str], list[str], list[int | Decimal]],
) -> None:
    """A posting function with one posting of these lines, by the names of its parameters."""
    kinds, holders, assets, amounts = lines
    many = function == "ledger_post_many"
    head = {
        "id": (new_id(), "uuid"), "key": ("raw", "text"), "entity": (entity.pk, "uuid"), "rule": ("R@1", "text"), "kind": ("R", "text"),
        "currency": ("EUR", "text"), "source": ("{}", "text"), "fingerprint": ("f", "text"), "payload": ("", "text"),
        "intent": ("", "text"), "player": ("", "text"), "day": ("2026-03-10", "date"), "reverses": (None, "uuid"),
    }  # fmt: skip
    plural = {"entity": "entities", "currency": "currencies", "reverses": "reverses"}
    values: list[tuple[str, object, str]] = [
        (f"p_{plural.get(name, name + 's')}", [value], f"{kind}[]") if many else (f"p_{name}", value, kind)
        for name, (value, kind) in head.items()
    ]
    values += [("p_actor_kind", "system", "text"), ("p_actor_id", "t", "text"), ("p_trace", "", "text")]
    values += [("p_occurred", [NOON] if many else NOON, "timestamptz[]" if many else "timestamptz"), ("p_posted", NOON, "timestamptz")]
    texts = [""] * len(kinds)
    if many:
        places = list(range(1, len(kinds) + 1))
        values += [("a_entities", [of_lines.pk] * len(kinds), "uuid[]")]
        values += [("a_kinds", kinds, "text[]"), ("a_holders", holders, "text[]"), ("a_assets", assets, "text[]")]
        values += [("l_posting", [1] * len(kinds), "int[]"), ("l_account", places, "int[]")]
        values += [("l_amounts", amounts, "numeric[]"), ("l_refs", texts, "text[]"), ("l_labels", texts, "text[]")]
    else:
        values += [("p_kinds", kinds, "text[]"), ("p_holders", holders, "text[]"), ("p_assets", assets, "text[]")]
        values += [("p_amounts", amounts, "numeric[]"), ("p_refs", texts, "text[]"), ("p_labels", texts, "text[]")]
    arguments = ", ".join(f"{name} => %s::{kind}" for name, _, kind in values)
    app.execute(f"SELECT * FROM {function}({arguments})", [value for _, value, _ in values])
