"""Two of everything at once: one effect (W3, C7, C8; L3). Real threads, real commits, a real sandbox."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from cashier import operations
from cashier.locks import lock_intent
from cashier.models import Attempt, Capture, PspEvent, Refund, WebhookNonce
from cashier.operations import Credited, RefundOrder
from cashier.operations.credits import CaptureProof
from cashier.operations.players import PlayerFacts, change_player
from cashier.psp.base import Outcome, PspResult
from cashier.refusals import AboveAuthorised, AttemptOpen, RefundAboveCapture, RefundAbovePlayable, Refused
from ledger.models import JournalTransaction
from ledger.operations import InsufficientFunds
from tests.cashier.world import CALLER, World
from tests.concurrency.threads import in_a_thread, until_one_waits
from tests.sandbox.running import RunningSandbox


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """What each of `count` threads got, or the refusal that it got instead."""
    barrier, results = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        try:
            barrier.wait(10)
            results[number] = act(number)
        except (Refused, InsufficientFunds) as refusal:
            results[number] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return list(results)


def captured_body(world: World, sandbox: RunningSandbox) -> tuple[Any, bytes]:
    """A challenge that was completed at the PSP, and the notification of it."""
    intent = world.pay("tok_challenge")
    psp_ref = intent.attempts.get().psp_ref
    sandbox.http.post(f"/challenge/{psp_ref}", data={"outcome": "approve"})
    payment = sandbox.look_up(merchant_reference=intent.public_id)
    assert payment is not None
    body = {
        "event_id": f"evt-{intent.public_id}",
        "event": "payment.captured",
        "psp_ref": psp_ref,
        "intent_id": intent.public_id,
        "capture_id": payment["payment"]["captures"][0]["capture_id"],
        "amount": {"minor_units": 5000, "currency": "EUR"},
        "occurred_at": world.now.isoformat(),
    }
    return intent, json.dumps(body).encode()


@pytest.mark.spec("W3", "L3")
@pytest.mark.parametrize("one_nonce", [True, False], ids=["one delivery repeated", "ten deliveries"])
def test_the_same_webhook_ten_times_at_once(committed_world: World, sandbox: RunningSandbox, one_nonce: bool) -> None:
    world = committed_world
    intent, body = captured_body(world, sandbox)

    answers = at_once(10, lambda number: world.receive(body, nonce="n" * 20 if one_nonce else ""))
    event = PspEvent.objects.get(intent_ref=intent.public_id)
    applied = at_once(10, lambda number: operations.apply_event(event_id=event.pk, now=world.now))

    assert Counter(map(str, answers)) == {"accepted": 1, "duplicate": 9}
    assert Counter(applied)["credited"] == 1
    assert world.wallet() == {"playable": 5000}
    assert JournalTransaction.objects.filter(intent_ref=intent.public_id).count() == 1
    assert WebhookNonce.objects.count() == (1 if one_nonce else 10)


@pytest.mark.spec("C7", "C8")
def test_two_authorisations_at_once_are_one_attempt(committed_world: World, sandbox: RunningSandbox) -> None:
    world = committed_world
    intent = world.intent()

    begun = at_once(4, lambda number: world.begin(intent))

    attempts = [row for row in begun if isinstance(row, Attempt)]
    assert len(attempts) == 1
    assert sum(isinstance(row, AttemptOpen) for row in begun) == 3
    outcomes = at_once(4, lambda number: world.send(attempts[0]))
    assert Counter(outcomes)["CAPTURED"] == 1
    assert world.wallet() == {"playable": 5000}
    charges = sandbox.control("GET", f"books?merchant_reference={intent.public_id}")["charges"]
    assert [charge["payments"] for charge in charges] == [1]


@pytest.mark.spec("C5")
def test_two_captures_at_once_never_exceed_the_authorisation(committed_world: World) -> None:
    world = committed_world
    intent = world.pay("tok_approve", 5000, capture="manual")

    begun = at_once(
        4,
        lambda number: operations.begin_capture(intent_id=intent.pk, amount_minor=3000, operation_key="", actor=CALLER, now=world.now),
    )

    captures = [row for row in begun if isinstance(row, Capture)]
    assert len(captures) == 1
    assert sum(isinstance(row, AboveAuthorised) for row in begun) == 3


@pytest.mark.spec("C3", "L3")
def test_the_answer_and_the_event_at_once_credit_once(committed_world: World, sandbox: RunningSandbox) -> None:
    world = committed_world
    intent, body = captured_body(world, sandbox)
    world.receive(body)
    event = PspEvent.objects.get()
    stated = json.loads(body)

    def credit(number: int) -> str:
        if number % 2:
            return operations.apply_event(event_id=event.pk, now=world.now)
        return operations.confirm_movement(
            kind="capture", merchant_reference=intent.public_id, psp_reference=stated["psp_ref"], now=world.now
        )

    outcomes = at_once(6, credit)

    assert Counter(outcomes)["credited"] == 1
    assert world.wallet() == {"playable": 5000}
    assert Capture.objects.count() == 1


@pytest.mark.spec("C6", "L6")
def test_two_refunds_at_once_never_exceed_the_capture(committed_world: World) -> None:
    world = committed_world
    capture = world.capture_of(world.pay("tok_approve", 5000))

    def refund(number: int) -> Refund:
        order = RefundOrder(f"r{number}", 3000, "shop")
        return operations.submit_refund(capture_id=capture.pk, order=order, actor=CALLER, now=world.now)

    outcomes = at_once(4, refund)

    assert sum(isinstance(row, Refund) for row in outcomes) == 1
    assert sum(isinstance(row, (RefundAboveCapture, RefundAbovePlayable)) for row in outcomes) == 3
    assert world.wallet() == {"playable": 2000, "locked": 3000}


@pytest.mark.spec("K5")
def test_two_deposits_at_once_do_not_both_take_the_last_unit_of_a_limit(committed_world: World) -> None:
    world = committed_world
    world.player.limits = {"deposit": {"EUR": {"day_minor": 5000}}}
    world.player.save()
    intents = [world.intent(3000) for _ in range(4)]

    begun = at_once(4, lambda number: world.begin(intents[number]))

    assert sum(isinstance(row, Attempt) for row in begun) == 1


def test_a_credit_needs_no_luck(committed_world: World) -> None:
    """The same proof from six threads: the door opens once."""
    from django.db import transaction

    from cashier.locks import lock_intent

    world = committed_world
    intent = world.pay("tok_challenge")
    attempt = intent.attempts.get()

    def credit(number: int) -> Credited:
        with transaction.atomic():
            proof = CaptureProof("cap_psp", 5000, "EUR", world.now)
            outcome, _ = operations.credit_capture(intent=lock_intent(intent.pk), attempt=attempt, proof=proof, actor=CALLER, now=world.now)
        return outcome

    outcomes = at_once(6, credit)

    assert Counter(outcomes) == {Credited.CREDITED: 1, Credited.ALREADY: 5}


@pytest.mark.spec("C2", "C3")
def test_a_credit_that_waits_for_its_deposit_sees_the_player_as_it_is_then(committed_world: World) -> None:
    """The player excluded himself while another worker held the deposit: what the waiting one books is late money."""
    world = committed_world
    intent = world.pay("tok_challenge")
    taken = PspResult(Outcome.CAPTURED, object_ref="cpt_1", amount_minor=5000, currency="EUR")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_intent(intent.pk)
            answer = in_a_thread(pool, lambda: operations.finish_authorization(intent.attempts.get().pk, taken, world.now))
            until_one_waits()
            change_player(player_id=world.player.pk, facts=PlayerFacts(status="SELF_EXCLUDED"), actor=CALLER, now=world.now)
        answer.result(60)

    assert world.wallet() == {"locked": 5000}
    assert world.cases() == ["PSP_SUCCESS_AFTER_TERMINAL"]


@pytest.mark.spec("C8", "C18")
def test_a_deposit_does_not_expire_under_a_call_that_is_being_taken(committed_world: World) -> None:
    """A worker takes the call while the sweeper ends the deposit: what was sent is not written down as never sent."""
    world = committed_world
    intent = world.intent()
    attempt = world.begin(intent)
    world.now += timedelta(minutes=31)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            row = Attempt.objects.select_for_update().get(pk=attempt.pk)
            row.call_state = "SENT"
            row.save(update_fields=["call_state"])
            ended = in_a_thread(pool, lambda: operations.expire_intent(intent_id=intent.pk, now=world.now))
            until_one_waits()
        assert ended.result(60) == "put off"

    assert (world.fresh(attempt).call_state, world.fresh(intent).state) == ("SENT", "INITIATED")
