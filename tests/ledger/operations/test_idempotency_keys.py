"""Idempotency keys of API clients (A3)."""

from datetime import timedelta
from typing import Any

import pytest

from ledger.errors import KeyReused, StillRunning
from ledger.models import IdempotencyKey
from ledger.operations import (
    Replay,
    Started,
    begin_idempotent,
    drop_old_keys,
    finish_idempotent,
    forget_idempotent,
    suspend_idempotent,
)
from ledger.operations.idempotency import LEASE, claim_idempotent, forget_claimed, keep_idempotent, suspend_claimed
from tests.databases import TestDatabase
from tests.ledger.books import NOON

CALL = {"client_id": "shop", "key": "k1", "now": NOON}


def begin(fingerprint: str = "f1", **changes: Any) -> Started | Replay:
    return begin_idempotent(**(CALL | {"fingerprint": fingerprint} | changes))


def begun(fingerprint: str = "f1", **changes: Any) -> Started:
    started = begin(fingerprint, **changes)
    assert isinstance(started, Started)
    return started


def outlive() -> None:
    """The lease of the key has run out."""
    IdempotencyKey.objects.update(leased_until=NOON - timedelta(days=3650))


@pytest.mark.spec("A3")
def test_of_two_answers_the_first_stays_and_is_given_to_the_later(db: None) -> None:
    begun()
    outlive()
    assert begun().resumed
    assert finish_idempotent(**CALL, status=201, body={"intent_id": "pi_1"}) is None
    assert finish_idempotent(**CALL, status=202, body={"status": "waiting"}) == Replay(201, {"intent_id": "pi_1"})
    assert begin() == Replay(201, {"intent_id": "pi_1"})


@pytest.mark.spec("A3")
def test_who_outlived_the_lease_does_not_free_the_key_of_another_try(db: None) -> None:
    begun()
    slow = Started("shop", "k1", resumed=False, leased_until=IdempotencyKey.objects.get().leased_until)
    outlive()
    assert begun().resumed
    forget_idempotent(begun=slow, now=NOON)
    suspend_idempotent(begun=slow, now=NOON)
    with pytest.raises(StillRunning):
        begin()


@pytest.mark.spec("A3")
def test_a_key_that_was_resumed_goes_on_naming_its_request(db: None) -> None:
    begun()
    outlive()
    forget_idempotent(begun=begun(), now=NOON)
    with pytest.raises(KeyReused):
        begin("f2")
    assert begun().resumed


@pytest.mark.spec("A3")
def test_the_first_answer_is_given_again(db: None) -> None:
    assert not begun().resumed
    finish_idempotent(**CALL, status=201, body={"intent_id": "pi_1"})
    assert begin() == Replay(201, {"intent_id": "pi_1"})


@pytest.mark.spec("A3")
def test_another_request_with_the_key_is_refused(db: None) -> None:
    begin()
    with pytest.raises(KeyReused):
        begin("f2")
    finish_idempotent(**CALL, status=201, body={})
    with pytest.raises(KeyReused):
        begin("f2")


@pytest.mark.spec("A3")
def test_a_request_that_still_runs_is_waited_for(db: None) -> None:
    begin()
    with pytest.raises(StillRunning) as refused:
        begin()
    assert 1 <= refused.value.retry_after <= LEASE.total_seconds()


@pytest.mark.spec("A3")
def test_a_crashed_request_is_resumed_when_its_lease_has_run_out(db: None) -> None:
    begin()
    IdempotencyKey.objects.update(leased_until=NOON - timedelta(days=3650))
    assert begun().resumed
    with pytest.raises(StillRunning):
        begin()


@pytest.mark.spec("A3")
def test_after_a_5xx_the_same_key_resumes_at_once(db: None) -> None:
    suspend_idempotent(begun=begun(), now=NOON)
    assert begun().resumed


@pytest.mark.spec("A3")
def test_a_request_that_took_no_key_leaves_none(db: None) -> None:
    forget_idempotent(begun=begun(), now=NOON)
    assert not begun("f2").resumed


@pytest.mark.spec("A3")
def test_an_answer_is_never_forgotten_or_suspended(db: None) -> None:
    first = begun()
    finish_idempotent(**CALL, status=422, body={"error": "DECLINED"})
    forget_idempotent(begun=first, now=NOON)
    suspend_idempotent(begun=first, now=NOON)
    assert begin() == Replay(422, {"error": "DECLINED"})


@pytest.mark.spec("A3")
def test_keys_are_per_client(db: None) -> None:
    begin()
    assert not begun("f2", client_id="other").resumed


@pytest.mark.spec("A3")
def test_keys_are_kept_thirty_days(db: None) -> None:
    begin()
    assert drop_old_keys(now=NOON + timedelta(days=30)) == 0
    assert drop_old_keys(now=NOON + timedelta(days=30, seconds=1)) == 1


KEY = {"client_id": "shop", "key": "k1"}


def claim(fingerprint: str = "f1") -> Started | Replay:
    return claim_idempotent(**KEY, fingerprint=fingerprint)


def keep(fingerprint: str = "f1", status: int = 200) -> None:
    keep_idempotent(**KEY, fingerprint=fingerprint, status=status, body={"txn_id": "txn_1", "n": 1}, now=NOON)


@pytest.mark.spec("A3")
def test_a_claimed_key_is_written_with_its_answer_only(db: None) -> None:
    assert claim() == Started("shop", "k1", resumed=False)
    assert IdempotencyKey.objects.count() == 0
    keep(status=422)
    assert claim() == Replay(422, {"txn_id": "txn_1", "n": 1})
    with pytest.raises(KeyReused):
        claim("f2")


@pytest.mark.spec("A3")
def test_a_claim_waits_for_one_that_began_in_parts(db: None) -> None:
    begin()
    with pytest.raises(StillRunning) as refused:
        claim()
    assert 1 <= refused.value.retry_after <= LEASE.total_seconds()
    with pytest.raises(StillRunning):
        keep()
    IdempotencyKey.objects.update(leased_until=NOON - timedelta(days=3650))
    assert claim() == Started("shop", "k1", resumed=True)
    keep()
    assert claim() == Replay(200, {"txn_id": "txn_1", "n": 1})


@pytest.mark.spec("A3")
def test_after_a_5xx_a_claimed_key_names_its_request_and_may_be_claimed_again(db: None) -> None:
    claim()
    suspend_claimed(**KEY, fingerprint="f1", now=NOON)
    with pytest.raises(KeyReused):
        claim("f2")
    assert claim() == Started("shop", "k1", resumed=True)
    forget_claimed(**KEY)
    assert claim("f2") == Started("shop", "k1", resumed=False)


@pytest.mark.spec("A3")
def test_an_answer_that_is_kept_is_never_written_over(db: None) -> None:
    keep()
    with pytest.raises(StillRunning):
        keep(status=422)
    suspend_claimed(**KEY, fingerprint="f1", now=NOON)
    forget_claimed(**KEY)
    assert claim() == Replay(200, {"txn_id": "txn_1", "n": 1})


@pytest.mark.spec("A3")
def test_a_key_is_claimed_by_one_transaction_and_free_when_it_ends_without_an_answer(committed_db: TestDatabase) -> None:
    import psycopg
    from django.db import transaction

    with psycopg.connect(committed_db.app_url) as other:
        other.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('shop' || chr(10) || 'k1', 0))")
        with transaction.atomic(), pytest.raises(StillRunning):
            claim()
        other.rollback()
        with transaction.atomic():
            assert claim() == Started("shop", "k1", resumed=False)
