"""Proofs hold on sound books and find each kind of damage (L10)."""

import json
from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.core.management import call_command

from ledger.actors import user_actor
from ledger.models import JournalTransaction, LegalEntity
from ledger.operations import decide, propose_adjustment, seal_audit, write_checkpoints
from ledger.proofs import prove_ledger, replay_journal, verify_audit
from tests.ledger.books import NOON, book, cr, deposit, dr
from tests.ledger.cast import APPROVES, make_entity, make_person

if TYPE_CHECKING:
    from tests.databases import TestDatabase


@pytest.fixture
def books(committed_db: "TestDatabase", settings: Any) -> LegalEntity:
    """Sound books: deposits, a pending one, an approved adjustment, checkpoints, a sealed log. Of the ledger alone: the checks
    of upper floors, which know nothing of these holders, are not asked."""
    settings.PROOF_CHECKS = []
    entity = make_entity()
    book(entity, "a", *deposit("pl_1", 5000))
    book(entity, "b", dr("unconfirmed", "ma_1", 700), cr("pending", "pl_1", 700))
    request = propose_adjustment(
        entity_id=entity.pk, player_id="pl_1", asset="EUR", amount_minor=500, direction="credit", reason="r",
        maker=user_actor(make_person("ada")), now=NOON,
    )  # fmt: skip
    decide(request_id=request.pk, approve=True, checker=make_person("ben", *APPROVES), reason="", now=NOON)
    write_checkpoints()
    book(entity, "c", *deposit("pl_1", 1))
    seal_audit(now=NOON)
    return entity


@pytest.fixture
def damage(committed_db: "TestDatabase", books: LegalEntity) -> Any:
    """As the owner, all triggers off: statements that no role of the application could run. Undone afterwards."""
    with psycopg.connect(committed_db.owner_url, autocommit=True) as owner:
        tables = [
            row[0] for row in owner.execute("SELECT relname FROM pg_class WHERE relname LIKE 'ledger_%' AND relkind = 'r'").fetchall()
        ]
        undo: list[Callable[[], object]] = []

        def run(statement: str, *params: Any, repair: str = "") -> None:
            if repair:
                undo.append(lambda: execute(repair))
            execute(statement, *params)

        def execute(statement: str, *params: Any) -> None:
            triggers = owner.execute(
                "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = ANY(%s::regclass[])", [tables]
            ).fetchall()
            for table, trigger in triggers:
                owner.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{trigger}"')
            owner.execute(statement, params)
            for table, trigger in triggers:
                owner.execute(f'ALTER TABLE {table} ENABLE ALWAYS TRIGGER "{trigger}"')

        yield run
        for act in undo:
            act()


def failed() -> dict[str, Any]:
    return {check.name: check.differences for check in prove_ledger().checks if not check.ok}


@pytest.mark.spec("L10")
def test_sound_books_are_proved(books: LegalEntity) -> None:
    report = prove_ledger()

    assert [check.name for check in report.checks if not check.ok] == []
    examined = {check.name: check.examined for check in report.checks}
    assert examined["transactions_balance"] == examined["posting_keys_are_unique"] == 4
    assert (examined["wallets_equal_entries"], examined["checkpoints_equal_recomputation"], examined["audit_chain_is_whole"]) == (1, 3, 3)
    assert examined["states ledger.ApprovalRequest.state"] == 1


@pytest.mark.spec("L10", "L6")
def test_a_wallet_that_is_not_its_entries_is_found(books: LegalEntity, damage: Any) -> None:
    damage("UPDATE ledger_wallet SET playable_minor = playable_minor + 1")
    assert failed() == {
        "wallets_equal_entries": [{"holder": "pl_1", "asset": "EUR", "kind": "playable", "wallet_minor": 5502, "entries_minor": 5501}]
    }


@pytest.mark.spec("L10", "L6")
def test_a_lost_wallet_is_found(books: LegalEntity, damage: Any) -> None:
    damage("DELETE FROM ledger_wallet")
    assert list(failed()) == ["wallets_equal_entries"]


@pytest.mark.spec("L10", "L1")
def test_a_changed_entry_is_found(books: LegalEntity, damage: Any) -> None:
    change = "UPDATE ledger_entry SET amount_minor = amount_minor {} 1 WHERE id = (SELECT min(id) FROM ledger_entry)"
    damage(change.format("+"), repair=change.format("-"))

    assert {"transactions_balance", "trial_balance_is_zero", "checkpoints_equal_recomputation"} <= set(failed())


@pytest.mark.spec("L10", "L1")
def test_an_amount_changed_on_both_sides_is_found_by_replay(books: LegalEntity, damage: Any) -> None:
    first = JournalTransaction.objects.get(posting_key="a").pk
    damage("UPDATE ledger_entry SET amount_minor = amount_minor * 2 WHERE transaction_id = %s", first)
    damage("UPDATE ledger_wallet SET playable_minor = playable_minor + 5000")

    (difference,) = replay_journal().checks[0].differences
    assert difference["transaction"] == str(first)
    assert difference["posted"] == ["Dr clearing[ma_1] EUR 10000", "Cr playable[pl_1] EUR 10000"]
    assert difference["replayed"] == ["Dr clearing[ma_1] EUR 5000", "Cr playable[pl_1] EUR 5000"]


@pytest.mark.spec("L10", "L1")
def test_a_removed_transaction_is_found(books: LegalEntity, damage: Any) -> None:
    damage("DELETE FROM ledger_journal_transaction WHERE posting_key = 'c'")
    assert {"transactions_balance", "books_are_separate"} == set(failed())


@pytest.mark.spec("L10", "L5")
def test_an_account_moved_to_another_entity_is_found(books: LegalEntity, damage: Any) -> None:
    other = make_entity("GB1")
    damage("UPDATE ledger_account SET entity_id = %s WHERE kind = 'clearing'", other.pk)
    assert {"books_are_separate", "trial_balance_is_zero"} == set(failed())


@pytest.mark.spec("L10", "L7")
def test_a_wrong_checkpoint_is_found(books: LegalEntity, damage: Any) -> None:
    clearing = "(SELECT id FROM ledger_account WHERE kind = 'clearing')"
    damage(f"UPDATE ledger_checkpoint SET balance_minor = balance_minor + 1 WHERE account_id = {clearing}")
    (difference,) = failed()["checkpoints_equal_recomputation"]
    assert (difference["balance_minor"], difference["recomputed_minor"]) == (5001, 5000)


@pytest.mark.spec("L10")
def test_pending_that_nothing_mirrors_is_found(books: LegalEntity) -> None:
    book(books, "d", dr("outside", "le_1", 7), cr("pending", "pl_1", 7))
    assert {"unconfirmed_equals_pending"} == set(failed())


@pytest.mark.spec("L10")
def test_a_house_account_on_the_wrong_side_is_found(books: LegalEntity) -> None:
    book(books, "d", dr("in_transit", "ma_1", 7), cr("reserve", "ma_1", 7))
    assert failed() == {"house_accounts_keep_their_side": [{"kind": "reserve", "holder": "ma_1", "asset": "EUR", "balance_minor": -7}]}


@pytest.mark.spec("L10", "L2")
def test_a_guard_that_is_off_is_found(books: LegalEntity, committed_db: "TestDatabase") -> None:
    with psycopg.connect(committed_db.owner_url, autocommit=True) as owner:
        owner.execute("ALTER TABLE ledger_entry DISABLE TRIGGER append_only")
        owner.execute("DROP TRIGGER ledger_entry_check ON ledger_entry")
    faults = failed()["guards_are_on"]
    assert {(fault["table"], fault.get("trigger")) for fault in faults} == {
        ("ledger_entry", "append_only"), ("ledger_entry", "ledger_entry_check"),
    }  # fmt: skip


OF_REQUESTS = "WHERE target_kind = 'ledger.ApprovalRequest'"


@pytest.mark.spec("L10", "S8")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_approval_request SET state = 'PENDING'",
        f"DELETE FROM ledger_transition {OF_REQUESTS}",
        f"UPDATE ledger_transition SET to_state = 'REJECTED' {OF_REQUESTS}",
        f"UPDATE ledger_transition SET from_state = 'EXPIRED' {OF_REQUESTS}",
    ],
)
def test_a_state_that_is_not_the_end_of_its_transitions_is_found(books: LegalEntity, damage: Any, statement: str) -> None:
    damage(statement)
    assert set(failed()) - {"acts_of_people_are_approved"} == {"states ledger.ApprovalRequest.state"}


@pytest.mark.spec("L10", "S5")
def test_a_broken_audit_chain_is_found(books: LegalEntity, damage: Any) -> None:
    damage("UPDATE ledger_audit_record SET reason = 'other'")
    assert list(failed()) == ["audit_chain_is_whole"]
    assert not verify_audit().ok


@pytest.mark.spec("L9")
def test_replay_of_sound_books_differs_in_nothing(books: LegalEntity) -> None:
    (check,) = replay_journal().checks
    assert (check.ok, check.examined) == (True, 4)


@pytest.mark.spec("L9")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_journal_transaction SET rule = 'GONE@1' WHERE posting_key = 'a'",
        "UPDATE ledger_journal_transaction SET source = '{}' WHERE posting_key = 'a'",
        "UPDATE ledger_journal_transaction SET fingerprint = 'x' WHERE posting_key = 'a'",
        "UPDATE ledger_entry SET ref = 'x' WHERE id = (SELECT min(id) FROM ledger_entry)",
    ],
)
def test_replay_reports_every_difference(books: LegalEntity, damage: Any, statement: str) -> None:
    damage(statement)
    (check,) = replay_journal().checks
    assert (check.ok, check.examined, len(check.differences)) == (False, 4, 1)


@pytest.mark.spec("L10", "L9", "S5")
@pytest.mark.parametrize("command", ["ledger_prove", "ledger_replay", "audit_verify"])
def test_the_commands_print_one_json_object_and_exit_by_it(books: LegalEntity, damage: Any, command: str) -> None:
    sound = run(command)
    assert set(sound) == {"ok", "checks", "seconds", "peak_rss_mib"}
    assert (sound["ok"], {tuple(check) for check in sound["checks"]}) == (True, {("name", "ok", "examined", "differences")})
    assert sound["peak_rss_mib"] > 10

    damage("UPDATE ledger_audit_record SET reason = 'other'")
    damage("UPDATE ledger_journal_transaction SET rule = 'GONE@1'")
    if command != "ledger_prove":
        damage("UPDATE ledger_wallet SET playable_minor = playable_minor + 1")
    assert run(command, exits=1)["ok"] is False


def run(command: str, *, exits: int = 0) -> dict[str, Any]:
    out = StringIO()
    if exits:
        with pytest.raises(SystemExit) as ended:
            call_command(command, "--json", stdout=out)
        assert ended.value.code == exits
    else:
        call_command(command, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


@pytest.mark.spec("L10")
def test_upper_floors_register_their_checks(books: LegalEntity, settings: Any) -> None:
    settings.PROOF_CHECKS = ["tests.ledger.test_proofs.a_check_of_an_upper_floor"]
    assert failed() == {"upper": [{"id": 1}]}


def a_check_of_an_upper_floor() -> Any:
    from ledger.proofs import Check

    return Check("upper", ok=False, examined=1, differences=[{"id": 1}])


@pytest.mark.spec("L10")
def test_a_proof_sees_one_moment(books: LegalEntity) -> None:
    """A record that comes while the proof runs is not half seen."""
    names: list[str] = []

    def meanwhile(check: Any) -> None:
        names.append(check.name)
        if check.name == "trial_balance_is_zero":
            with psycopg.connect(_url(), autocommit=True) as other:
                other.execute("UPDATE ledger_wallet SET playable_minor = playable_minor + 1")

    try:
        assert prove_ledger(progress=meanwhile).ok
        assert list(failed()) == ["wallets_equal_entries"]
    finally:
        with psycopg.connect(_url(), autocommit=True) as other:
            other.execute("UPDATE ledger_wallet SET playable_minor = playable_minor - 1")
    assert names[:2] == ["transactions_balance", "trial_balance_is_zero"]


def _url() -> str:
    from django.db import connection

    wanted = ("host", "port", "dbname", "user", "password")
    params = {name: value for name, value in connection.get_connection_params().items() if name in wanted}
    return psycopg.conninfo.make_conninfo(**params)
