"""A capture that we credited and that the PSP then calls failed: taken back whole, or not at all (POSTINGS.md 3.1)."""

import pytest

from cashier.models import Capture
from tests.cashier.webhooks.test_apply_event import eur, tell
from tests.cashier.world import World

pytestmark = pytest.mark.spec("C3", "W4")


@pytest.fixture
def capture(world: World) -> Capture:
    return world.capture_of(world.pay("tok_approve", 5000))


@pytest.mark.parametrize("amount", [{}, {"amount": eur(5000)}], ids=["no amount", "its amount"])
def test_of_its_amount_it_is_taken_back(world: World, capture: Capture, amount: dict[str, object]) -> None:
    assert tell(world, "payment.failed", capture.intent, capture_id=capture.psp_ref, **amount) == ["deposit.capture_failed"]

    assert (world.wallet(), world.balances(), world.cases()) == ({}, {}, ["CAPTURE_FAILED_AFTER_CREDIT"])


def test_of_another_amount_a_person_decides(world: World, capture: Capture) -> None:
    told = tell(world, "payment.failed", capture.intent, capture_id=capture.psp_ref, amount=eur(4000))

    assert told == ["amount differs: case raised"]
    assert (world.fresh(capture).state, world.wallet(), world.cases()) == ("SUCCEEDED", {"playable": 5000}, ["GROSS_AMOUNT_DIFFERS"])
    assert world.told[0]["amount_minor"] == 1000
