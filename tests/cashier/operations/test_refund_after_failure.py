"""A refund that the PSP executed although we hold it as failed: the player may have the money twice, so it is a case (C6, POSTINGS.md)."""

from datetime import timedelta
from typing import Any

import pytest

from cashier import operations
from cashier.models import PspEvent, Refund
from cashier.operations import RefundEnd, RefundOrder
from cashier.operations.movements import confirm_refund
from cashier.operations.refund_outcomes import finish_refund
from cashier.psp.base import LookupMovement, LookupNotOffered, LookupResult, Outcome, PspResult
from tests.cashier.webhooks.test_apply_event import eur, tell
from tests.cashier.world import CALLER, World


@pytest.fixture
def failed(world: World) -> Refund:
    """A refund of 20.00 that failed; its money is the player's again."""
    intent = world.pay("tok_approve", 5000)
    order = RefundOrder("r1", 2000, "shop")
    refund = operations.submit_refund(capture_id=world.capture_of(intent).pk, order=order, actor=CALLER, now=world.now)
    assert operations.fail_refund(refund_id=refund.pk, end=RefundEnd("rfd_1", world.now), actor=CALLER, now=world.now)
    assert world.wallet() == {"playable": 5000}
    return world.fresh(refund)


def found(world: World, refund: Refund, state: str) -> LookupResult:
    mine = LookupMovement("rfd_1", refund.public_id, state, 2000, "EUR", world.now)
    return LookupResult("payment", "psp_1", "CAPTURED", 5000, "EUR", refund.capture.intent.public_id, refunds=[mine])


def processed(world: World, refund: Refund, **fields: Any) -> list[str]:
    names = {"refund_id": "rfd_1", "merchant_reference": refund.public_id, "amount": eur(2000)}
    return tell(world, "refund.processed", refund.capture.intent, **names, **fields)


def assert_told(world: World, refund: Refund) -> None:
    """One case; no state goes back, nothing is posted."""
    told = world.told[0]
    assert (world.cases(), told["amount_minor"], told["dedupe_key"]) == (["STATUS_DIFFERS"], 2000, f"STATUS_DIFFERS:{refund.public_id}")
    assert ("player", world.player.public_id) in told["links"]
    assert (world.fresh(refund).state, world.wallet()) == ("REFUND_FAILED", {"playable": 5000})


@pytest.mark.spec("C6")
def test_told_by_event_and_held_so_by_the_psp(world: World, failed: Refund, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cashier.operations.event_effects.lookup", lambda *args, **names: found(world, failed, "SUCCEEDED"))

    assert processed(world, failed) == ["executed although failed: case raised"]

    assert_told(world, failed)


@pytest.mark.spec("C6", "W4")
@pytest.mark.parametrize("state", ["FAILED", "REVERSED", "PENDING"])
def test_an_event_that_only_comes_late_is_none(world: World, failed: Refund, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    """Processed and then failed at the PSP, told in the other order."""
    monkeypatch.setattr("cashier.operations.event_effects.lookup", lambda *args, **names: found(world, failed, state))

    assert processed(world, failed)[0].startswith("ignored")

    assert world.cases() == []


@pytest.mark.spec("C6", "W4")
@pytest.mark.parametrize(("minutes", "is_case"), [(-1, False), (0, False), (1, True)])
def test_where_the_psp_can_not_be_asked_its_own_times_say(
    world: World, failed: Refund, monkeypatch: pytest.MonkeyPatch, minutes: int, is_case: bool
) -> None:
    def refuse(*args: Any, **names: Any) -> LookupResult:
        raise LookupNotOffered("no lookup")

    monkeypatch.setattr("cashier.operations.event_effects.lookup", refuse)
    names = {"refund_id": "rfd_1", "merchant_reference": failed.public_id}
    tell(world, "refund.failed", failed.capture.intent, **names)

    told = processed(world, failed, occurred_at=(world.now + timedelta(minutes=minutes)).isoformat())

    assert told == (["executed although failed: case raised"] if is_case else ["ignored: the PSP does not hold it as executed"])
    assert world.cases() == (["STATUS_DIFFERS"] if is_case else [])


@pytest.mark.spec("C6", "C8")
def test_told_by_the_answer_to_our_own_call(world: World, failed: Refund) -> None:
    finish_refund(failed.pk, PspResult(Outcome.APPROVED, object_ref="rfd_1"), world.now)

    assert_told(world, failed)


@pytest.mark.spec("C6", "R8")
def test_told_by_a_lookup_for_a_report(world: World, failed: Refund, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cashier.operations.movements.lookup", lambda *args, **names: found(world, failed, "SUCCEEDED"))

    assert confirm_refund(failed.public_id, now=world.now, actor=CALLER) == "same"

    assert_told(world, failed)


@pytest.mark.spec("C6", "W4")
def test_one_that_fails_between_our_look_and_its_effect_is_looked_at_again(
    world: World, monkeypatch: pytest.MonkeyPatch, failed: Refund
) -> None:
    """Two workers: the event was not asked about, for the refund was open then."""
    monkeypatch.setattr("cashier.operations.event_effects.is_held_as_failed", lambda event: False)

    assert processed(world, failed)[0].startswith("waiting")

    monkeypatch.undo()
    monkeypatch.setattr("cashier.operations.event_effects.lookup", lambda *args, **names: found(world, failed, "SUCCEEDED"))
    work = PspEvent.objects.get(event="refund.processed").work
    work.next_try_at = None
    work.save()
    assert world.apply_all() == ["executed although failed: case raised"]
    assert_told(world, failed)
