"""Game rounds against the books (G2, POSTINGS.md 3.8)."""

from typing import Any

import pytest
from django.db import transaction

from cashier.bonuses.shares import Share
from cashier.games.operations import Moved, RoundCall, credit_round, debit_round, end_round, rollback_round
from cashier.games.refusals import (
    DebitRolledBack,
    PlayerMayNotPlay,
    RoundConflict,
    RoundCredited,
    RoundEnded,
    RoundUnknown,
    RoundWithoutStake,
    StakeAboveLimit,
)
from cashier.games.splits import Split, split_stake, split_win
from cashier.models import GameRound, Player, RoundMove
from ledger.canonical import canonical_json, sha256_hex
from ledger.errors import InsufficientFunds
from ledger.ids import new_id
from ledger.operations import Posting, post
from ledger.transitions import move
from tests.cashier.bonuses.acting import grant
from tests.house import CLIENT, TESTER, House, give, kinds, lines, make_player, wallet


def call(house: House, amount_minor: int = 1_000, ref: str = "d1", **changes: Any) -> RoundCall:
    facts = {
        "player": house.player, "round_id": "r1", "currency": "EUR", "amount_minor": amount_minor, "txn_ref": ref, "client_id": CLIENT.id,
        **changes,
    }  # fmt: skip
    return RoundCall(**facts)


def by(house: House) -> dict[str, Any]:
    return {"actor": CLIENT, "now": house.now}


def debit(house: House, amount_minor: int = 1_000, ref: str = "d1", **changes: Any) -> Moved:
    return debit_round(call(house, amount_minor, ref, **changes), **by(house))


def credit(house: House, amount_minor: int = 1_500, ref: str = "c1", **changes: Any) -> Moved:
    return credit_round(call(house, amount_minor, ref, **changes), **by(house))


def rollback(house: House, ref: str = "d1", **changes: Any) -> Moved:
    return rollback_round(call(house, 0, ref, **changes), **by(house))


@pytest.mark.spec("G2")
def test_a_stake_and_a_win(house: House) -> None:
    staked, won = debit(house), credit(house)

    assert lines("round.debited:") == [("playable", 1_000), ("gaming", -1_000)]
    assert lines("round.credited:") == [("gaming", 1_500), ("playable", -1_500)]
    assert (staked.playable_minor, won.playable_minor) == (49_000, 50_500)
    assert wallet(house.player) == (50_500, 0, 0)


@pytest.mark.spec("G2")
def test_story_24_cash_first_then_bonus_and_the_exact_mirror_back(house: House) -> None:
    poor = make_player(house.brand, "poor", house.now)
    give(house, 500, player=poor)
    grant(house, player=poor)

    staked = debit(house, 800, player=poor)
    back = rollback(house, player=poor)

    assert lines("round.debited:") == [("playable", 500), ("bonus", 300), ("gaming", -800)]
    assert lines("round.rolled_back:") == [("gaming", 800), ("playable", -500), ("bonus", -300)]
    assert (staked.playable_minor, staked.bonus_minor) == (0, 1_700)
    assert (back.playable_minor, back.bonus_minor) == (500, 2_000)


@pytest.mark.spec("G2")
def test_a_win_goes_where_the_stake_came_from_and_the_odd_unit_to_cash() -> None:
    one, two = new_id(), new_id()

    assert split_win(1_001, stake=Split(500, (Share(one, 500),))) == Split(501, (Share(one, 500),))
    assert split_win(6_000, stake=Split(0, (Share(one, 1_000),))) == Split(0, (Share(one, 6_000),))
    assert split_win(100, stake=Split(0, (Share(one, 1), Share(two, 2)))) == Split(1, (Share(one, 33), Share(two, 66)))


@pytest.mark.spec("G2", "G4")
def test_a_stake_is_cash_first_then_the_oldest_bonus_or_bonus_first_by_the_brand() -> None:
    one, two = new_id(), new_id()
    offered = [Share(one, 100), Share(two, 400)]

    assert split_stake(800, playable_minor=500, offered=offered) == Split(500, (Share(one, 100), Share(two, 200)))
    assert split_stake(800, playable_minor=500, offered=offered[:1]) == Split(700, (Share(one, 100),))
    assert split_stake(300, playable_minor=500, offered=offered, bonus_first=True) == Split(0, (Share(one, 100), Share(two, 200)))


@pytest.mark.spec("L3", "G2")
def test_the_same_reference_is_the_same_move(house: House) -> None:
    first, again = debit(house), debit(house)
    credit(house)
    credit(house)
    rollback_ref = debit(house, 100, "d2").move
    rollback(house, "d3")
    rollback(house, "d3")

    assert first.move.id == again.move.id
    assert kinds() == ["ROUND_DEBITED", "ROUND_CREDITED", "ROUND_DEBITED"]
    assert rollback_ref.txn_ref == "d2"


@pytest.mark.spec("G2")
def test_a_reference_with_other_content_is_a_conflict(house: House) -> None:
    debit(house)

    with pytest.raises(RoundConflict):
        debit(house, 999)
    with pytest.raises(RoundConflict):
        debit(house, round_id="r2")

    assert kinds() == ["ROUND_DEBITED"]


@pytest.mark.spec("G2")
def test_a_rollback_before_its_debit_refuses_the_debit(house: House) -> None:
    ahead = rollback(house)

    assert ahead.move.kind == "REFUSAL"
    with pytest.raises(DebitRolledBack):
        debit(house)
    assert kinds() == []
    assert wallet(house.player) == (50_000, 0, 0)


def give_dollars(house: House, amount_minor: int) -> None:
    parts = [("outside", house.entity.public_id, amount_minor), ("playable", house.player.public_id, -amount_minor)]
    rows = [{"kind": kind, "holder": who, "asset": "USD", "amount_minor": minor, "ref": "", "label": ""} for kind, who, minor in parts]
    with transaction.atomic():
        post(Posting("OPENING_BALANCE@1", "opening:usd", house.entity.id, {"lines": rows}, house.now), actor=TESTER, now=house.now)


@pytest.mark.spec("G2")
def test_a_rollback_ahead_that_named_no_currency_keeps_no_round_from_its_own(house: House) -> None:
    """The caller left it out and the player's own was taken; the stake that came late is refused, the next one of the round is taken."""
    rollback(house, currency=house.player.currency)
    give_dollars(house, 5_000)

    with pytest.raises(DebitRolledBack):
        debit(house, currency="USD")
    debit(house, ref="d2", currency="USD")

    assert (GameRound.objects.get().currency, kinds()) == ("USD", ["ROUND_DEBITED"])
    with pytest.raises(RoundConflict):  # from its first stake on it is in that currency
        debit(house, ref="d3")
    assert wallet(house.player) == (50_000, 0, 0)


@pytest.mark.spec("G2")
def test_a_rollback_by_transaction_id(house: House) -> None:
    staked = debit(house)
    from ledger.ids import to_public

    assert staked.move.transaction_id is not None
    rollback(house, to_public("txn_", staked.move.transaction_id))

    assert wallet(house.player) == (50_000, 0, 0)


@pytest.mark.spec("G2")
def test_a_stake_that_was_won_on_is_not_rolled_back(house: House) -> None:
    debit(house)
    credit(house)

    with pytest.raises(RoundCredited):
        rollback(house)


@pytest.mark.spec("L6", "G2")
def test_more_than_the_wallet_holds_is_refused_and_leaves_nothing(house: House) -> None:
    with pytest.raises(InsufficientFunds):
        debit(house, 50_001)

    assert GameRound.objects.count() == 0
    assert RoundMove.objects.count() == 0


@pytest.mark.spec("G2")
@pytest.mark.parametrize("transition", ["self_exclude", "block", "close"])
def test_only_an_active_player_stakes_but_wins_are_paid(house: House, transition: str) -> None:
    debit(house)
    player = Player.objects.select_related("brand__entity").get(pk=house.player.pk)
    move(player, transition, actor=TESTER, now=house.now)

    with pytest.raises(PlayerMayNotPlay):
        debit(house, 100, "d2", player=player)
    credit(house, player=player)

    assert wallet(player) == (50_500, 0, 0)


@pytest.mark.spec("K5", "G2")
def test_stake_and_loss_limits_hold(house: House) -> None:
    house.player.limits = {"stake": {"EUR": {"max_minor": 1_000}}, "loss": {"EUR": {"day_minor": 1_500}}}
    house.player.save()
    with pytest.raises(StakeAboveLimit) as refusal:
        debit(house, 1_001)
    assert refusal.value.details == {"limit": "stake", "max_minor": 1_000}

    debit(house, 1_000)
    with pytest.raises(StakeAboveLimit):
        debit(house, 501, "d2")
    credit(house, 200)
    debit(house, 700, "d3")

    assert wallet(house.player) == (48_500, 0, 0)


@pytest.mark.spec("G2")
def test_a_win_needs_a_round_with_a_stake(house: House) -> None:
    with pytest.raises(RoundUnknown):
        credit(house)
    debit(house)
    rollback(house)

    with pytest.raises(RoundWithoutStake):
        credit(house)


@pytest.mark.spec("G2")
def test_a_round_without_win_posts_nothing_and_an_ended_one_takes_nothing(house: House) -> None:
    debit(house)
    nothing = credit(house, 0)
    ended = end_round(player=house.player, round_id="r1", client_id=CLIENT.id, **by(house))
    end_round(player=house.player, round_id="r1", client_id=CLIENT.id, **by(house))

    assert nothing.move.transaction_id is None
    assert (ended.state, ended.ended_at) == ("ENDED", house.now)
    with pytest.raises(RoundEnded):
        debit(house, 100, "d2")
    with pytest.raises(RoundEnded):
        credit(house, 100, "c2")
    assert kinds() == ["ROUND_DEBITED"]


@pytest.mark.spec("G2")
def test_the_inputs_are_stored_with_their_hash(house: House) -> None:
    debit(house, meta={"game": "roulette", "numbers": [7, 11]})
    credit(house)

    stored = GameRound.objects.get()
    assert [(entry["kind"], entry["amount_minor"]) for entry in stored.meta["inputs"]] == [("DEBIT", 1_000), ("CREDIT", 1_500)]
    assert stored.meta["inputs"][0]["meta"] == {"game": "roulette", "numbers": [7, 11]}
    assert stored.inputs_sha256 == sha256_hex(canonical_json(stored.meta["inputs"]))


@pytest.mark.spec("G2")
def test_another_players_round_is_a_conflict(house: House) -> None:
    debit(house)
    other = make_player(house.brand, "other", house.now)
    give(house, 1_000, player=other)

    with pytest.raises(RoundConflict):
        debit(house, 100, "d2", player=other)
