"""A PSP that captured another currency than was asked for: held as it came, in its own currency, and a person decides (C3, POSTINGS.md)."""

from typing import Any

import pytest

from cashier import operations
from cashier.models import Capture, DepositIntent, Hold
from cashier.operations import CaptureProof, Credited, RefundEnd
from cashier.operations.expiry import list_rests
from cashier.proofs import captures_are_booked, intents_sum_their_captures, locked_is_named, pending_is_what_waits
from cashier.psp.base import LookupMovement, LookupResult
from cashier.refusals import AboveAuthorised
from ledger.models import Entry, Wallet
from tests.cashier.operations.test_credit_capture import credit, ended_intent
from tests.cashier.webhooks.test_apply_event import tell
from tests.cashier.world import CALLER, World

CHECKS = (captures_are_booked, intents_sum_their_captures, locked_is_named, pending_is_what_waits)


def kronor(world: World, amount_minor: int = 5000) -> CaptureProof:
    return CaptureProof("cap_in_sek", amount_minor, "SEK", world.now)


def booked(currency: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for kind, minor in Entry.objects.filter(account__asset=currency).values_list("account__kind", "amount_minor"):
        sums[kind] = sums.get(kind, 0) + minor
    return {kind: minor for kind, minor in sums.items() if minor}


def assert_proved() -> None:
    for check in CHECKS:
        result = check()
        assert result.ok, (result.name, result.differences)


@pytest.mark.spec("C3")
@pytest.mark.parametrize("minor", [5000, 57000], ids=["the same number", "its worth"])
def test_it_is_held_in_the_currency_that_was_captured(world: World, minor: int) -> None:
    intent = world.pay("tok_challenge")

    outcome = credit(world, intent, kronor(world, minor))

    capture, hold = world.capture_of(intent), Hold.objects.get()
    assert outcome is Credited.DIFFERS
    assert (booked("SEK"), booked("EUR"), world.wallet()) == ({"clearing": minor, "locked": -minor}, {}, {})
    assert (capture.currency, capture.amount_minor, hold.currency, hold.amount_minor) == ("SEK", minor, "SEK", minor)
    told = world.told[0]
    assert (world.cases(), told["amount_minor"], told["currency"]) == (["CURRENCY_DIFFERS"], minor, "SEK")
    intent = world.fresh(intent)
    assert (intent.state, intent.captured_minor) == (DepositIntent.State.CAPTURED, 0)
    assert credit(world, intent, kronor(world, minor)) is Credited.ALREADY
    assert_proved()


@pytest.mark.spec("C2", "C3")
@pytest.mark.parametrize("policy", ["CREDIT", "REFUND"])
def test_no_policy_decides_on_it(world: World, policy: str) -> None:
    world.brand.late_money = getattr(type(world.brand).LateMoney, policy)
    world.brand.save()
    intent = ended_intent(world)

    credit(world, intent, kronor(world))

    assert (booked("SEK"), world.cases()) == ({"clearing": 5000, "locked": -5000}, ["CURRENCY_DIFFERS"])
    assert Hold.objects.get().state == "HELD" and not Capture.objects.get().refunds.exists()
    assert_proved()


@pytest.mark.spec("C2", "C6")
def test_a_person_gives_it_back_in_that_currency(world: World) -> None:
    intent = world.pay("tok_challenge")
    credit(world, intent, kronor(world, 57000))

    refund = operations.refund_late_money(capture_id=world.capture_of(intent).pk, actor=CALLER, now=world.now)
    assert (refund.currency, refund.amount_minor) == ("SEK", 57000)
    operations.process_refund(refund_id=refund.pk, end=RefundEnd("psp_refund", world.now), actor=CALLER, now=world.now)

    assert (booked("SEK"), booked("EUR"), world.fresh(intent).refunded_minor) == ({}, {}, 0)
    assert_proved()


@pytest.mark.spec("C2")
def test_a_person_credits_it_as_it_came(world: World) -> None:
    intent = world.pay("tok_challenge")
    credit(world, intent, kronor(world, 57000))

    operations.credit_late_money(capture_id=world.capture_of(intent).pk, actor=CALLER, now=world.now)

    wallet = Wallet.objects.get(owner_ref=world.player.public_id, asset="SEK")
    assert (wallet.playable_minor, wallet.locked_minor, world.wallet()) == (57000, 0, {})
    assert_proved()


@pytest.mark.spec("C4")
def test_what_was_pending_goes_as_it_was_seen(world: World) -> None:
    intent = world.pay("tok_pending_hold", 4000, method="paybybank")
    assert world.wallet() == {"pending": 4000}

    credit(world, intent, kronor(world, 45000))

    assert (booked("EUR"), booked("SEK")) == ({}, {"clearing": 45000, "locked": -45000})
    assert world.kinds(intent) == ["DEPOSIT_SEEN", "DEPOSIT_UNSEEN", "DEPOSIT_LATE_MONEY"]
    assert_proved()


@pytest.mark.spec("C21")
def test_taken_back_it_goes_in_that_currency(world: World) -> None:
    intent = world.pay("tok_challenge")
    credit(world, intent, kronor(world, 57000))

    told = tell(world, "payment.returned", intent, capture_id="cap_in_sek", amount={"minor_units": 57000, "currency": "SEK"})

    assert told == ["deposit.returned"]
    assert (booked("SEK"), booked("EUR"), world.fresh(intent).returned_minor) == ({}, {}, 0)


@pytest.mark.spec("C5", "C7")
def test_of_its_authorisation_nothing_more_is_taken_or_given_back(world: World) -> None:
    """Nobody can say what is left of it: the player would be charged twice."""
    intent = world.pay("tok_approve", capture="manual")
    credit(world, intent, kronor(world, 100))
    intent = world.fresh(intent)

    with pytest.raises(AboveAuthorised):
        operations.begin_capture(intent_id=intent.pk, amount_minor=None, operation_key="", actor=CALLER, now=world.now)

    assert list_rests(now=intent.authorised_until, limit=9) == []
    assert intent.captures.count() == 1


@pytest.mark.spec("C3")
@pytest.mark.parametrize(("said", "code"), [("SEK", "CURRENCY_DIFFERS"), ("EUR", "CURRENCY_DIFFERS")])
def test_by_event_our_own_lookup_says_what_was_captured(world: World, monkeypatch: pytest.MonkeyPatch, said: str, code: str) -> None:
    intent = world.pay("tok_challenge")
    taken = LookupMovement("cap_in_sek", intent.public_id, "SUCCEEDED", 5000, "SEK", world.now)

    def look(*args: Any, **names: Any) -> LookupResult:
        return LookupResult("payment", intent.attempts.get().psp_ref, "CAPTURED", 5000, "SEK", intent.public_id, captures=[taken])

    monkeypatch.setattr("cashier.operations.event_effects.lookup", look)

    told = tell(world, "payment.captured", intent, capture_id="cap_in_sek", amount={"minor_units": 5000, "currency": said})

    assert told == (["amount_differs"] if said == "SEK" else ["amount differs: case raised"])
    assert (world.cases(), world.wallet()) == ([code], {})
    assert booked("SEK") == ({"clearing": 5000, "locked": -5000} if said == "SEK" else {})
