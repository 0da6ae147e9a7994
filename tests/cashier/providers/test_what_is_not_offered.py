"""What an account's provider can't do is refused before anything is recorded or called (C16)."""

import pytest

from cashier import operations
from cashier.models import Capture, Instrument
from cashier.operations.payouts.errors import NoRouteForPayout
from cashier.operations.payouts.request import route_payout
from cashier.refusals import NotOfferedByPsp
from tests.cashier.psp.servers.stripe_server import StripeServer
from tests.cashier.world import CALLER, World

pytestmark = pytest.mark.spec("C16")


def begin_capture(world: World, intent: object, amount_minor: int) -> Capture:
    return operations.begin_capture(intent_id=intent.pk, amount_minor=amount_minor, operation_key="", actor=CALLER, now=world.now)  # type: ignore[attr-defined]


def test_stripe_captures_once(at_stripe: World, stripe_server: StripeServer) -> None:
    intent = at_stripe.pay("pm_approve", capture="manual")
    part = begin_capture(at_stripe, intent, 3000)
    operations.run_call(operations.CAPTURE, call_id=part.pk, now=at_stripe.now)
    assert at_stripe.wallet() == {"playable": 3000}
    calls = len(stripe_server.seen)

    with pytest.raises(NotOfferedByPsp) as refusal:
        begin_capture(at_stripe, intent, 1000)

    assert (refusal.value.code, refusal.value.details["what"]) == ("NOT_OFFERED_BY_PSP", "several_captures")
    assert refusal.value.message == "Stripe does not offer this: several captures."
    assert Capture.objects.count() == 1
    assert len(stripe_server.seen) == calls


def test_stripe_pays_no_players(at_stripe: World) -> None:
    instrument = Instrument(player=at_stripe.player, method="card", token="pm_approve")

    with pytest.raises(NoRouteForPayout):
        route_payout(at_stripe.player, instrument, "EUR")


@pytest.mark.spec("C5")
def test_the_rest_of_a_partial_capture_goes_back(at_stripe: World) -> None:
    intent = at_stripe.pay("pm_approve", capture="manual")
    part = begin_capture(at_stripe, intent, 3000)
    operations.run_call(operations.CAPTURE, call_id=part.pk, now=at_stripe.now)

    void = operations.begin_void(intent_id=intent.pk, actor=CALLER, now=at_stripe.now)
    operations.run_call(operations.VOID, call_id=void.pk, now=at_stripe.now)

    assert at_stripe.fresh(void).outcome == "VOIDED"
