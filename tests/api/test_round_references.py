"""References and amounts of game rounds as game servers send them (G2, A3, A6)."""

from typing import Any

import pytest

from tests.api.calling import Api
from tests.house import House, kinds, wallet


def debit(house: House, round_id: str = "r1") -> dict[str, Any]:
    return {"player_id": house.player.public_id, "round_id": round_id, "amount": "10.00", "currency": "EUR"}


def win(house: House, amount: Any, ref: str = "w1") -> dict[str, Any]:
    return {"player_id": house.player.public_id, "round_id": "r1", "win_amount": amount, "txn_ref": ref}


def back(house: House, ref: str) -> dict[str, Any]:
    return {"player_id": house.player.public_id, "round_id": "r1", "txn_ref": ref}


@pytest.mark.spec("G2")
@pytest.mark.parametrize("ref", ["txn_1", "txn_0000000000000000000000000!"])
def test_a_rollback_ahead_of_a_stake_whose_reference_looks_like_our_ids_refuses_it(house: House, api: Api, ref: str) -> None:
    ahead = api.post("games/rounds/rollback", back(house, ref))
    late = api.post("games/rounds/debit", debit(house), key=ref)

    assert (ahead.status_code, ahead.json()["txn_id"]) == (200, None)
    assert (late.status_code, late.json()["error"]) == (422, "ROLLED_BACK")
    assert (kinds(), wallet(house.player)) == ([], (50_000, 0, 0))


@pytest.mark.spec("G2")
def test_a_stake_is_rolled_back_by_the_id_that_answered_it(house: House, api: Api) -> None:
    staked = api.post("games/rounds/debit", debit(house), key="d1").json()

    assert api.post("games/rounds/rollback", back(house, staked["txn_id"])).status_code == 200
    assert (kinds(), wallet(house.player)) == (["ROUND_DEBITED", "ROUND_ROLLED_BACK"], (50_000, 0, 0))


@pytest.mark.spec("G2", "A3", "A5")
@pytest.mark.parametrize("key", ["k" * 129, "k" * 200, "two words"])
def test_a_key_that_can_be_no_stake_s_reference_is_a_400(house: House, api: Api, key: str) -> None:
    """The key is what a rollback will name: at most 128 signs, without spaces."""
    answer = api.post("games/rounds/debit", debit(house), key=key)

    assert (answer.status_code, answer.json()["details"]["field"]) == (400, "X-Idempotency-Key")
    assert kinds() == []


@pytest.mark.spec("A6", "G2")
@pytest.mark.parametrize(("amount", "status"), [("", 400), (".", 400), ("0.000", 400), ("-0", 400), (None, 400), (False, 400),
                                                ("0", 200), ("0.00", 200), (0, 200), (0.0, 200)])  # fmt: skip
def test_a_round_without_win_says_zero_as_an_amount_of_its_currency(house: House, api: Api, amount: Any, status: int) -> None:
    api.post("games/rounds/debit", debit(house), key="d1")

    assert api.post("games/rounds/credit", win(house, amount)).status_code == status
    assert kinds() == ["ROUND_DEBITED"]
