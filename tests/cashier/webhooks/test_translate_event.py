"""A provider's own notification from the door to its effect: normalised, correlated, applied once (W1, W3, W4, W8)."""

import json
from typing import Any

import pytest

from cashier import operations
from cashier.models import DepositIntent, PspEvent, PspEventWork
from cashier.operations import Received, RefundOrder
from cashier.webhooks.values import Delivery
from ledger.clock import real_now
from tests.cashier.webhooks import signing
from tests.cashier.webhooks.test_apply_event import complete_challenge
from tests.cashier.world import CALLER, World
from tests.sandbox.running import RunningSandbox

State = DepositIntent.State
OTHER_KEY = "AB" * 32


@pytest.fixture
def speaks_adyen(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """The sandbox's accounts notify as Adyen does, and are asked as the sandbox is."""
    settings.WEBHOOK_CONNECTORS = {**settings.WEBHOOK_CONNECTORS, "sandbox": "cashier.webhooks.adyen"}
    monkeypatch.setenv("SANDBOX_EU_WEBHOOK_SECRET", signing.ADYEN_KEY)
    monkeypatch.setenv("SANDBOX_EU2_WEBHOOK_SECRET", OTHER_KEY)
    return world


@pytest.fixture
def speaks_stripe(world: World, settings: Any) -> World:
    settings.WEBHOOK_CONNECTORS = {**settings.WEBHOOK_CONNECTORS, "sandbox": "cashier.webhooks.stripe"}
    return world


def deliver(
    world: World, body: bytes, headers: dict[str, str] | None = None, *, via: str = "sandbox", account: str = "SANDBOX_EU"
) -> Received:
    named = {name.lower(): value for name, value in (headers or {}).items()}
    delivery = Delivery(named, body, real_now().timestamp())
    return operations.receive_delivery(connector=via, account_code=account, delivery=delivery, now=world.now)


def adyen_item(intent: DepositIntent, code: str, **changes: Any) -> dict[str, Any]:
    payment = intent.attempts.get().psp_ref
    fields = {"eventCode": code, "merchantReference": intent.public_id, "originalReference": payment, "pspReference": f"{code}-1"}
    return signing.adyen_item(**{**fields, **changes})


def work_of(event: str) -> PspEventWork:
    return PspEventWork.objects.get(event__event=event)


@pytest.mark.spec("W1", "C3")
def test_adyen_s_capture_is_credited_after_our_own_lookup(speaks_adyen: World, sandbox: RunningSandbox) -> None:
    world, intent = speaks_adyen, speaks_adyen.pay("tok_challenge")
    capture_id = complete_challenge(sandbox, intent)["captures"][0]["capture_id"]

    deliver(world, signing.adyen_body(adyen_item(intent, "CAPTURE", pspReference=capture_id)))
    assert world.apply_all() == ["became payment.captured"]
    assert world.apply_all() == ["credited"]

    assert world.wallet() == {"playable": 5000}
    told = PspEvent.objects.get(event="payment.captured")
    assert (told.source, told.intent_ref, told.via) == (PspEvent.objects.get(event="sandbox:CAPTURE"), intent.public_id, "sandbox")
    assert told.body_sha256 == told.source.body_sha256 if told.source else False


@pytest.mark.spec("W1")
def test_a_modification_without_our_reference_is_found_by_the_payment(speaks_adyen: World) -> None:
    world, intent = speaks_adyen, speaks_adyen.pay("tok_challenge")

    deliver(world, signing.adyen_body(adyen_item(intent, "EXPIRE", merchantReference="THEIR_OWN")))
    world.apply_all()
    world.apply_all()

    assert world.fresh(intent).state == State.EXPIRED


@pytest.mark.spec("W1", "W4")
def test_a_payment_that_is_not_known_waits_until_it_is(speaks_adyen: World) -> None:
    world, intent = speaks_adyen, speaks_adyen.pay("tok_challenge")
    item = adyen_item(intent, "EXPIRE", merchantReference="", originalReference="not-yet")
    deliver(world, signing.adyen_body(item))
    assert world.apply_all()[0].startswith("waiting: no deposit has not-yet")

    attempt = intent.attempts.get()
    attempt.psp_ref = "not-yet"
    attempt.save()
    PspEventWork.objects.all().update(next_try_at=None)
    world.apply_all()
    world.apply_all()

    assert world.fresh(intent).state == State.EXPIRED


@pytest.mark.spec("W1")
def test_what_is_not_relevant_is_named_and_what_is_unknown_is_dead(speaks_adyen: World) -> None:
    world, intent = speaks_adyen, speaks_adyen.pay("tok_challenge")

    deliver(world, signing.adyen_body(adyen_item(intent, "REPORT_AVAILABLE"), adyen_item(intent, "BRAND_NEW")))
    world.apply_all()

    ignored, dead = work_of("sandbox:REPORT_AVAILABLE"), work_of("sandbox:BRAND_NEW")
    assert (ignored.state, ignored.outcome.startswith("ignored: not relevant: reports are fetched")) == ("IGNORED", True)
    assert (dead.state, dead.error) == ("DEAD", "no meaning is known for 'BRAND_NEW'")


@pytest.mark.spec("W1", "W3")
def test_signed_by_another_account_than_the_attempt_s_is_a_dead_letter(speaks_adyen: World) -> None:
    world, intent = speaks_adyen, speaks_adyen.pay("tok_challenge")

    assert deliver(world, signing.adyen_body(adyen_item(intent, "EXPIRE", key=OTHER_KEY)), account="SANDBOX_EU2") is Received.ACCEPTED
    world.apply_all()
    world.apply_all()

    assert (work_of("payment.expired").state, world.fresh(intent).state) == ("DEAD", State.ACTION_REQUIRED)
    assert "signed by SANDBOX_EU2" in work_of("payment.expired").error


@pytest.mark.spec("W3", "C6")
def test_stripe_tells_one_refund_by_several_events_and_it_has_one_effect(speaks_stripe: World) -> None:
    world, intent = speaks_stripe, speaks_stripe.pay("tok_approve")
    order = RefundOrder("r1", 2000, "shop")
    refund = operations.submit_refund(capture_id=world.capture_of(intent).pk, order=order, actor=CALLER, now=world.now)
    found = {"id": "re_1", "object": "refund", "status": "succeeded", "amount": 2000, "currency": "eur"}
    found |= {"metadata": {"merchant_reference": refund.public_id}, "payment_intent": intent.attempts.get().psp_ref}

    for number, kind in enumerate(("refund.updated", "charge.refund.updated", "charge.refunded")):
        body = signing.stripe_body(kind, found, event_id=f"evt_{number}")
        deliver(world, body, signing.stripe_headers(body))
    first = world.apply_all()
    second = world.apply_all()

    assert first == ["became refund.processed", "ignored: told before", "ignored: not relevant: refund.* tells it"]
    assert second == ["refund.processed"]
    assert world.fresh(refund).state == "REFUND_PROCESSED"
    assert world.kinds(intent).count("REFUND_PROCESSED") == 1


@pytest.mark.spec("W5")
def test_every_try_is_kept_with_its_time_its_length_and_its_error(speaks_adyen: World) -> None:
    world, intent = speaks_adyen, speaks_adyen.pay("tok_challenge")
    deliver(world, signing.adyen_body(adyen_item(intent, "EXPIRE", merchantReference="", originalReference="nobody")))
    for _ in range(2):
        world.apply_all()
        PspEventWork.objects.all().update(next_try_at=None)

    log = work_of("sandbox:EXPIRE").log

    assert [entry["result"] for entry in log] == ["waiting", "waiting"]
    assert all(entry["error"] == "no deposit has nobody at SANDBOX_EU" and 0 <= entry["ms"] < 60_000 and entry["at"] for entry in log)


def hook(world: World, **fields: Any) -> Received:
    body = json.dumps({"timestamp": signing.seconds(), **fields}).encode()
    return deliver(world, body, signing.hook_headers(body), via="hooks")


@pytest.mark.spec("W8", "C3")
@pytest.mark.parametrize("amount", ["50.00", 50, 50.0, "50"])
def test_a_simple_hook_credits_only_what_our_lookup_holds(world: World, sandbox: RunningSandbox, amount: Any) -> None:
    intent = world.pay("tok_challenge")
    complete_challenge(sandbox, intent)

    assert hook(world, payment_id=intent.public_id, amount=amount, status="paid") is Received.ACCEPTED
    assert hook(world, payment_id=intent.public_id, amount=amount, status="PAID") is Received.DUPLICATE
    world.apply_all()

    assert world.apply_all() == ["credited"]
    assert world.wallet() == {"playable": 5000}


@pytest.mark.spec("W8", "A6")
@pytest.mark.parametrize(
    ("amount", "state", "raised"), [("49.99", "APPLIED", ["GROSS_AMOUNT_DIFFERS"]), ("50.001", "DEAD", []), ("x", "DEAD", [])]
)
def test_a_hook_with_another_amount_never_credits(
    world: World, sandbox: RunningSandbox, amount: str, state: str, raised: list[str]
) -> None:
    intent = world.pay("tok_challenge")
    complete_challenge(sandbox, intent)

    hook(world, payment_id=intent.public_id, amount=amount, status="captured")
    world.apply_all()
    world.apply_all()

    assert PspEventWork.objects.order_by("-event_id").first().state == state  # type: ignore[union-attr]
    assert (world.wallet(), world.cases()) == ({}, raised)


@pytest.mark.spec("W8")
def test_a_hook_may_name_the_provider_s_payment(world: World) -> None:
    intent = world.pay("tok_challenge")

    hook(world, payment_id=intent.attempts.get().psp_ref, amount="50.00", status="failed")
    world.apply_all()
    world.apply_all()

    assert world.fresh(intent).state == State.FAILED


@pytest.mark.spec("W7")
def test_lag_is_measured_for_each_account(world: World) -> None:
    from prometheus_client import REGISTRY

    def heard(stage: str) -> float:
        return REGISTRY.get_sample_value("countroom_webhook_lag_seconds_count", {"account": "SANDBOX_EU", "stage": stage}) or 0.0

    before = {stage: heard(stage) for stage in ("received", "applied", "whole")}
    intent = world.pay("tok_challenge")
    hook(world, payment_id=intent.public_id, amount="50.00", status="failed")
    world.apply_all()
    world.apply_all()

    assert {stage: heard(stage) - count for stage, count in before.items()} == {"received": 1, "applied": 1, "whole": 1}
