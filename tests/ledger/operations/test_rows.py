"""Rows asked and inserted in few round trips."""

from contextlib import suppress
from datetime import time
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from ledger.errors import NoOpenTransaction
from ledger.ids import new_id
from ledger.models import IdempotencyKey, LegalEntity, Transition
from ledger.operations.rows import Statement, ask, ask_later, insert, insert_later, known_object_of, object_of, one_transaction
from tests.databases import TestDatabase
from tests.ledger.books import NOON
from tests.trips import count_trips

ONE = Statement(b"test_one", b"SELECT $1::int + 1, $2::text")


def a_transition(**facts: Any) -> Transition:
    return Transition(**{"target_kind": "x.Y", "target_id": new_id(), "to_state": "OPEN", "event": "x", "at": NOON} | facts)


def a_key(body: Any) -> IdempotencyKey:
    return IdempotencyKey(client_id="shop", key="k", fingerprint="f", body=body, leased_until=NOON, created_at=NOON)


def test_each_question_has_its_own_answer(db: None) -> None:
    assert ask((ONE, (1, "a")), (ONE, (2, None))) == [[("2", "a")], [("3", None)]]


def test_rows_are_written_as_the_orm_writes_them(db: None) -> None:
    body = {"amount": 10**25, "text": "naïve 'quoted' \\ \""}
    row, key = a_transition(actor_id="ä"), a_key(body)

    insert(row, key)

    found = Transition.objects.get(target_id=row.target_id)
    assert (found.actor_id, found.at, found.from_state) == ("ä", NOON, "")
    assert IdempotencyKey.objects.get(key="k").body == body
    assert not row._state.adding


def test_an_error_is_djangos_and_nothing_is_written(db: None) -> None:
    insert(a_key({}))
    row = a_transition()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(row, a_key({}))
    assert not Transition.objects.filter(target_id=row.target_id).exists()


def test_no_text_holds_a_nul(db: None) -> None:
    with pytest.raises(ValueError, match="NUL"):
        insert(a_transition(event="a\x00b"))


def test_an_object_is_as_the_orm_reads_it(db: None) -> None:
    made = LegalEntity.objects.create(code="MT9", name="Malta", zone="Europe/Malta", cutoff=time(6, 30))
    statement = Statement(b"test_entity", b"SELECT to_jsonb(e) FROM ledger_legal_entity e WHERE id = $1::uuid")

    found = object_of(LegalEntity, ask((statement, (made.pk,)))[0][0][0])

    orm = LegalEntity.objects.get(pk=made.pk)
    assert {field.attname: getattr(found, field.attname) for field in found._meta.concrete_fields} == {
        field.attname: getattr(orm, field.attname) for field in orm._meta.concrete_fields
    }
    assert not found._state.adding


def test_outside_a_transaction_a_question_leaves_none_open_and_nothing_is_inserted(committed_db: TestDatabase) -> None:
    assert ask((ONE, (1, "a"))) == [[("2", "a")]]
    assert connection.connection.info.transaction_status.name == "IDLE"
    with pytest.raises(NoOpenTransaction):
        insert(a_transition())


def test_an_object_of_a_known_row_is_its_callers_own_and_a_changed_row_is_read_anew(db: None) -> None:
    made = LegalEntity.objects.create(code="MT9", name="Malta", zone="Europe/Malta", calendar=["2026-12-25"])
    statement = Statement(b"test_entity", b"SELECT to_jsonb(e) FROM ledger_legal_entity e WHERE id = $1::uuid")

    def found() -> LegalEntity:
        return known_object_of(LegalEntity, ask((statement, (made.pk,)))[0][0][0])

    first = found()
    first.calendar.append("2026-12-26")
    first.name = "changed by its caller"
    assert (found().calendar, found().name) == (["2026-12-25"], "Malta")

    made.name = "Malta Limited"
    made.save()
    assert (found().name, found()._state.adding) == ("Malta Limited", False)


def test_what_is_left_for_later_goes_out_with_the_commit(committed_db: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    row = a_transition()
    told: list[Any] = []
    after: list[bool] = []
    connection.ensure_connection()
    trips = count_trips(monkeypatch)

    with one_transaction():
        transaction.on_commit(lambda: after.append(Transition.objects.filter(target_id=row.target_id).exists()))
        ask_later((ONE, (1, "a")), (ONE, (2, "b")), told=told.append)
        insert_later(row)
        assert (trips, told) == ([], [])
    assert told == [[[("2", "a")], [("3", "b")]]]
    assert len(trips) == 2, "BEGIN to COMMIT is one, the question after the commit another"
    assert after == [True]


def test_whoever_asks_next_finds_what_was_left(committed_db: TestDatabase) -> None:
    row, other = a_transition(), a_transition()
    with one_transaction():
        insert_later(row)
        assert Transition.objects.filter(target_id=row.target_id).exists()
        insert_later(other)
        count = Statement(b"test_count", b"SELECT count(*) FROM ledger_transition WHERE target_id = ANY($1::uuid[])")
        assert ask((count, (f"{{{row.target_id},{other.target_id}}}",))) == [[("2",)]]
    assert Transition.objects.filter(target_id__in=[row.target_id, other.target_id]).count() == 2


@pytest.mark.parametrize("asks_first", [True, False])
def test_an_error_of_what_was_left_undoes_the_transaction(committed_db: TestDatabase, asks_first: bool) -> None:
    with transaction.atomic():
        insert(a_key({}))
    row = a_transition()

    def work() -> None:
        with one_transaction():
            if asks_first:
                ask((ONE, (1, "a")))
            insert_later(row)
            insert_later(a_key({}))

    with pytest.raises(IntegrityError):
        work()
    assert not Transition.objects.filter(target_id=row.target_id).exists()
    assert connection.connection.info.transaction_status.name == "IDLE"


def test_what_was_left_in_an_undone_block_is_forgotten_and_only_that(committed_db: TestDatabase) -> None:
    before, within, after = a_transition(), a_transition(), a_transition()
    with one_transaction():
        insert_later(before)
        with suppress(RuntimeError), transaction.atomic():
            insert_later(within)
            raise RuntimeError
        insert_later(after)
    found = set(Transition.objects.values_list("target_id", flat=True))
    assert {before.target_id, after.target_id} <= found
    assert within.target_id not in found


def test_nothing_is_left_to_the_next_transaction(committed_db: TestDatabase) -> None:
    row = a_transition()
    with suppress(RuntimeError), one_transaction():
        insert_later(row)
        raise RuntimeError
    with transaction.atomic():
        assert ask((ONE, (1, "a"))) == [[("2", "a")]]
    assert not Transition.objects.filter(target_id=row.target_id).exists()


def test_elsewhere_later_is_at_once(db: None) -> None:
    row = a_transition()
    told: list[Any] = []
    insert_later(row)
    ask_later((ONE, (1, "a")), told=told.append)
    assert told == [[[("2", "a")]]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_transition WHERE target_id = %s", [row.target_id])
        assert cursor.fetchone() == (1,)
