"""A deposit that a rule holds waits in a queue for a person (C10, K3)."""

from datetime import timedelta
from typing import Any

import pytest

from cashier import operations
from cashier.models import DepositIntent, DepositReview, RoutingDecision
from cashier.operations.expiry import expire_intent
from cashier.refusals import Invalid, NeedsReview, NotInThisState
from ledger.models import User
from tests.cashier.routing.test_cascade import rule_in_force
from tests.cashier.world import World

pytestmark = pytest.mark.spec("C10", "K3")


@pytest.fixture
def rafe(db: None) -> User:
    return User.objects.create(username="rafe")


@pytest.fixture
def held(world: World) -> DepositIntent:
    rule_in_force(world, {"when": {}, "effect": "review"})
    intent = world.intent()
    with pytest.raises(NeedsReview) as refusal:
        world.begin(intent)
    assert refusal.value.details["review_id"] == DepositReview.objects.get().public_id
    return intent


def decide(world: World, rafe: User, allow: bool, reason: str = "known") -> DepositReview:
    review = DepositReview.objects.get()
    return operations.decide_review(review_id=review.pk, allow=allow, reason=reason, checker=rafe, now=world.now)


def test_it_waits_once_for_a_day_and_nothing_is_tried(world: World, held: DepositIntent) -> None:
    with pytest.raises(NeedsReview):
        world.begin(held)
    fresh = world.fresh(held)
    assert (DepositReview.objects.count(), fresh.state, fresh.attempts.count()) == (1, "INITIATED", 0)
    assert fresh.expires_at == world.now + timedelta(hours=24)


def test_let_through_it_is_tried_as_if_no_rule_had_held_it(world: World, held: DepositIntent, rafe: User) -> None:
    decide(world, rafe, True)
    attempt = world.begin(held)
    world.send(attempt)
    assert world.fresh(held).state == "CAPTURED"
    assert list(RoutingDecision.objects.order_by("pk").values_list("outcome", flat=True)) == ["review", "route"]


def test_refused_it_fails_for_good(world: World, held: DepositIntent, rafe: User) -> None:
    decide(world, rafe, False)
    fresh = world.fresh(held)
    assert (fresh.state, fresh.decline_code, fresh.decline_retry) == ("FAILED", "blocked_by_rule", "never")
    with pytest.raises(NotInThisState):
        decide(world, rafe, True)


def test_without_a_decision_it_ends_with_its_time(world: World, held: DepositIntent, rafe: User) -> None:
    world.now += timedelta(hours=25)
    assert expire_intent(intent_id=held.pk, now=world.now) == "expired"
    assert DepositReview.objects.get().state == "LAPSED"
    with pytest.raises(NotInThisState):
        decide(world, rafe, True)


def test_a_reason_is_needed(world: World, held: Any, rafe: User) -> None:
    with pytest.raises(Invalid):
        decide(world, rafe, True, " ")
