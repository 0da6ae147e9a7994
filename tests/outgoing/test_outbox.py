"""The outbox (A9): an event is written where its change is written, once, in the order of its aggregate."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from cashier.api.bodies import capture_body, intent_body
from cashier.models import DepositIntent
from ledger.actors import client_actor
from ledger.errors import NoOpenTransaction
from ledger.models import DomainEvent, Transition
from ledger.outbox import publish
from ledger.transitions import move
from tests.concurrency.threads import at_once
from tests.stories.casino import Casino


def told(aggregate: str) -> list[tuple[int, str]]:
    return list(DomainEvent.objects.filter(aggregate=aggregate).order_by("id").values_list("sequence", "name"))


@pytest.mark.spec("A9")
def test_a_deposit_and_its_refund_are_told_in_one_order(casino: Casino) -> None:
    capture = casino.deposit(5000)
    refund = casino.refund(capture, 2000)
    casino.end_refund(refund, "process")

    names = ["deposit.initiated", "capture.succeeded", "deposit.captured", "refund.submitted", "refund.processed"]
    assert told(capture.intent.public_id) == list(enumerate(names, 1))
    assert DomainEvent.objects.get(name="refund.processed").subject == refund.public_id


@pytest.mark.spec("A9")
def test_what_is_rolled_back_was_never_told(casino: Casino) -> None:
    before = DomainEvent.objects.count()

    with transaction.atomic():
        casino.deposit(5000)
        transaction.set_rollback(True)

    assert DomainEvent.objects.count() == before


@pytest.mark.spec("A8")
def test_the_body_is_what_the_api_shows(casino: Casino) -> None:
    capture = casino.deposit(5000)
    intent = DepositIntent.objects.get(pk=capture.intent_id)

    of_intent = DomainEvent.objects.get(name="deposit.captured").body
    shown = intent_body(intent)
    assert of_intent == {name: shown[name] for name in of_intent}
    assert {"attempt", "psp_ref", "eci", "cavv", "action", "capture_ids"} == set(shown) - set(of_intent)
    assert DomainEvent.objects.get(name="capture.succeeded").body == capture_body(capture)


@pytest.mark.spec("A9")
def test_an_act_that_is_not_public_leaves_no_event(casino: Casino) -> None:
    before = DomainEvent.objects.count()
    transitions = Transition.objects.count()

    move(casino.instrument, "block", actor=client_actor("shop"), now=casino.now, event="instrument.blocked")

    assert (DomainEvent.objects.count(), Transition.objects.count()) == (before, transitions + 1)


@pytest.mark.spec("A9")
def test_nothing_is_told_outside_a_transaction(committed_casino: Casino) -> None:
    with pytest.raises(NoOpenTransaction):
        publish(committed_casino.player, "player.kyc_changed", now=committed_casino.now)


@pytest.mark.spec("A9", "L2")
@pytest.mark.parametrize("act", ["UPDATE ledger_domain_event SET name = 'x'", "DELETE FROM ledger_domain_event"])
def test_what_was_told_stays_as_it_was(casino: Casino, act: str) -> None:
    casino.deposit(100)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)


@pytest.mark.spec("A9")
def test_events_of_one_aggregate_at_once_commit_in_the_order_of_their_numbers(committed_casino: Casino) -> None:
    player, now = committed_casino.player, committed_casino.now

    def tell() -> None:
        for _ in range(10):
            with transaction.atomic():
                publish(player, "player.kyc_changed", now=now)

    answers = at_once([tell] * 4)

    assert answers == [None] * 4
    assert [sequence for sequence, _ in told(player.public_id)] == list(range(1, 41))


@pytest.mark.spec("A9")
def test_a_number_whose_transaction_is_undone_is_given_again(committed_casino: Casino) -> None:
    player = committed_casino.player
    with transaction.atomic():
        publish(player, "player.kyc_changed", now=committed_casino.now)
        transaction.set_rollback(True)

    with transaction.atomic():
        publish(player, "player.limits_changed", now=committed_casino.now)

    assert told(player.public_id) == [(1, "player.limits_changed")]


@pytest.mark.spec("A9")
def test_a_deposit_needs_one_statement_more_for_each_event(casino: Casino, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three public events: three INSERTs, and nothing that their bodies read."""
    cost: list[int] = []

    def counted(obj: Any, event: str, *, now: datetime) -> int | None:
        with CaptureQueriesContext(connection) as inside:
            position = publish(obj, event, now=now)
        if position is not None:
            cost.append(len(inside))
        return position

    monkeypatch.setattr("ledger.transitions.publish", counted)
    casino.deposit(100)

    assert cost == [1, 1, 1]
