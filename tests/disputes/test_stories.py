"""The stories of POSTINGS.md section 6 that disputes reach, line for line (9 to 15), and what each leaves."""

import pytest

from cashier.models import Capture
from disputes.operations import auto_refund_dispute, close_inquiry, credit_dispute, debit_dispute, open_dispute, open_inquiry, win_dispute
from disputes.queries import in_clearing
from tests.disputes.telling import by, ending, notice
from tests.house import House, book, kinds, lines, make_capture, make_house, wallet


@pytest.fixture
def funded(db: None, now: object) -> House:
    """A player with 100.00 from a settled deposit of 100.00."""
    return make_house(now, playable_minor=10_000)  # type: ignore[arg-type]


@pytest.fixture
def capture(funded: House) -> Capture:
    return make_capture(funded, amount_minor=10_000)


def play_away(house: House, amount_minor: int) -> None:
    book(house, [("playable", house.player.public_id, amount_minor), ("gaming", house.entity.public_id, -amount_minor)])


@pytest.mark.spec("X5")
def test_story_9_wallet_full_won_for_good(funded: House, capture: Capture) -> None:
    dispute = open_dispute(notice(funded, capture), **by(funded))
    debit_dispute(notice(funded, capture), **by(funded))
    assert wallet(funded.player) == (0, 0, 0)
    credit_dispute(notice(funded, capture), **by(funded))
    assert wallet(funded.player) == (0, 0, 0)

    win_dispute(**ending(funded, dispute, told_by="webhook"))

    assert lines("chargeback.opened:") == [("playable", 10_000), ("chargeback_clearing", -10_000)]
    assert lines("chargeback.debited:") == [("chargeback_clearing", 10_000), ("clearing", -10_000)]
    assert lines("chargeback.credited:") == [("clearing", 10_000), ("chargeback_clearing", -10_000)]
    assert lines("dispute.won:") == [("chargeback_clearing", 10_000), ("playable", -10_000)]
    assert wallet(funded.player) == (10_000, 0, 0)
    assert in_clearing(dispute) == 0


@pytest.mark.spec("X5")
def test_story_10_wallet_half_full(funded: House, capture: Capture) -> None:
    play_away(funded, 6_000)

    open_dispute(notice(funded, capture), **by(funded))
    debit_dispute(notice(funded, capture), **by(funded))

    assert lines("chargeback.opened:") == [("playable", 4_000), ("receivable", 6_000), ("chargeback_clearing", -10_000)]
    assert wallet(funded.player) == (0, 0, 6_000)


@pytest.mark.spec("X5")
def test_story_11_written_off_too_early_then_won(funded: House, capture: Capture) -> None:
    play_away(funded, 10_000)
    dispute = open_dispute(notice(funded, capture), **by(funded))
    debit_dispute(notice(funded, capture), **by(funded))
    written_off = [("chargeback_loss", funded.entity.public_id, 7_000), ("receivable", funded.player.public_id, -7_000)]
    book(funded, written_off, ref=dispute.public_id)
    credit_dispute(notice(funded, capture), **by(funded))

    win_dispute(**ending(funded, dispute, told_by="webhook"))

    assert lines("dispute.won:") == [("chargeback_clearing", 10_000), ("receivable", -3_000), ("chargeback_loss", -7_000)]
    assert wallet(funded.player) == (0, 0, 0)


@pytest.mark.spec("X5")
def test_story_12_after_a_provisional_credit_the_wallet_is_touched_once(funded: House, capture: Capture) -> None:
    open_dispute(notice(funded, capture), **by(funded))
    debit_dispute(notice(funded, capture), **by(funded))
    credit_dispute(notice(funded, capture), **by(funded))

    dispute = debit_dispute(notice(funded, capture, movement=2), **by(funded))

    assert kinds() == ["CHARGEBACK_OPENED", "CHARGEBACK_DEBITED", "CHARGEBACK_CREDITED", "CHARGEBACK_DEBITED"]
    assert dispute.state == "PRE_ARBITRATION"
    assert wallet(funded.player) == (0, 0, 0)


@pytest.mark.spec("X5")
def test_story_13_won_then_lost_in_pre_arbitration(funded: House, capture: Capture) -> None:
    dispute = open_dispute(notice(funded, capture), **by(funded))
    debit_dispute(notice(funded, capture), **by(funded))
    credit_dispute(notice(funded, capture), **by(funded))
    win_dispute(**ending(funded, dispute, told_by="webhook"))
    play_away(funded, 8_000)

    debit_dispute(notice(funded, capture, movement=2), **by(funded))

    assert lines(f"chargeback.opened:{dispute.public_id}:2") == [
        ("playable", 2_000),
        ("receivable", 8_000),
        ("chargeback_clearing", -10_000),
    ]
    assert lines(f"chargeback.debited:{dispute.public_id}:2") == [("chargeback_clearing", 10_000), ("clearing", -10_000)]
    dispute.refresh_from_db()
    assert (dispute.state, dispute.closed_at) == ("PRE_ARBITRATION", None)
    assert wallet(funded.player) == (0, 0, 8_000)


@pytest.mark.spec("X5", "C6")
def test_story_14_refunded_in_part_then_charged_back_whole(funded: House, cases: list[dict[str, object]]) -> None:
    capture = make_capture(funded, amount_minor=10_000, refunded_minor=3_000)
    book(funded, [("playable", funded.player.public_id, 3_000), ("clearing", funded.account.public_id, -3_000)])

    open_dispute(notice(funded, capture), **by(funded))

    assert lines("chargeback.opened:") == [("playable", 7_000), ("receivable", 3_000), ("chargeback_clearing", -10_000)]
    assert [(case["code"], case["amount_minor"]) for case in cases] == [("REFUND_AND_CHARGEBACK_BOTH_PAID", 3_000)]


@pytest.mark.spec("X5")
def test_a_chargeback_above_the_capture_of_which_nothing_was_refunded(funded: House, cases: list[dict[str, object]]) -> None:
    capture = make_capture(funded, amount_minor=10_000)

    open_dispute(notice(funded, capture, 10_400), **by(funded))

    assert lines("chargeback.opened:") == [("playable", 10_000), ("receivable", 400), ("chargeback_clearing", -10_400)]
    assert [(case["code"], case["amount_minor"]) for case in cases] == [("CHARGEBACK_AMOUNT_DIFFERS", 400)]


@pytest.mark.spec("X5")
def test_story_15_the_players_fee_is_inside(db: None, now: object) -> None:
    house = make_house(now, playable_minor=5_000)  # type: ignore[arg-type]
    capture = make_capture(house, amount_minor=5_100, fee_minor=100)

    open_dispute(notice(house, capture), **by(house))

    assert lines("chargeback.opened:") == [("playable", 5_000), ("fee_income", 100), ("chargeback_clearing", -5_100)]
    assert wallet(house.player) == (0, 0, 0)


@pytest.mark.spec("X5")
def test_an_inquiry_holds_what_is_there_and_lets_go_without_a_chargeback(funded: House, capture: Capture) -> None:
    play_away(funded, 4_000)
    dispute = open_inquiry(notice(funded, capture), **by(funded))
    assert (dispute.state, wallet(funded.player)) == ("INQUIRY", (0, 6_000, 0))

    close_inquiry(**ending(funded, dispute, told_by="webhook"))

    assert wallet(funded.player) == (6_000, 0, 0)
    assert kinds() == ["DISPUTE_INQUIRY_HELD", "DISPUTE_INQUIRY_RELEASED"]


@pytest.mark.spec("X5")
def test_a_chargeback_takes_its_own_hold_first_and_returns_what_it_does_not_need(funded: House, capture: Capture) -> None:
    open_inquiry(notice(funded, capture), **by(funded))

    dispute = open_dispute(notice(funded, capture, 6_000), **by(funded))

    assert lines("chargeback.opened:") == [("locked", 6_000), ("chargeback_clearing", -6_000)]
    assert wallet(funded.player) == (4_000, 0, 0)
    dispute.refresh_from_db()
    assert (dispute.state, dispute.held_minor, dispute.disputed_minor) == ("NOTIFIED", 0, 6_000)


@pytest.mark.spec("X7", "X5")
def test_an_auto_refund_is_no_chargeback(funded: House, capture: Capture) -> None:
    dispute = open_inquiry(notice(funded, capture), **by(funded))

    auto_refund_dispute(**ending(funded, dispute, told_by="webhook"))

    assert lines("dispute.auto_refunded:") == [("locked", 10_000), ("clearing", -10_000)]
    dispute.refresh_from_db()
    assert dispute.state == "AUTO_REFUNDED"
    assert wallet(funded.player) == (0, 0, 0)
