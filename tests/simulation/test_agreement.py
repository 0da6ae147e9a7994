"""The sandbox's books beside ours: every kind of difference is found, and only differences are."""

from datetime import datetime
from typing import Any

import pytest

from tests.house import House, make_capture, make_house

pytestmark = pytest.mark.spec("Z3")


@pytest.fixture
def house(db: None, now: datetime) -> House:
    return make_house(now)


def charge(reference: str, charged_minor: int, *, injected_minor: int = 0) -> dict[str, Any]:
    return {"merchant_reference": reference, "charged_minor": charged_minor, "injected_minor": injected_minor}


def books(*charges: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"charges": list(charges), "payouts": [], "double_charged": [], "double_paid": [], **more}


def test_equal_books_agree(house: House) -> None:
    from config.simulation.agreement import compare

    reference = make_capture(house, amount_minor=5_000).intent.public_id

    agreement = compare(books(charge(reference, 5_000), charge("ins_verified", 0)))

    assert (agreement.ok, agreement.charged) == (True, 1)


def test_what_waits_for_a_word_on_its_payer_is_neither_lost_nor_open(house: House) -> None:
    from cashier.models import Attempt, Capture, DepositIntent, PayerState
    from config.simulation.agreement import compare

    capture = make_capture(house, amount_minor=5_000)
    Attempt.objects.filter(pk=capture.attempt_id).update(payer=PayerState.HELD)
    Capture.objects.filter(pk=capture.pk).update(state=Capture.State.SUBMITTED, is_seen=True, psp_ref="cpt_1")
    DepositIntent.objects.filter(pk=capture.intent_id).update(state=DepositIntent.State.PENDING)

    assert compare(books(charge(capture.intent.public_id, 5_000))).ok

    Attempt.objects.filter(pk=capture.attempt_id).update(payer="")
    agreement = compare(books(charge(capture.intent.public_id, 5_000)))
    assert (agreement.ok, agreement.open_intents, agreement.lost) == (False, 1, [capture.intent.public_id])


def test_what_we_do_not_hold_whole_is_lost(house: House) -> None:
    from config.simulation.agreement import compare

    reference = make_capture(house, amount_minor=4_999).intent.public_id

    agreement = compare(books(charge(reference, 5_000), charge("pi_nobodys", 100), charge("WEB-48213377", 900)))

    assert (agreement.ok, agreement.lost) == (False, sorted([reference, "pi_nobodys"]))


def test_what_was_never_charged_is_made_up_but_for_what_a_fault_injected(house: House) -> None:
    from config.simulation.agreement import compare

    more, twice = make_capture(house, amount_minor=5_001), make_capture(house, amount_minor=8_000, psp_ref="cap_2")

    agreement = compare(books(charge(more.intent.public_id, 5_000), charge(twice.intent.public_id, 4_000, injected_minor=4_000)))

    assert (agreement.made_up, agreement.lost) == ([more.intent.public_id], [])


def test_payouts_paid_without_our_knowledge_are_lost(house: House) -> None:
    from config.simulation.agreement import compare

    agreement = compare(books(payouts=[{"merchant_reference": "po_nobodys", "paid_minor": 700}]))

    assert (agreement.ok, agreement.payouts_lost, agreement.paid_out) == (False, ["po_nobodys"], 1)


def test_what_is_open_and_what_was_done_twice_is_no_agreement(house: House) -> None:
    from config.simulation.agreement import compare

    capture = make_capture(house, amount_minor=5_000)
    reference = capture.intent.public_id
    intent = capture.intent
    type(intent).objects.filter(pk=intent.pk).update(state="PENDING")

    still = compare(books(charge(reference, 5_000)))
    twice = compare(books(charge(reference, 5_000), double_charged=[reference]))

    assert (still.ok, still.open_intents) == (False, 1)
    assert twice.figures()["references"] == {"double_charged": [reference]}
