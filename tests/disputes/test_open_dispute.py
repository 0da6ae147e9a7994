"""A dispute begins once per case, whoever tells it, and money moves once per movement."""

import json
from typing import Any

import pytest

from cashier.models import Capture, PayoutIntent, PspEvent
from cashier.operations.payouts import PayoutRefused, begin_payout_submission
from disputes.models import Dispute, DisputeMovement
from disputes.operations import (
    DisputeAmountDiffers,
    UnknownCapture,
    debit_dispute,
    hear_event,
    open_dispute,
    open_dispute_from_line,
    win_dispute,
)
from disputes.refusals import DisputeCurrencyDiffers
from ledger.models import Transition
from tests.cashier.payouts.test_request_payout import ask
from tests.disputes.telling import by, ending, notice
from tests.house import TESTER, House, kinds, make_capture, wallet


@pytest.fixture
def capture(house: House) -> Capture:
    return make_capture(house, amount_minor=10_000)


def event(house: House, name: str, **fields: Any) -> PspEvent:
    body = {"scheme": "visa", "reason_code": "10.4", "respond_by": "2026-03-24T09:30:00Z", **fields.pop("body", {})}
    stated = {
        "dispute_ref": "dsp_1", "capture_ref": "cap_1", "psp_ref": "psp_cap_1", "movement": "1", "amount_minor": 10_000, "currency": "EUR",
        "occurred_at": house.now, "received_at": house.now, "identity_key": f"{name}:{len(fields)}", "body_sha256": "0" * 64, **fields,
    }  # fmt: skip
    return PspEvent(merchant_account=house.account, event=name, raw_body=json.dumps(body), **stated)


@pytest.mark.spec("X1")
def test_the_notification_opens_it_with_scheme_reason_and_answer_by(house: House, capture: Capture) -> None:
    dispute = hear_event(event=event(house, "dispute.opened"), **by(house))

    assert (dispute.state, dispute.scheme, dispute.reason_code, dispute.flow) == ("NOTIFIED", "visa", "10.4", "visa_allocation")
    assert dispute.answer_by is not None
    assert dispute.answer_by.isoformat() == "2026-03-24T09:30:00+00:00"
    capture.refresh_from_db()
    assert (capture.disputed_minor, capture.refundable_minor) == (10_000, 0)
    assert capture.intent.disputed_minor == 10_000


@pytest.mark.spec("X2")
def test_without_a_date_the_answer_is_due_in_seven_days(house: House, capture: Capture) -> None:
    dispute = open_dispute(notice(house, capture, answer_by=None), **by(house))

    assert dispute.answer_by is not None
    assert (dispute.answer_by - house.now).days == 7


@pytest.mark.spec("W3", "W4", "L3")
@pytest.mark.parametrize(
    "order",
    [
        ["dispute.opened", "dispute.debited"],
        ["dispute.debited", "dispute.opened"],
        ["dispute.debited", "dispute.opened", "dispute.debited", "dispute.opened"],
    ],
)
def test_in_any_order_and_any_number_each_movement_is_booked_once(house: House, capture: Capture, order: list[str]) -> None:
    for name in order:
        hear_event(event=event(house, name), **by(house))

    assert sorted(kinds()) == ["CHARGEBACK_DEBITED", "CHARGEBACK_OPENED"]
    assert Dispute.objects.count() == 1
    assert wallet(house.player) == (40_000, 0, 0)


@pytest.mark.spec("W4")
def test_the_whole_story_told_backwards_ends_the_same(house: House, capture: Capture) -> None:
    for name in ("dispute.won", "dispute.credited", "dispute.debited", "dispute.opened"):
        hear_event(event=event(house, name), **by(house))

    dispute = Dispute.objects.get()
    assert dispute.state == "WON"
    assert wallet(house.player) == (50_000, 0, 0)
    assert sorted(kinds()) == ["CHARGEBACK_CREDITED", "CHARGEBACK_DEBITED", "CHARGEBACK_OPENED", "DISPUTE_WON"]


@pytest.mark.spec("X1", "X5")
@pytest.mark.parametrize(("name", "state"), [("dispute.lost", "LOST"), ("dispute.accepted", "ACCEPTED"), ("dispute.expired", "EXPIRED")])
def test_an_end_without_money_posts_nothing_more(house: House, capture: Capture, name: str, state: str) -> None:
    hear_event(event=event(house, "dispute.debited"), **by(house))

    hear_event(event=event(house, name), **by(house))
    hear_event(event=event(house, name), **by(house))

    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.closed_at) == (state, house.now)
    assert kinds() == ["CHARGEBACK_OPENED", "CHARGEBACK_DEBITED"]


@pytest.mark.spec("X5")
def test_withdrawn_before_any_debit_gives_it_back(house: House, capture: Capture) -> None:
    hear_event(event=event(house, "dispute.opened"), **by(house))

    hear_event(event=event(house, "dispute.withdrawn"), **by(house))

    assert kinds() == ["CHARGEBACK_OPENED", "DISPUTE_WITHDRAWN"]
    assert wallet(house.player) == (50_000, 0, 0)


@pytest.mark.spec("W4")
def test_an_event_of_an_unknown_payment_waits(house: House) -> None:
    with pytest.raises(UnknownCapture):
        hear_event(event=event(house, "dispute.opened"), **by(house))


@pytest.mark.spec("L3")
def test_the_same_movement_with_another_amount_is_refused(house: House, capture: Capture) -> None:
    debit_dispute(notice(house, capture), **by(house))

    with pytest.raises(DisputeAmountDiffers):
        debit_dispute(notice(house, capture, 9_000), **by(house))

    assert DisputeMovement.objects.count() == 2


@pytest.mark.spec("X1", "L3")
def test_a_line_opens_it_and_the_webhook_that_comes_later_adds_nothing(house: House, capture: Capture) -> None:
    item = open_dispute_from_line(
        merchant_account=house.account, capture_id=capture.id, provider_case_id="dsp_1", amount_minor=10_000, currency="EUR",
        occurred_at=house.now, now=house.now,
    )  # fmt: skip
    hear_event(event=event(house, "dispute.opened"), **by(house))
    hear_event(event=event(house, "dispute.debited"), **by(house))

    dispute = Dispute.objects.get()
    assert item == f"{dispute.public_id}:1"
    assert dispute.opened_by == "line"
    assert kinds() == ["CHARGEBACK_OPENED", "CHARGEBACK_DEBITED"]


@pytest.mark.spec("X5")
def test_unsent_payouts_are_canceled_first_and_sent_ones_are_not(house: House, capture: Capture) -> None:
    sent = ask(house, 10_000)
    ask(house, 20_000)
    begin_payout_submission(payout_id=sent.id, now=house.now)

    open_dispute(notice(house, capture), **by(house))

    assert {payout.amount_minor: payout.state for payout in PayoutIntent.objects.all()} == {10_000: "SUBMITTED", 20_000: "CANCELED"}
    assert wallet(house.player) == (30_000, 10_000, 0)


@pytest.mark.spec("P3")
def test_an_open_dispute_sends_payouts_to_review_and_a_debt_stops_them(house: House, capture: Capture) -> None:
    big = make_capture(house, amount_minor=90_000, psp_ref="cap_2")
    dispute = open_dispute(notice(house, capture), **by(house))
    assert ask(house, 100).state == "UNDER_REVIEW"
    win_dispute(**ending(house, dispute, told_by="webhook"))
    assert ask(house, 100).state == "APPROVED"

    open_dispute(notice(house, big, provider_case_id="dsp_2"), **by(house))

    with pytest.raises(PayoutRefused):
        ask(house, 100)


@pytest.mark.spec("S8")
def test_the_birth_and_each_move_have_their_rows(house: House, capture: Capture) -> None:
    dispute = open_dispute(notice(house, capture), **by(house))
    win_dispute(**ending(house, dispute, told_by="webhook"))

    rows = Transition.objects.filter(target_id=dispute.id).order_by("id")
    assert [(row.from_state, row.to_state, row.event, row.actor_id) for row in rows] == [
        ("", "NOTIFIED", "chargeback.opened", TESTER.id),
        ("NOTIFIED", "WON", "dispute.won", TESTER.id),
    ]


@pytest.mark.spec("X5", "L3")
@pytest.mark.parametrize("act", [open_dispute, debit_dispute])
def test_a_chargeback_told_in_another_currency_takes_nothing(house: House, capture: Capture, act: Any) -> None:
    """Ten thousand yen are not a hundred euro: nobody said what they are in the player's money."""
    before = wallet(house.player)

    with pytest.raises(DisputeCurrencyDiffers):
        act(notice(house, capture, currency="JPY"), **by(house))

    capture.refresh_from_db()
    assert (wallet(house.player), capture.disputed_minor, Dispute.objects.count()) == (before, 0, 0)
    assert not [kind for kind in kinds() if kind.startswith("CHARGEBACK")]
