"""Payouts through the real sandbox: sent once, whatever happens to the answer; ended by its events."""

import json
from typing import TYPE_CHECKING

import pytest

from cashier.models import PayoutIntent
from cashier.operations import calls
from cashier.operations.payouts import request_payout, resolve_payout, submit_payout
from tests.house import CLIENT, make_instrument
from tests.sandbox.running import Receiver, RunningSandbox, eventually

if TYPE_CHECKING:
    from tests.cashier.world import World


@pytest.fixture
def paid(world: "World") -> "World":
    """The player has 50.00 from a captured deposit; payouts up to 1,000.00 need nobody."""
    from cashier.models import PayoutPolicy

    world.pay(amount_minor=5_000)
    PayoutPolicy.objects.create(
        brand=world.brand, currency="EUR", review_above_minor=100_000, review_week_above_minor=100_000, second_review_above_minor=200_000
    )
    return world


def ask(world: "World", token: str) -> PayoutIntent:
    instrument = make_instrument(world.player, world.now, token=token)
    return request_payout(
        player=world.player,
        instrument_id=instrument.id,
        amount_minor=3_000,
        currency="EUR",
        fee_model="operator",
        client_id=CLIENT.id,
        actor=CLIENT,
        now=world.now,
    )


def hear(world: "World", receiver: Receiver, payout: PayoutIntent, *names: str) -> list[str]:
    """Wait for these events of the payout, let them in and apply them."""
    assert eventually(lambda: receiver.names(payout.public_id) == list(names)), receiver.names(payout.public_id)
    for event in receiver.of(payout.public_id):
        world.receive(json.dumps(event).encode())
    return world.apply_all()


def booked(payout: PayoutIntent) -> list[str]:
    from ledger.models import JournalTransaction

    return list(JournalTransaction.objects.filter(intent_ref=payout.public_id).order_by("id").values_list("kind", flat=True))


@pytest.mark.spec("P1", "P2", "P5")
def test_sent_and_settled_by_its_event(paid: "World", receiver: Receiver) -> None:
    payout = ask(paid, "tok_approve")
    assert paid.wallet() == {"playable": 2_000, "locked": 3_000}

    assert submit_payout(payout_id=payout.pk, now=paid.now) == "SUBMITTED"
    hear(paid, receiver, payout, "payout.settled")

    payout = paid.fresh(payout)
    assert (payout.state, payout.psp_ref[:4]) == ("SETTLED", "pyt_")
    assert paid.wallet() == {"playable": 2_000}
    assert booked(payout) == ["PAYOUT_REQUESTED", "PAYOUT_SETTLED"]


@pytest.mark.spec("P2")
def test_failed_by_its_event(paid: "World", receiver: Receiver) -> None:
    payout = ask(paid, "tok_payout_fail")

    submit_payout(payout_id=payout.pk, now=paid.now)
    hear(paid, receiver, payout, "payout.failed")

    assert paid.fresh(payout).state == "FAILED"
    assert paid.wallet() == {"playable": 5_000}


@pytest.mark.spec("P2")
def test_settled_then_returned(paid: "World", receiver: Receiver) -> None:
    payout = ask(paid, "tok_payout_return")

    submit_payout(payout_id=payout.pk, now=paid.now)
    hear(paid, receiver, payout, "payout.settled", "payout.returned")

    assert paid.fresh(payout).state == "RETURNED"
    assert paid.wallet() == {"playable": 5_000}
    assert paid.cases() == ["PAYOUT_RETURNED"]


@pytest.mark.spec("P2", "P5")
def test_refused_at_once(paid: "World") -> None:
    payout = ask(paid, "tok_payout_refuse")

    submit_payout(payout_id=payout.pk, now=paid.now)

    payout = paid.fresh(payout)
    assert (payout.state, payout.decline_code) == ("FAILED", "not_permitted")
    assert paid.wallet() == {"playable": 5_000}


@pytest.mark.spec("C8", "P5")
def test_an_answer_that_never_came_is_asked_for_and_the_payout_is_paid_once(
    paid: "World", sandbox: RunningSandbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    payout = ask(paid, "tok_payout_timeout_after")

    with paid.impatient():
        assert submit_payout(payout_id=payout.pk, now=paid.now) == "unknown"
    assert paid.fresh(payout).call_state == "UNKNOWN"
    assert paid.wallet() == {"playable": 2_000, "locked": 3_000}
    make_due(payout)
    submit_payout(payout_id=payout.pk, now=paid.now)

    payout = paid.fresh(payout)
    assert payout.call_state == "DONE"
    if payout.state == "SUBMITTED":
        hear(paid, receiver, payout, "payout.settled")
    assert paid.fresh(payout).state == "SETTLED"
    assert booked(payout) == ["PAYOUT_REQUESTED", "PAYOUT_SETTLED"]
    assert receiver.names(payout.public_id).count("payout.settled") <= 1


@pytest.mark.spec("C8", "P5", "C7")
def test_a_call_that_the_psp_never_got_is_sent_again_with_the_same_key(
    paid: "World", receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    payout = ask(paid, "tok_payout_timeout_before")
    with paid.impatient():
        assert submit_payout(payout_id=payout.pk, now=paid.now) == "unknown"
    make_due(payout)
    monkeypatch.setattr(calls, "RESEND_AFTER", calls.LEASE_MARGIN * 0)

    assert submit_payout(payout_id=payout.pk, now=paid.now) == "SUBMITTED"

    hear(paid, receiver, payout, "payout.settled")
    assert paid.fresh(payout).state == "SETTLED"
    assert paid.fresh(payout).tries == 2


@pytest.mark.spec("P5")
def test_one_that_stays_quiet_is_settled_by_asking(paid: "World", receiver: Receiver) -> None:
    payout = ask(paid, "tok_approve")
    submit_payout(payout_id=payout.pk, now=paid.now)
    assert eventually(lambda: receiver.names(payout.public_id) == ["payout.settled"])

    resolve_payout(payout_id=payout.pk, now=paid.now)

    assert paid.fresh(payout).state == "SETTLED"
    hear(paid, receiver, payout, "payout.settled")
    assert booked(payout) == ["PAYOUT_REQUESTED", "PAYOUT_SETTLED"]


@pytest.mark.spec("P8", "P5")
def test_a_bare_rerun_of_the_task_sends_nothing(paid: "World", receiver: Receiver) -> None:
    payout = ask(paid, "tok_approve")
    submit_payout(payout_id=payout.pk, now=paid.now)
    tries = paid.fresh(payout).tries

    assert submit_payout(payout_id=payout.pk, now=paid.now) == "nothing to send"

    assert paid.fresh(payout).tries == tries == 1


def make_due(payout: PayoutIntent) -> None:
    """Its next try is now."""
    row = PayoutIntent.objects.get(pk=payout.pk)
    row.next_try_at = None
    row.save(update_fields=["next_try_at"])
