"""House balances: checkpoint plus tail, exact while others post (L6, L7)."""

from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import transaction

from ledger.horizon import current_mark, is_past, settled_id, wait_until_past
from ledger.models import Checkpoint, LegalEntity
from ledger.operations import post, write_checkpoints
from ledger.proofs.journal import checkpoints_equal_recomputation
from ledger.queries import get_balance, trial_balance
from tests.ledger.books import NOON, TESTER, book, cr, deposit, dr, posting
from tests.ledger.cast import make_entity

if TYPE_CHECKING:
    from tests.databases import TestDatabase


@pytest.fixture
def entity(committed_db: "TestDatabase") -> LegalEntity:
    return make_entity()


@pytest.mark.spec("L6", "L7")
def test_a_balance_is_the_checkpoint_and_the_tail(entity: LegalEntity) -> None:
    book(entity, "a", *deposit("pl_1", 100))
    assert write_checkpoints() == 1
    book(entity, "b", *deposit("pl_1", 23))

    assert get_balance(entity.pk, "clearing", "ma_1", "EUR") == 123
    assert [(row.balance_minor) for row in Checkpoint.objects.all()] == [100]


@pytest.mark.spec("L7")
def test_only_house_accounts_that_moved_get_a_checkpoint(entity: LegalEntity) -> None:
    book(entity, "a", *deposit("pl_1", 100), dr("bank", "ba_1", 5), cr("outside", "le_1", 5))
    assert write_checkpoints() == 3
    assert write_checkpoints() == 0
    book(entity, "b", *deposit("pl_1", 1))
    assert write_checkpoints() == 1

    assert checkpoints_equal_recomputation().ok
    assert list(Checkpoint.objects.filter(account__kind="clearing").order_by("id").values_list("balance_minor", flat=True)) == [100, 101]


@pytest.mark.spec("L7")
def test_entries_of_wallets_alone_end_the_writing(entity: LegalEntity, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest entries touch no house account, more of them than a chunk holds: the writing goes past them, and ends."""
    monkeypatch.setattr("ledger.operations.checkpoints._CHUNK", 2)
    book(entity, "deposit", *deposit("pl_1", 5000))
    for number in range(3):
        book(entity, f"hold {number}", dr("playable", "pl_1", 100), cr("locked", "pl_1", 100))
    book(entity, "another", *deposit("pl_1", 700))
    book(entity, "last hold", dr("playable", "pl_1", 100), cr("locked", "pl_1", 100))

    assert (write_checkpoints(), write_checkpoints()) == (2, 0)
    assert get_balance(entity.pk, "clearing", "ma_1", "EUR") == 5700


@pytest.mark.spec("L7")
def test_where_little_came_a_busy_writer_leaves_it_to_the_next_minute(entity: LegalEntity) -> None:
    book(entity, "a", *deposit("pl_1", 100))
    assert write_checkpoints(least=100) == 0
    assert write_checkpoints(least=2) == 1
    assert write_checkpoints(least=1) == 0


@pytest.mark.spec("L7")
def test_an_entry_in_flight_is_never_left_out(entity: LegalEntity, committed_db: "TestDatabase") -> None:
    """A slow posting has its entry ids before a quick one commits: a checkpoint must not pass over the slow one."""
    book(entity, "warm", *deposit("pl_1", 1))
    with psycopg.connect(committed_db.app_url) as slow:
        slow.execute(
            "SELECT * FROM ledger_post(gen_random_uuid(), 'slow', %s, 'OPENING_BALANCE@1', 'OPENING_BALANCE', 'EUR', '{}', 'f', '', '', '',"
            " '2026-03-10', NULL, 'system', 't', '', now(), now(), ARRAY['clearing', 'outside'], ARRAY['ma_1', 'le_1'],"
            " ARRAY['EUR', 'EUR'],"
            " ARRAY[1000, -1000]::numeric[], ARRAY['', ''], ARRAY['', ''])",
            [entity.pk],
        )
        book(entity, "quick", *deposit("pl_1", 10))
        assert write_checkpoints(wait_seconds=0.2) == 0
        assert settled_id("ledger_entry", seconds=0.1) is None
        slow.commit()

    assert write_checkpoints() >= 1
    assert get_balance(entity.pk, "clearing", "ma_1", "EUR") == 1011
    assert checkpoints_equal_recomputation().ok


@pytest.mark.spec("L7", "D3")
def test_a_mark_is_past_once_older_writers_have_ended(entity: LegalEntity, committed_db: "TestDatabase") -> None:
    with psycopg.connect(committed_db.app_url) as slow:
        slow.execute("SELECT pg_current_xact_id()")
        mark = current_mark()
        assert not is_past(mark)
        assert not wait_until_past(mark, seconds=0.1)
        slow.commit()
    assert wait_until_past(mark, seconds=30)


@pytest.mark.spec("L7", "S5", "D3")
def test_a_writer_in_another_database_of_the_server_holds_nobody_up(entity: LegalEntity, committed_db: "TestDatabase") -> None:
    """Xids are the whole server's: a long transaction in another database is in every snapshot, and concerns no row of ours."""
    elsewhere = committed_db.beside("elsewhere")
    elsewhere.recreate()
    try:
        with psycopg.connect(elsewhere.app_url) as foreign, psycopg.connect(committed_db.app_url) as own:
            foreign.execute("SELECT pg_current_xact_id()")
            book(entity, "a", *deposit("pl_1", 100))
            assert write_checkpoints(wait_seconds=10) == 1

            own.execute("SELECT pg_current_xact_id()")
            book(entity, "b", *deposit("pl_1", 100))
            assert write_checkpoints(wait_seconds=0.2) == 0
            own.commit()
            assert write_checkpoints(wait_seconds=10) == 1
    finally:
        elsewhere.drop()


def test_the_horizon_is_not_read_within_a_transaction(entity: LegalEntity) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        write_checkpoints()


@pytest.mark.spec("L13")
def test_the_trial_balance_is_zero_with_and_without_checkpoints(entity: LegalEntity) -> None:
    book(entity, "a", *deposit("pl_1", 100))
    write_checkpoints()
    with transaction.atomic():
        post(posting(entity, "b", dr("receivable", "pl_1", 7), cr("clearing", "ma_1", 7)), actor=TESTER, now=NOON)

    rows = trial_balance(entity.pk)
    assert {(row.kind, row.debit_minor, row.credit_minor) for row in rows} == {
        ("clearing", 93, 0),
        ("playable", 0, 100),
        ("receivable", 7, 0),
    }
    assert sum(row.balance_minor for row in rows) == 0
    assert trial_balance(entity.pk, asof=NOON.date()) == rows
