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
from ledger.operations.idempotency import LEASE
from tests.ledger.books import NOON

pytestmark = pytest.mark.django_db
CALL = {"client_id": "shop", "key": "k1", "now": NOON}


def begin(fingerprint: str = "f1", **changes: Any) -> Started | Replay:
    return begin_idempotent(**(CALL | {"fingerprint": fingerprint} | changes))


@pytest.mark.spec("A3")
def test_the_first_answer_is_given_again(db: None) -> None:
    assert begin() == Started("shop", "k1", resumed=False)
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
    assert begin() == Started("shop", "k1", resumed=True)
    with pytest.raises(StillRunning):
        begin()


@pytest.mark.spec("A3")
def test_after_a_5xx_the_same_key_resumes_at_once(db: None) -> None:
    begin()
    suspend_idempotent(**CALL)
    assert begin() == Started("shop", "k1", resumed=True)


@pytest.mark.spec("A3")
def test_a_request_that_took_no_key_leaves_none(db: None) -> None:
    begin()
    forget_idempotent(**CALL)
    assert begin("f2") == Started("shop", "k1", resumed=False)


@pytest.mark.spec("A3")
def test_an_answer_is_never_forgotten_or_suspended(db: None) -> None:
    begin()
    finish_idempotent(**CALL, status=422, body={"error": "DECLINED"})
    forget_idempotent(**CALL)
    suspend_idempotent(**CALL)
    assert begin() == Replay(422, {"error": "DECLINED"})


@pytest.mark.spec("A3")
def test_keys_are_per_client(db: None) -> None:
    begin()
    assert begin("f2", client_id="other") == Started("other", "k1", resumed=False)


@pytest.mark.spec("A3")
def test_keys_are_kept_thirty_days(db: None) -> None:
    begin()
    assert drop_old_keys(now=NOON + timedelta(days=30)) == 0
    assert drop_old_keys(now=NOON + timedelta(days=30, seconds=1)) == 1
