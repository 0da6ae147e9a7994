"""What follows a decline inside one deposit (C11), against the sandbox."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from cashier import operations
from cashier.models import DepositIntent, MerchantAccount, RoutingDecision, RoutingRules
from cashier.operations import AuthorizeOrder
from cashier.operations.resolve import apply_lookup
from cashier.psp.base import LookupResult, Outcome, PspResult
from cashier.refusals import AttemptOpen, Declined, NeedsReview, NoRoute, PspUnavailable, RetryCapped
from ledger.clock import real_now
from tests.cashier.world import CALLER, World

pytestmark = pytest.mark.spec("C11")


def rule_in_force(world: World, *rules: dict[str, Any], **body: Any) -> RoutingRules:
    """A version that is active, as two people make it."""
    made = RoutingRules(
        version=1, body={"rules": list(rules), "options": {"explore_percent": 0}, **body}, created_at=world.now, updated_at=world.now
    )
    made._state.fields_cache.clear()
    made.__dict__["state"] = "ACTIVE"
    made.save(force_insert=True)
    return made


def tries(intent: DepositIntent) -> list[tuple[str, str]]:
    return list(intent.attempts.order_by("number").values_list("merchant_account__code", "outcome"))


def decisions(intent: DepositIntent) -> list[tuple[str, str]]:
    return list(intent.routing_decisions.order_by("decided_at", "pk").values_list("moment", "outcome"))


def test_a_decline_that_may_pass_elsewhere_goes_to_the_next_account(world: World) -> None:
    intent = world.pay("tok_decline_do_not_honour.once")
    assert tries(intent) == [("SANDBOX_EU", "DECLINED"), ("SANDBOX_EU2", "CAPTURED")]
    assert (intent.state, intent.merchant_account) == ("CAPTURED", world.other_account)
    assert world.wallet() == {"playable": 5000}
    assert decisions(intent) == [("authorize", "route"), ("cascade", "route")]
    kept = intent.routing_decisions.get(moment="cascade")
    assert [(row["account"], row["state"], row["reason"]) for row in kept.candidates] == [
        ("SANDBOX_EU2", "taken", "best_value"),
        ("SANDBOX_EU", "dropped", "tried"),
    ]
    keys = list(intent.attempts.values_list("idempotency_key", flat=True))
    assert len(set(keys)) == 2


def test_when_all_have_declined_the_deposit_fails(world: World) -> None:
    intent = world.pay("tok_decline_generic")
    assert [code for code, _ in tries(intent)] == ["SANDBOX_EU", "SANDBOX_EU2"]
    assert (intent.state, intent.decline_code) == ("FAILED", "generic_decline")
    assert decisions(intent)[-1] == ("cascade", "no_route")


@pytest.mark.parametrize("token", ["tok_decline_stolen_card", "tok_decline_insufficient_funds", "tok_decline_expired_card"])
def test_a_hard_decline_never_goes_elsewhere(world: World, token: str) -> None:
    intent = world.pay(token)
    assert tries(intent) == [("SANDBOX_EU", "DECLINED")]
    assert intent.state == "FAILED"


def test_a_soft_decline_is_tried_once_more_there_with_a_challenge(world: World) -> None:
    intent = world.pay("tok_decline_authentication_required")
    assert tries(intent) == [("SANDBOX_EU", "DECLINED"), ("SANDBOX_EU", "ACTION_REQUIRED")]
    assert [row.has_challenge for row in intent.attempts.order_by("number")] == [False, True]
    assert intent.state == "ACTION_REQUIRED"
    kept = intent.routing_decisions.get(moment="step_up")
    assert {row["account"]: row["reason"] for row in kept.candidates} == {"SANDBOX_EU": "same_account", "SANDBOX_EU2": "step_up_elsewhere"}


def test_while_the_player_is_asked_to_act_nothing_else_is_tried(world: World) -> None:
    intent = world.pay("tok_challenge")
    attempt = intent.attempts.get()
    operations.finish_authorization(attempt.pk, _declined(), world.now)
    assert tries(intent) == [("SANDBOX_EU", "DECLINED")]
    assert world.fresh(intent).state == "FAILED"


def test_an_unknown_outcome_is_asked_for_before_anything_else(world: World) -> None:
    intent = world.intent()
    attempt = world.begin(intent, "tok_timeout_after")
    with world.impatient():
        assert world.send(attempt) == "unknown"
    assert intent.attempts.count() == 1
    with pytest.raises(AttemptOpen):
        world.begin(intent)
    assert decisions(intent) == [("authorize", "route")]


def test_an_answer_that_comes_twice_follows_once(world: World) -> None:
    intent = world.intent()
    attempt = world.begin(intent, "tok_decline_generic")
    for _ in range(3):
        operations.finish_authorization(attempt.pk, _declined(), world.now)
    assert intent.attempts.count() == 2
    assert world.fresh(intent).state == "INITIATED"


def test_a_late_failure_of_the_first_try_does_not_end_the_second(world: World) -> None:
    intent = world.intent()
    first = world.begin(intent, "tok_decline_do_not_honour.once")
    world.send(first)
    body = {
        "event_id": "evt_first", "event": "payment.failed", "psp_ref": world.fresh(first).psp_ref, "intent_id": intent.public_id,
        "amount": {"minor_units": 5000, "currency": "EUR"}, "occurred_at": "2026-03-10T09:30:00Z", "idempotency_key": "k1",
    }  # fmt: skip
    world.receive(json.dumps(body).encode())
    assert world.apply_all() == ["ignored: another attempt followed"]
    world.send(intent.attempts.get(number=2))
    assert world.fresh(intent).state == "CAPTURED"


def test_a_rule_may_decline_or_hold_and_nothing_is_charged(world: World) -> None:
    rule_in_force(world, {"when": {"risk_band": ["high"]}, "effect": "decline"}, {"when": {"risk_band": ["odd"]}, "effect": "review"})
    declined, held = world.intent(), world.intent()
    with pytest.raises(Declined):
        world.begin(declined, risk_band="high")
    with pytest.raises(NeedsReview):
        world.begin(held, risk_band="odd")
    assert (world.fresh(declined).state, world.fresh(declined).decline_code) == ("FAILED", "blocked_by_rule")
    assert world.fresh(held).state == "INITIATED"
    assert [intent.attempts.count() for intent in (declined, held)] == [0, 0]
    assert decisions(held) == [("authorize", "review")]
    assert RoutingDecision.objects.get(intent=held).rules_matched == [2]


def test_above_ten_thousand_dollars_a_challenge_is_asked_for(world: World) -> None:
    """10,000 USD are 9,200 EUR by the built-in rates."""
    assert world.pay("tok_approve", 920_000).state == "CAPTURED"
    above = world.pay("tok_approve", 920_100)
    assert above.state == "ACTION_REQUIRED"
    assert above.routing_decisions.get().note == "above 10,000 USD"


@pytest.mark.spec("C10")
def test_who_lacks_the_licence_is_dropped_with_that_reason(world: World) -> None:
    world.brand.licences, world.account.licences = {"MT": "MGA"}, ["MGA"]
    world.brand.save()
    world.account.save()
    intent = world.pay("tok_decline_generic")
    assert tries(intent) == [("SANDBOX_EU", "DECLINED")]
    reasons = {row["account"]: row["reason"] for row in intent.routing_decisions.get(moment="cascade").candidates}
    assert reasons == {"SANDBOX_EU": "tried", "SANDBOX_EU2": "licence"}
    world.brand.licences = {"SE": "SGA"}
    world.brand.save()
    with pytest.raises(NoRoute) as refused:
        world.begin(world.intent())
    assert refused.value.details["reasons"] == {"SANDBOX_EU": "jurisdiction", "SANDBOX_EU2": "jurisdiction"}


@pytest.mark.spec("C9", "C10")
def test_an_account_whose_circuit_is_broken_is_passed_over(world: World) -> None:
    def force(account: MerchantAccount) -> None:
        account.breaker_forced, account.breaker_forced_until = "open", real_now() + timedelta(hours=1)
        account.save()

    force(world.account)
    assert tries(world.pay()) == [("SANDBOX_EU2", "CAPTURED")]
    force(world.other_account)
    with pytest.raises(PspUnavailable):
        world.begin(world.intent())


def test_a_card_is_not_tried_more_often_than_its_scheme_allows(world: World) -> None:
    """Mastercard: ten declines in 24 hours, counted over both accounts and all deposits of the same amount."""
    card = {"scheme": "mastercard", "fingerprint": "fp-1"}
    for _ in range(5):
        world_pay(world, card)
    with pytest.raises(RetryCapped, match="mastercard allows 10"):
        world_pay(world, card)
    assert world_pay(world, {**card, "fingerprint": "fp-2"}).attempts.count() == 2
    assert world_pay(world, card, amount_minor=5001).attempts.count() == 2
    world.now += timedelta(hours=25)
    assert world_pay(world, card).attempts.count() == 2
    stopped = RoutingDecision.objects.get(outcome="capped")
    assert (stopped.attempt, stopped.note) == (None, "declined 10 times in 24 hours; mastercard allows 10")


def test_a_cap_that_is_reached_ends_a_cascade(world: World) -> None:
    card = {"scheme": "visa", "fingerprint": "fp-3"}
    for _ in range(7):
        world_pay(world, card)
    intent = world_pay(world, card)
    assert tries(intent) == [("SANDBOX_EU", "DECLINED")]
    assert decisions(intent) == [("authorize", "route"), ("cascade", "capped")]
    assert intent.state == "FAILED"


def test_a_stolen_visa_is_never_tried_again(world: World) -> None:
    card = {"scheme": "visa", "fingerprint": "fp-4"}
    world_pay(world, card, token="tok_decline_stolen_card")
    with pytest.raises(RetryCapped, match="stolen_card"):
        world_pay(world, card)


def test_a_schemes_advice_against_trying_again_is_heard(world: World) -> None:
    card = {"scheme": "mastercard", "fingerprint": "fp-6"}
    attempt = world.begin(world.intent(), "tok_decline_generic", card=card)
    answer = {"additionalData": {"merchantAdviceCode": "03 : Do not try again"}}
    operations.finish_authorization(attempt.pk, replace(_declined(), raw=answer), world.now)
    assert world.fresh(attempt).advice == "03"
    assert decisions(attempt.intent) == [("authorize", "route"), ("cascade", "capped")]
    with pytest.raises(RetryCapped, match="declined with 03"):
        world_pay(world, card)


def world_pay(world: World, card: dict[str, str], *, token: str = "tok_decline_generic", amount_minor: int = 5000) -> DepositIntent:
    intent = world.intent(amount_minor)
    attempt = world.begin(intent, token, card=card)
    world.send(attempt)
    for following in intent.attempts.filter(call_state="READY"):
        world.send(following)
    paid: DepositIntent = world.fresh(intent)
    return paid


def _declined() -> Any:
    from cashier.psp.base import Outcome, PspResult

    return PspResult(Outcome.DECLINED, psp_ref="psp_x", decline_code="generic_decline", retry="other_psp")


def test_tries_at_once_of_one_card_stop_at_the_cap(committed_world: World) -> None:
    """Twelve deposits at once with a card that has one try left: exactly one is sent."""
    world, card = committed_world, {"scheme": "mastercard", "fingerprint": "fp-5"}
    for _ in range(4):
        world_pay(world, card)
    last = world.intent()
    world.begin(last, "tok_decline_generic", card=card)
    intents = [world.intent() for _ in range(12)]
    sent, capped, broken = [], [], []
    barrier = threading.Barrier(12)

    def begin(intent: DepositIntent) -> None:
        barrier.wait()
        try:
            order = AuthorizeOrder(payment_token="tok_decline_generic~same", capture="auto", card=card)
            sent.append(operations.begin_authorization(intent_id=intent.pk, order=order, actor=CALLER, now=world.now))
        except RetryCapped:
            capped.append(intent)
        except Exception as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=begin, args=(intent,)) for intent in intents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert broken == []
    assert (len(sent), len(capped)) == (1, 11)


@pytest.mark.spec("C5", "C11")
def test_what_an_earlier_try_held_is_given_back_and_the_deposit_goes_on(world: World) -> None:
    """The first try, declined to us, was authorised at its PSP all the same: its void neither ends the second nor bars its capture."""
    intent = world.pay("tok_decline_do_not_honour.once", capture="manual")
    first, second = intent.attempts.order_by("number")
    assert (intent.state, second.outcome) == ("AUTHORIZED", "APPROVED")
    held = LookupResult("payment", first.psp_ref, "AUTHORIZED", 5000, "EUR", intent.public_id)
    apply_lookup(first.pk, held, now=world.now, actor=CALLER)

    void = intent.voids.get()
    assert (void.attempt, void.reason) == (first, "ended")
    operations.finish_void(void.pk, PspResult(Outcome.APPROVED), world.now)

    assert world.fresh(intent).state == "AUTHORIZED"
    row = operations.begin_capture(intent_id=intent.pk, amount_minor=None, operation_key="", actor=CALLER, now=world.now)
    operations.run_call(operations.CAPTURE, call_id=row.pk, now=world.now)
    assert (world.fresh(intent).state, world.wallet()) == ("CAPTURED", {"playable": 5000})
