"""POST /v1/bonuses/grant, GET …/{id}/wager, …/convert, …/forfeit, and bonuses at the debit of a round (G4, A2, A3, A5)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cashier.models import Bonus, Player
from ledger.models import ApprovalRequest, ApprovalThreshold
from ledger.operations import decide
from tests.api.calling import Api
from tests.house import House, kinds, make_client, make_house, make_person

SCOPES = "bonuses:read bonuses:write games:write wallet:read"


@pytest.fixture
def api(house: House) -> Api:
    make_client(house.brand, scopes=SCOPES)
    return Api(SCOPES)


def terms(house: House, **facts: Any) -> dict[str, Any]:
    return {"player_id": house.player.public_id, "type": "amount", "amount": "20.00", "currency": "EUR", "wager": 30, **facts}


def stake(house: House, amount: str, **facts: Any) -> dict[str, Any]:
    return {"player_id": house.player.public_id, "round_id": "r1", "amount": amount, "currency": "EUR", **facts}


@pytest.mark.spec("G4")
def test_grant_play_and_read_what_remains(house: House, api: Api) -> None:
    granted = api.post(
        "bonuses/grant",
        terms(
            house, term_days=14, max_bet=500, contribution={"slots": 100, "roulette": 10}, prohibited_games=["poker"], max_conversion="500"
        ),
    )
    assert granted.status_code == 201, granted.content
    body = granted.json()
    assert (body["status"], body["amount"], body["balance"], body["converted"]) == ("ACTIVE", "20.00", "20.00", "0.00")

    answer = api.post("games/rounds/debit", stake(house, "50.00", meta={"game": "roulette"}))
    assert (answer.status_code, answer.json()["balance"]) == (200, "470.00")

    wager = api.get(f"bonuses/{body['bonus_id']}/wager").json()
    assert (wager["required"], wager["wagered"], wager["remaining"]) == ("600.00", "5.00", "595.00")
    assert wager["contribution"] == {"*": 100, "slots": 100, "roulette": 10}
    assert (wager["max_bet"], wager["max_conversion"], wager["prohibited_games"]) == ("500.00", "500.00", ["poker"])
    assert wager["freespins"] is None
    assert api.get(f"bonuses/{body['bonus_id']}").json() == body


@pytest.mark.spec("G4", "A5")
@pytest.mark.parametrize(
    ("facts", "game", "code"),
    [
        ({"max_bet": "500.00"}, "slots", "BONUS_MAX_BET"),
        ({"prohibited_games": ["poker"]}, "poker", "BONUS_GAME_PROHIBITED"),
        ({"prohibited_games": ["poker"]}, "", "BONUS_GAME_REQUIRED"),
    ],
)
def test_limits_at_the_debit_are_422_with_their_code(house: House, api: Api, facts: dict[str, Any], game: str, code: str) -> None:
    api.post("bonuses/grant", terms(house, **facts))

    answer = api.post("games/rounds/debit", stake(house, "510.00", meta={"game": game}))

    assert (answer.status_code, answer.json()["error"]) == (422, code)
    assert kinds() == ["BONUS_GRANTED"]


@pytest.mark.spec("G4")
def test_free_spins_by_the_debit_of_a_round(house: House, api: Api) -> None:
    spins = {"count": 1, "game": "book", "value": "0.50"}
    body = terms(house, type="freespins", freespins=spins, wager=0)
    del body["amount"]
    bonus_id = api.post("bonuses/grant", body).json()["bonus_id"]
    assert api.get(f"bonuses/{bonus_id}/wager").json()["freespins"] == {"count": 1, "left": 1, "value": "0.50", "game": "book"}

    spun = api.post("games/rounds/debit", stake(house, "0.50", meta={"game": "book"}, bonus_id=bonus_id))
    none_left = api.post("games/rounds/debit", stake(house, "0.50", round_id="r2", meta={"game": "book"}, bonus_id=bonus_id))
    win = {"player_id": house.player.public_id, "round_id": "r1", "win_amount": "7.00", "txn_ref": "w1"}
    won = api.post("games/rounds/credit", win)

    assert (spun.status_code, spun.json()["txn_id"], spun.json()["balance"]) == (200, None, "500.00")
    assert (none_left.status_code, none_left.json()["error"]) == (422, "FREE_SPIN_NONE_LEFT")
    assert (won.json()["playable"], won.json()["bonus"]) == ("507.00", "0.00")
    assert api.get(f"bonuses/{bonus_id}").json()["status"] == "CONVERTED"


@pytest.mark.spec("G4", "A3")
def test_one_key_grants_once(house: House, api: Api) -> None:
    first = api.post("bonuses/grant", terms(house), key="promo-1")
    again = api.post("bonuses/grant", terms(house), key="promo-1")
    other = api.post("bonuses/grant", terms(house, amount="21.00"), key="promo-1")

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert again.json() == first.json()
    assert (Bonus.objects.count(), kinds()) == (1, ["BONUS_GRANTED"])


@pytest.mark.spec("G4", "A5")
@pytest.mark.parametrize(
    "facts",
    [
        {"amount": "20.001"},
        {"amount": "0"},
        {"amount": None},
        {"type": "gift"},
        {"currency": "XXX"},
        {"term_days": 0},
        {"contribution": {"slots": 101}},
        {"type": "freespins"},
        {"type": "cashback"},
        {"deposit_id": "po_00000000000000000000000000"},
        {"freespins": {"count": 0, "value": "1"}},
    ],
)
def test_wrong_terms_are_400_and_grant_nothing(house: House, api: Api, facts: dict[str, Any]) -> None:
    answer = api.post("bonuses/grant", terms(house, **facts))

    assert (answer.status_code, answer.json()["error"]) == (400, "VALIDATION_ERROR"), answer.content
    assert (Bonus.objects.count(), kinds()) == (0, [])


@pytest.mark.spec("G4", "A5")
def test_convert_and_forfeit_by_the_operator(house: House, api: Api) -> None:
    bonus_id = api.post("bonuses/grant", terms(house)).json()["bonus_id"]

    early = api.post(f"bonuses/{bonus_id}/convert", {})
    assert (early.status_code, early.json()["error"]) == (422, "BONUS_NOT_WAGERED")
    given_up = api.post(f"bonuses/{bonus_id}/forfeit", {"reason": "asked by the player"})
    assert (given_up.status_code, given_up.json()["status"]) == (200, "FORFEITED")
    again = api.post(f"bonuses/{bonus_id}/forfeit", {})
    assert (again.status_code, again.json()["error"]) == (409, "BONUS_ENDED")
    assert kinds() == ["BONUS_GRANTED", "BONUS_FORFEITED"]


@pytest.mark.spec("G4", "A2")
def test_bonuses_of_other_brands_do_not_exist(house: House, api: Api) -> None:
    bonus_id = api.post("bonuses/grant", terms(house)).json()["bonus_id"]
    other = make_house(house.now, code="other", entity=house.entity)
    make_client(other.brand, client_id="other-backend", scopes=SCOPES)
    stranger = Api(SCOPES, "other-backend")

    answers = [stranger.get(f"bonuses/{bonus_id}"), stranger.get(f"bonuses/{bonus_id}/wager")]
    answers += [stranger.post(f"bonuses/{bonus_id}/{act}", {}) for act in ("convert", "forfeit")]
    answers.append(api.get("bonuses/nonsense"))

    assert [(answer.status_code, answer.json()["error"]) for answer in answers] == [(404, "BONUS_UNKNOWN")] * 5
    assert stranger.post("bonuses/grant", terms(house)).status_code == 404
    assert Bonus.objects.get().state == "ACTIVE"


@pytest.mark.spec("G4", "K5")
def test_a_player_who_excludes_himself_gets_none(house: House, api: Api) -> None:
    from ledger.transitions import move
    from tests.house import TESTER

    move(Player.objects.get(pk=house.player.pk), "self_exclude", actor=TESTER, now=house.now)

    answer = api.post("bonuses/grant", terms(house))

    assert (answer.status_code, answer.json()["error"]) == (422, "PLAYER_NOT_ACTIVE")


def one_above(minor: int, *, brand: str = "") -> None:
    ApprovalThreshold.objects.create(
        kind="bonus.grant",
        brand=brand,
        currency="EUR",
        one_above_minor=minor,
        two_above_minor=None,
        updated_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.mark.spec("G4", "S1")
def test_above_the_threshold_a_grant_waits_for_people_and_is_granted_once(house: House, api: Api) -> None:
    """A client may make, never approve."""
    one_above(2_000, brand="lucky")
    within = api.post("bonuses/grant", terms(house, amount="20.00"))
    asked = api.post("bonuses/grant", terms(house, amount="0.01"), key="second")
    again = api.post("bonuses/grant", terms(house, amount="0.01"), key="second")

    request = ApprovalRequest.objects.get()
    assert (within.status_code, asked.status_code, again.status_code) == (201, 202, 200)
    assert asked.json() == again.json() == {"approval_id": request.public_id, "status": "PENDING"}
    assert (request.maker_kind, request.player_ref, request.brand) == ("client", house.player.public_id, "lucky")
    assert kinds() == ["BONUS_GRANTED"]

    ben = make_person("ben", "approve_bonus")
    decide(request_id=request.pk, approve=True, checker=ben, reason="", now=house.now)
    assert (kinds(), Bonus.objects.latest("pk").face_minor) == (["BONUS_GRANTED", "BONUS_GRANTED"], 1)


@pytest.mark.spec("G4", "S1")
@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"amount": "20.01", "wager": 0}, 202),
        ({"type": "cashback", "amount": "20.01", "wager": 0}, 202),
        ({"type": "freespins", "amount": None, "freespins": {"count": 201, "value": "0.10"}}, 202),
        ({"type": "freespins", "amount": None, "freespins": {"count": 200, "value": "0.10"}}, 201),
    ],
)
def test_cash_and_spins_count_by_what_they_promise(house: House, api: Api, facts: dict[str, Any], status: int) -> None:
    one_above(2_000)
    body = {name: value for name, value in terms(house, **facts).items() if value is not None}

    assert api.post("bonuses/grant", body).status_code == status
    assert kinds() == []


@pytest.mark.spec("S1")
def test_without_a_threshold_a_client_grants_by_itself(house: House, api: Api) -> None:
    one_above(1, brand="other")

    assert api.post("bonuses/grant", terms(house, amount="5000.00")).status_code == 201
