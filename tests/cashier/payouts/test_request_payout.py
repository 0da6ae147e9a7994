"""A request to be paid: money held, gates recorded, straight on or to a person."""

from typing import Any

import pytest

from cashier.models import Instrument, PayoutIntent, Player
from cashier.operations.payouts import DestinationNotOwned, DestinationNotUsable, NoRouteForPayout, PayoutRefused, request_payout
from cashier.operations.payouts.gates import WORDS
from ledger.errors import InsufficientFunds
from ledger.models import ApprovalRequest, Transition
from tests.house import CLIENT, House, book, kinds, lines, make_instrument, make_player, set_policy, wallet


def ask(house: House, amount_minor: int = 20_000, **changes: Any) -> PayoutIntent:
    facts: dict[str, Any] = {
        "player": house.player,
        "instrument_id": house.instrument.id,
        "amount_minor": amount_minor,
        "currency": "EUR",
        "fee_model": "operator",
        "client_id": CLIENT.id,
        "actor": CLIENT,
        "now": house.now,
        **changes,
    }
    return request_payout(**facts)


@pytest.mark.spec("P1", "P2")
def test_the_amount_moves_to_locked_and_the_payout_is_approved_at_once(house: House) -> None:
    payout = ask(house)

    assert payout.state == "APPROVED"
    assert wallet(house.player) == (30_000, 20_000, 0)
    assert lines("payout.requested:") == [("playable", 20_000), ("locked", -20_000)]
    assert ApprovalRequest.objects.count() == 0


@pytest.mark.spec("P3")
def test_every_gate_is_recorded_with_what_it_read(house: House) -> None:
    payout = ask(house)

    record = payout.gates[0]
    assert record["moment"] == "request"
    assert {gate["name"]: gate["result"] for gate in record["gates"]} == {
        "player_status": "pass", "kyc": "pass", "receivable": "pass", "disputes": "pass", "destination": "pass",
        "amount": "pass", "sum_24h": "pass", "sum_7d": "pass", "vip": "pass",
    }  # fmt: skip
    assert {gate["name"] for gate in record["gates"]} == set(WORDS), "each has words for people"
    assert next(gate for gate in record["gates"] if gate["name"] == "amount")["inputs"] == {
        "amount_minor": 20_000,
        "review_above_minor": 100_000,
    }


@pytest.mark.spec("S8")
def test_each_state_has_its_transition_row(house: House) -> None:
    payout = ask(house)

    rows = Transition.objects.filter(target_id=payout.id).order_by("id")
    assert [(row.from_state, row.to_state, row.event) for row in rows] == [
        ("", "REQUESTED", "payout.requested"),
        ("REQUESTED", "APPROVED", "payout.approved"),
    ]


@pytest.mark.spec("P4", "S1")
def test_above_the_threshold_risk_is_asked_with_a_frozen_payload(house: House) -> None:
    set_policy(house, review=19_999)

    payout = ask(house)

    request = ApprovalRequest.objects.get()
    assert payout.state == "UNDER_REVIEW"
    assert (request.kind, request.maker_kind, request.maker_id, request.required) == ("payout.approve", "client", CLIENT.id, 1)
    assert request.reason == "Needs review: amount, sum over 24 hours"
    assert request.payload == {
        "payout": payout.public_id, "player": house.player.public_id, "instrument": house.instrument.public_id,
        "amount_minor": 20_000, "player_fee_minor": 0, "currency": "EUR",
    }  # fmt: skip
    assert wallet(house.player) == (30_000, 20_000, 0)


@pytest.mark.spec("P4")
def test_exactly_the_threshold_needs_nobody(house: House) -> None:
    set_policy(house, review=20_000)

    assert ask(house).state == "APPROVED"


@pytest.mark.spec("P4")
def test_small_payouts_that_sum_above_the_threshold_within_a_day_are_reviewed(house: House) -> None:
    set_policy(house, review=25_000)
    ask(house, 20_000)

    assert ask(house, 6_000).state == "UNDER_REVIEW"


@pytest.mark.spec("P4")
def test_above_the_second_threshold_two_people_are_needed(house: House) -> None:
    set_policy(house, review=100, second=10_000)

    ask(house)

    assert ApprovalRequest.objects.get().required == 2


@pytest.mark.spec("P4")
def test_without_thresholds_every_payout_is_reviewed(house: House) -> None:
    house.brand.payout_policies.all().delete()

    assert ask(house, 100).state == "UNDER_REVIEW"


@pytest.mark.spec("P4")
def test_a_vip_and_an_unverified_destination_are_reviewed(house: House) -> None:
    vip = make_player(house.brand, "vip", house.now, is_vip=True)
    book(house, [("outside", house.entity.public_id, 1_000), ("playable", vip.public_id, -1_000)])
    unverified = make_instrument(house.player, house.now, token="tok_new", state="UNVERIFIED")

    assert ask(house, 500, player=vip, instrument_id=make_instrument(vip, house.now).id).state == "UNDER_REVIEW"
    assert ask(house, 500, instrument_id=unverified.id).state == "UNDER_REVIEW"


@pytest.mark.spec("P3")
@pytest.mark.parametrize(
    ("facts", "gate"),
    [
        ({"state": Player.State.BLOCKED}, "player_status"),
        ({"kyc_status": Player.Kyc.PENDING}, "kyc"),
        ({"kyc_status": Player.Kyc.NONE}, "kyc"),
    ],
)
def test_a_closed_gate_refuses_and_nothing_is_written(house: House, facts: dict[str, str], gate: str) -> None:
    other = make_player(house.brand, "stopped", house.now, **facts)
    book(house, [("outside", house.entity.public_id, 1_000), ("playable", other.public_id, -1_000)])

    with pytest.raises(PayoutRefused) as refusal:
        ask(house, 500, player=other, instrument_id=make_instrument(other, house.now).id)

    assert refusal.value.details == {"gate": gate}
    assert PayoutIntent.objects.count() == 0
    assert wallet(other) == (1_000, 0, 0)


@pytest.mark.spec("P3")
def test_self_exclusion_never_stops_a_payout(house: House) -> None:
    excluded = make_player(house.brand, "excluded", house.now, state=Player.State.SELF_EXCLUDED)
    book(house, [("outside", house.entity.public_id, 1_000), ("playable", excluded.public_id, -1_000)])

    assert ask(house, 500, player=excluded, instrument_id=make_instrument(excluded, house.now).id).state == "APPROVED"


@pytest.mark.spec("L19", "P3")
def test_an_open_receivable_stops_a_payout(house: House) -> None:
    book(house, [("receivable", house.player.public_id, 1), ("outside", house.entity.public_id, -1)])

    with pytest.raises(PayoutRefused) as refusal:
        ask(house)

    assert refusal.value.details == {"gate": "receivable"}
    assert kinds() == []


@pytest.mark.spec("L6")
def test_more_than_playable_is_refused(house: House) -> None:
    with pytest.raises(InsufficientFunds):
        ask(house, 50_001)

    assert wallet(house.player) == (50_000, 0, 0)
    assert PayoutIntent.objects.count() == 0


@pytest.mark.spec("C24")
def test_another_players_destination_is_refused(house: House) -> None:
    other = make_player(house.brand, "other", house.now)

    with pytest.raises(DestinationNotOwned):
        ask(house, instrument_id=make_instrument(other, house.now).id)


@pytest.mark.spec("C24")
def test_a_blocked_destination_is_refused(house: House) -> None:
    blocked = make_instrument(house.player, house.now, token="tok_blocked", state=Instrument.State.BLOCKED)

    with pytest.raises(DestinationNotUsable):
        ask(house, instrument_id=blocked.id)


@pytest.mark.spec("P5")
def test_a_currency_that_no_account_pays_is_refused(house: House) -> None:
    book(house, [("outside", house.entity.public_id, 1_000), ("playable", house.player.public_id, -1_000)])

    with pytest.raises(NoRouteForPayout):
        ask(house, 100, currency="SEK")


def test_the_players_fee_is_inside_the_amount(house: House) -> None:
    set_policy(house, fee=200)

    payout = ask(house, fee_model="player_taken_off")

    assert (payout.amount_minor, payout.player_fee_minor) == (20_000, 200)


def test_an_amount_that_does_not_cover_the_fee_is_refused(house: House) -> None:
    set_policy(house, fee=200)

    with pytest.raises(PayoutRefused):
        ask(house, 200, fee_model="player_taken_off")
