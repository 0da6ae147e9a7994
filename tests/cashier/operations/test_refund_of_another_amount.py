"""A PSP that says it refunded another amount than we asked for: never silently ours (REASON_CODES.md, POSTINGS.md section 5)."""

from typing import Any

import pytest

from cashier import operations
from cashier.models import PspEvent, Refund
from cashier.operations import RefundOrder
from cashier.operations.movements import confirm_refund
from cashier.operations.refund_outcomes import finish_refund
from cashier.psp.base import LookupMovement, LookupResult, Outcome, PspResult
from tests.cashier.webhooks.test_apply_event import eur, tell
from tests.cashier.world import CALLER, World

pytestmark = pytest.mark.spec("C6", "C8")


@pytest.fixture
def sent(world: World) -> Refund:
    """A refund of 50.00 that the PSP has and has not answered; its money is held."""
    capture = world.capture_of(world.pay("tok_approve", 5000))
    refund = operations.submit_refund(capture_id=capture.pk, order=RefundOrder("r1", 5000, "shop"), actor=CALLER, now=world.now)
    assert world.wallet() == {"locked": 5000}
    return refund


def answer(world: World, refund: Refund, minor: int, currency: str) -> Refund:
    finish_refund(refund.pk, PspResult(Outcome.APPROVED, object_ref="rfd_1", amount_minor=minor, currency=currency), world.now)
    return world.fresh(refund)


def ask(world: World, refund: Refund, monkeypatch: pytest.MonkeyPatch, state: str, minor: int, currency: str = "EUR") -> str:
    """What a settlement line's question brings, and does."""
    mine = LookupMovement("rfd_1", refund.public_id, state, minor, currency, world.now)
    found = LookupResult("refund", "psp_1", state, minor, currency, refund.public_id, "rfd_1", refunds=[mine])
    monkeypatch.setattr("cashier.operations.movements.lookup", lambda *args, **names: found)
    return confirm_refund(refund.public_id, now=world.now, actor=CALLER)


def raised(world: World) -> list[tuple[str, int, str]]:
    return [(case["code"], case["amount_minor"], case["currency"]) for case in world.told]


@pytest.mark.parametrize(("minor", "currency", "at_risk"), [(4000, "EUR", 1000), (6000, "EUR", 1000), (4000, "", 1000), (0, "EUR", 5000)])
def test_an_answer_of_another_amount_is_booked_as_ours_and_is_a_case(
    world: World, sent: Refund, minor: int, currency: str, at_risk: int
) -> None:
    assert answer(world, sent, minor, currency).state == "REFUND_PROCESSED"

    assert raised(world) == [("REFUND_AMOUNT_DIFFERS", at_risk, "EUR")]
    told = world.told[0]
    assert (told["merchant_reference"], told["facts"]["our_minor"], told["facts"]["psp_minor"]) == (sent.public_id, 5000, minor)
    assert {("refund", sent.public_id), ("deposit", sent.capture.intent.public_id), ("player", world.player.public_id)} <= set(
        told["links"]
    )
    assert (world.wallet(), world.balances()) == ({}, {})


@pytest.mark.parametrize(("minor", "currency"), [(5000, "EUR"), (5000, ""), (0, "")], ids=["the same", "no currency", "states none"])
def test_an_answer_of_our_amount_or_of_none_is_no_case(world: World, sent: Refund, minor: int, currency: str) -> None:
    assert answer(world, sent, minor, currency).state == "REFUND_PROCESSED"

    assert (world.cases(), world.wallet()) == ([], {})


def test_an_answer_in_another_currency_books_nothing(world: World, sent: Refund) -> None:
    refund = answer(world, sent, 5000, "SEK")

    assert (refund.state, refund.call_state, refund.psp_ref) == ("REFUND_PENDING", "DONE", "rfd_1")
    assert (raised(world), world.wallet()) == ([("CURRENCY_DIFFERS", 5000, "SEK")], {"locked": 5000})
    assert world.told[0]["dedupe_key"] == f"CURRENCY_DIFFERS:{sent.public_id}", "as its settlement line's"


@pytest.mark.spec("R8")
@pytest.mark.parametrize(
    ("state", "minor", "currency", "done", "codes", "wallet"),
    [
        ("SUCCEEDED", 5000, "EUR", "processed", [], {}),
        ("SUCCEEDED", 4000, "EUR", "processed", ["REFUND_AMOUNT_DIFFERS"], {}),
        ("SUCCEEDED", 5000, "SEK", "same", ["CURRENCY_DIFFERS"], {"locked": 5000}),
        ("REVERSED", 4000, "EUR", "reversed", ["REFUND_REVERSED", "REFUND_AMOUNT_DIFFERS"], {"playable": 5000}),
        ("REVERSED", 5000, "SEK", "same", ["CURRENCY_DIFFERS"], {"locked": 5000}),
    ],
)
def test_what_a_lookup_says(
    world: World, sent: Refund, monkeypatch: pytest.MonkeyPatch, state: str, minor: int, currency: str, done: str, codes: list[str],
    wallet: dict[str, int],
) -> None:  # fmt: skip
    assert ask(world, sent, monkeypatch, state, minor, currency) == done

    assert (world.cases(), world.wallet()) == (codes, wallet)


@pytest.mark.spec("W5")
@pytest.mark.parametrize(("minor", "currency", "code"), [(4000, "EUR", "REFUND_AMOUNT_DIFFERS"), (5000, "SEK", "CURRENCY_DIFFERS")])
def test_a_first_event_of_another_amount_is_a_dead_letter_with_one_case(
    world: World, sent: Refund, minor: int, currency: str, code: str
) -> None:
    names = {"refund_id": "rfd_1", "merchant_reference": sent.public_id}
    told = tell(world, "refund.processed", sent.capture.intent, amount={"minor_units": minor, "currency": currency}, **names)

    event = PspEvent.objects.get(event="refund.processed")
    assert (told[0].partition(":")[0], event.work.state) == ("dead", "DEAD")
    assert (world.cases(), world.wallet(), world.fresh(sent).state) == ([code], {"locked": 5000}, "REFUND_SUBMITTED")
    assert ("event", event.public_id) in world.told[0]["links"]

    operations.replay_event(event_id=event.pk, reason="again", actor=CALLER, now=world.now)
    assert world.apply_all()[0].startswith("dead")
    assert {case["dedupe_key"] for case in world.told} == {world.told[0]["dedupe_key"]}


@pytest.mark.spec("R8")
def test_event_and_lookup_that_say_the_same_are_one_case(world: World, sent: Refund, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(world, "refund.processed", sent.capture.intent, amount=eur(4000), refund_id="rfd_1", merchant_reference=sent.public_id)

    assert ask(world, sent, monkeypatch, "SUCCEEDED", 4000) == "processed"

    keys: list[Any] = [case["dedupe_key"] for case in world.told]
    assert keys == [f"REFUND_AMOUNT_DIFFERS:refund:{sent.public_id}:4000"] * 2


@pytest.mark.spec("R8")
def test_what_a_later_look_says_of_one_that_is_processed_is_a_case_and_nothing_more(
    world: World, sent: Refund, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(world, sent, 5000, "EUR")

    assert ask(world, sent, monkeypatch, "SUCCEEDED", 4000) == "already"

    assert (world.cases(), world.fresh(sent).state, world.balances()) == (["REFUND_AMOUNT_DIFFERS"], "REFUND_PROCESSED", {})


@pytest.mark.parametrize("kind", ["payment", "refund"])
@pytest.mark.parametrize(
    ("minor", "currency", "codes", "wallet"),
    [
        (5000, "EUR", ["REFUND_REVERSED"], {"playable": 5000}),
        (4000, "EUR", ["REFUND_REVERSED", "REFUND_AMOUNT_DIFFERS"], {"playable": 5000}),
        (5000, "SEK", ["CURRENCY_DIFFERS"], {}),
    ],
)
def test_a_reversal_that_our_own_look_tells_otherwise_than_its_event(
    world: World,
    sent: Refund,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    minor: int,
    currency: str,
    codes: list[str],
    wallet: dict[str, int],
) -> None:
    answer(world, sent, 5000, "EUR")
    mine = LookupMovement("rfd_1", sent.public_id, "REVERSED", minor, currency, world.now)
    own = LookupResult("refund", "psp_1", "REVERSED", minor, currency, sent.public_id, "rfd_1")
    of_payment = LookupResult("payment", "psp_1", "CAPTURED", 5000, "EUR", sent.capture.intent.public_id, refunds=[mine])
    found = own if kind == "refund" else of_payment
    monkeypatch.setattr("cashier.operations.event_effects.lookup", lambda *args, **names: found)

    tell(world, "refund.reversed", sent.capture.intent, refund_id="rfd_1", merchant_reference=sent.public_id)

    assert (world.cases(), world.wallet()) == (codes, wallet)
