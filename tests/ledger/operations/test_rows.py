"""Rows asked and inserted in few round trips."""

from datetime import time
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ledger.errors import NoOpenTransaction
from ledger.ids import new_id
from ledger.models import IdempotencyKey, LegalEntity, Transition
from ledger.operations.rows import Statement, ask, insert, object_of
from tests.databases import TestDatabase
from tests.ledger.books import NOON

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
    from django.db import connection

    assert ask((ONE, (1, "a"))) == [[("2", "a")]]
    assert connection.connection.info.transaction_status.name == "IDLE"
    with pytest.raises(NoOpenTransaction):
        insert(a_transition())
