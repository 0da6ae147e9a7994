"""A PSP that says another amount of what it told before: a case that names both, and nothing moves (W3, L3, POSTINGS.md section 1)."""

import json
from typing import Any

import pytest

from cashier import operations
from cashier.models import PspEvent
from cashier.operations import Received
from cashier.psp.base import Outcome, PspResult
from cashier.webhooks.values import Delivery
from ledger.clock import real_now
from tests.cashier.webhooks import signing
from tests.cashier.webhooks.test_apply_event import complete_challenge, eur, tell
from tests.cashier.world import CALLER, World
from tests.sandbox.running import RunningSandbox

NAMED: dict[str, dict[str, Any]] = {
    "GROSS_AMOUNT_DIFFERS": {"event": "payment.captured", "capture_id": "c_1", "intent_id": "pi_1"},
    "REFUND_AMOUNT_DIFFERS": {"event": "refund.processed", "refund_id": "r_1", "merchant_reference": "rf_1"},
    "PAYOUT_AMOUNT_DIFFERS": {"event": "payout.settled", "payout_id": "p_1", "merchant_reference": "po_1"},
    "CHARGEBACK_AMOUNT_DIFFERS": {"event": "dispute.opened", "dispute_id": "d_1", "movement": "1"},
}


def say(world: World, *, event_id: str, amount: Any, **fields: Any) -> Received:
    body = {"event_id": event_id, "psp_ref": "psp_1", "amount": amount, "occurred_at": world.now.isoformat(), **fields}
    return world.receive(json.dumps(body).encode())


@pytest.mark.spec("W3", "L3")
@pytest.mark.parametrize("code", NAMED)
@pytest.mark.parametrize("again", ["e1", "e2"], ids=["same event", "same object"])
def test_the_same_object_with_another_amount_is_a_case_that_names_both(world: World, code: str, again: str) -> None:
    assert say(world, event_id="e1", amount=eur(5000), **NAMED[code]) is Received.ACCEPTED
    first = PspEvent.objects.get()

    assert say(world, event_id=again, amount=eur(6500), **NAMED[code]) is Received.DUPLICATE

    second = PspEvent.objects.exclude(pk=first.pk).get()
    assert json.loads(second.raw_body)["amount"] == eur(6500)
    assert operations.apply_event(event_id=second.pk, now=world.now) == "differs from the event before: case raised"
    told = world.told[0]
    assert (told["code"], told["amount_minor"], told["currency"], told["psp_reference"]) == (code, 1500, "EUR", "psp_1")
    assert told["merchant_reference"] == NAMED[code].get("merchant_reference", NAMED[code].get("intent_id", ""))
    assert told["links"] == [("event", first.public_id), ("event", second.public_id)]
    assert (told["facts"]["first_minor"], told["facts"]["second_minor"]) == (5000, 6500)
    assert world.fresh(first).amount_minor == 5000


@pytest.mark.spec("W3", "L3")
def test_another_currency_is_a_case_of_its_own_code(world: World) -> None:
    say(world, event_id="e1", amount=eur(5000), **NAMED["GROSS_AMOUNT_DIFFERS"])

    say(world, event_id="e2", amount={"minor_units": 5000, "currency": "SEK"}, **NAMED["GROSS_AMOUNT_DIFFERS"])
    world.apply_all()

    assert [(told["code"], told["amount_minor"], told["currency"]) for told in world.told] == [("CURRENCY_DIFFERS", 5000, "SEK")]


@pytest.mark.spec("W3")
def test_what_contradicts_is_kept_once_and_raised_once(world: World) -> None:
    for event_id, minor in (("e1", 5000), ("e2", 6500), ("e2", 6500), ("e3", 6500), ("e4", 5000), ("e5", 7000)):
        say(world, event_id=event_id, amount=eur(minor), **NAMED["GROSS_AMOUNT_DIFFERS"])
    world.apply_all()
    world.apply_all()

    assert sorted(PspEvent.objects.values_list("amount_minor", flat=True)) == [5000, 6500, 7000]
    assert world.cases() == ["GROSS_AMOUNT_DIFFERS"] * 2


@pytest.mark.spec("W3")
@pytest.mark.parametrize(
    ("named", "amounts"),
    [
        ({"event": "payment.captured", "capture_id": "c_1"}, (eur(5000), eur(5000))),
        ({"event": "payment.captured", "capture_id": "c_1"}, (eur(5000), None)),
        ({"event": "payment.captured", "capture_id": "c_1"}, (None, eur(5000))),
        ({"event": "payment.expired"}, (eur(5000), eur(0))),
    ],
    ids=["the same", "says none", "said none", "no money"],
)
def test_a_plain_redelivery_stays_silent(world: World, named: dict[str, Any], amounts: tuple[Any, Any]) -> None:
    for number, amount in enumerate(amounts):
        say(world, event_id=f"e{number}", amount=amount, intent_id="pi_1", **named)

    assert PspEvent.objects.count() == 1
    assert world.cases() == []


@pytest.mark.spec("W3")
def test_what_is_new_asks_for_nothing_more(world: World, django_assert_max_num_queries: Any) -> None:
    """The usual way: account, savepoints, nonce, event and work; what was told before is looked for only once it collides."""
    with django_assert_max_num_queries(8) as counted:
        say(world, event_id="e1", amount=eur(5000), **NAMED["GROSS_AMOUNT_DIFFERS"])

    assert not any('FROM "cashier_psp_event"' in query["sql"] for query in counted.captured_queries)


@pytest.mark.spec("W3", "C3")
def test_nothing_is_credited_by_it(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_challenge")
    capture_id = complete_challenge(sandbox, intent)["captures"][0]["capture_id"]
    assert tell(world, "payment.captured", intent, capture_id=capture_id, amount=eur(5000)) == ["credited"]

    assert tell(world, "payment.captured", intent, capture_id=capture_id, amount=eur(9000)) == [
        "differs from the event before: case raised"
    ]

    assert (world.wallet(), world.cases()) == ({"playable": 5000}, ["GROSS_AMOUNT_DIFFERS"])
    assert ("deposit", intent.public_id) in world.told[0]["links"]


@pytest.mark.spec("C3", "L3")
def test_a_capture_that_we_hold_by_our_call_and_that_is_told_with_another_amount(world: World) -> None:
    """No event told it before: its amount is that of the answer to our call."""
    intent = world.pay("tok_approve", 5000)
    capture = world.capture_of(intent)

    assert tell(world, "payment.captured", intent, capture_id=capture.psp_ref, amount=eur(4000)) == ["amount differs: case raised"]

    assert (world.wallet(), world.cases()) == ({"playable": 5000}, ["GROSS_AMOUNT_DIFFERS"])
    assert world.told[0]["amount_minor"] == 1000


@pytest.mark.spec("W1", "W3")
def test_a_provider_s_own_notification_sent_again_with_another_amount(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its identity is known at the door already: there too the amount is looked at, and the same one is a duplicate."""
    world.account.provider = "adyen"
    world.account.save()
    monkeypatch.setenv("SANDBOX_EU_WEBHOOK_SECRET", signing.ADYEN_KEY)
    intent = world.pay("tok_approve", 5000)
    world.told.clear()

    def deliver(minor: int) -> Received:
        item = signing.adyen_item(
            eventCode="CAPTURE", merchantReference=intent.public_id, originalReference="P1", amount={"currency": "EUR", "value": minor}
        )
        delivery = Delivery({}, signing.adyen_body(item), real_now().timestamp())
        return operations.receive_delivery(connector="adyen", account_code="SANDBOX_EU", delivery=delivery, now=world.now)

    assert [deliver(minor) for minor in (5000, 5000, 6500, 6500)] == [Received.ACCEPTED, *[Received.DUPLICATE] * 3]
    assert PspEvent.objects.count() == 2
    world.apply_all()
    world.apply_all()

    told = PspEvent.objects.get(event="payment.captured", amount_minor=6500)
    assert told.contradicts == PspEvent.objects.get(event="payment.captured", amount_minor=5000).public_id
    assert world.cases() == ["GROSS_AMOUNT_DIFFERS"]


@pytest.mark.spec("W3", "W6")
def test_a_capture_of_another_amount_is_not_taken_for_news(world: World) -> None:
    """A capture that was answered as taken in, then told twice, waits for its own first event only."""
    intent = world.pay("tok_approve", capture="manual")
    row = operations.begin_capture(intent_id=intent.pk, amount_minor=None, operation_key="", actor=CALLER, now=world.now)
    operations.finish_capture(row.pk, PspResult(Outcome.SUBMITTED, object_ref="c_x"), world.now)
    assert tell(world, "payment.captured", intent, capture_id="c_x", amount=eur(5000))[0].startswith("waiting")

    tell(world, "payment.captured", intent, capture_id="c_x", amount=eur(100))

    assert (world.wallet(), world.cases()) == ({}, ["GROSS_AMOUNT_DIFFERS"])
