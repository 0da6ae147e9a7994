"""A token stored and verified by a zero-amount authorisation (C24)."""

import pytest

from cashier import operations
from cashier.models import Instrument
from cashier.refusals import InstrumentBlocked, Invalid, NotFound
from tests.cashier.world import CALLER, World, make_player


def store(world: World, token: str = "tok_approve~i1", **fields: object) -> Instrument:
    given = {"player": world.player, "method": "card", "token": token, "masked": "•••• 4242", "region": "", **fields}
    instrument = operations.store_instrument(**given, actor=CALLER, now=world.now)  # type: ignore[arg-type]
    operations.run_call(operations.VERIFY, call_id=instrument.pk, now=world.now)
    return Instrument.objects.get(pk=instrument.pk)


@pytest.mark.spec("C24")
@pytest.mark.parametrize(("token", "state"), [("tok_approve~i1", "VERIFIED"), ("tok_decline_stolen_card~i1", "UNVERIFIED")])
def test_verified_only_where_the_issuer_agrees(world: World, token: str, state: str) -> None:
    assert store(world, token).state == state
    assert world.balances() == {}


@pytest.mark.spec("C24")
def test_the_same_token_of_the_same_player_is_one_instrument(world: World) -> None:
    other = make_player(world.brand, world.now)

    first, again = store(world), store(world)

    assert first.pk == again.pk
    assert store(world, player=other).pk != first.pk


@pytest.mark.spec("C24")
def test_a_first_authorised_deposit_verifies_it(world: World) -> None:
    instrument = operations.store_instrument(
        player=world.player, method="card", token="tok_approve~i2", masked="", region="", actor=CALLER, now=world.now
    )
    intent = world.intent()
    order = operations.AuthorizeOrder(instrument_id=instrument.pk)
    attempt = operations.begin_authorization(intent_id=intent.pk, order=order, actor=CALLER, now=world.now)

    world.send(attempt)

    assert attempt.payment_token == "tok_approve~i2"
    assert world.fresh(instrument).state == "VERIFIED"


@pytest.mark.spec("C24")
def test_owner_and_block_are_checked(world: World) -> None:
    mine, others = store(world), store(world, player=make_player(world.brand, world.now))
    operations.block_instrument(instrument_id=mine.pk, actor=CALLER, now=world.now)
    intent = world.intent()

    for instrument, refusal in ((mine, InstrumentBlocked), (others, NotFound)):
        order = operations.AuthorizeOrder(instrument_id=instrument.pk)
        with pytest.raises(refusal):
            operations.begin_authorization(intent_id=intent.pk, order=order, actor=CALLER, now=world.now)


def test_an_unknown_method_is_invalid(world: World) -> None:
    with pytest.raises(Invalid):
        store(world, method="cheque")
