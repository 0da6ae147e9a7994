"""What the API's resources answer: players, wallets, statements, payouts, rounds (G1, G2, G3, K5, A4)."""

import pytest

from cashier.models import PlayerIdentity
from tests.api.calling import SCOPES, Api, payout
from tests.cashier.payouts.test_request_payout import ask
from tests.house import House, give, make_client, make_house, make_player, wallet


@pytest.mark.spec("G1")
def test_a_player_is_made_read_and_changed(house: House, api: Api) -> None:
    made = api.post("players", {"external_id": "p-9", "brand_id": "lucky", "country": "MT", "kyc_level": 1, "currency": "EUR"})
    assert made.status_code == 201
    player_id = made.json()["player_id"]
    assert (player_id[:3], made.json()["status"], made.json()["kyc_status"]) == ("pl_", "ACTIVE", "approved")

    changed = api.patch("players/p-9", {"status": "SELF_EXCLUDED", "limits": {"deposit": {"EUR": {"day": "50.00"}}}})

    assert changed.status_code == 200
    assert api.get(f"players/{player_id}").json() == api.get("players/p-9").json() == changed.json()
    assert changed.json()["limits"] == {"deposit": {"EUR": {"day": "50.00"}}}
    assert changed.json()["status"] == "SELF_EXCLUDED"


@pytest.mark.spec("G1")
def test_an_external_id_is_once_per_brand(house: House, api: Api) -> None:
    assert api.post("players", {"external_id": "lucky-1", "brand_id": "lucky", "country": "MT"}).status_code == 409
    other = make_house(house.now, code="other", entity=house.entity)
    make_client(house.brand, other.brand, client_id="both", scopes=SCOPES)
    assert Api(SCOPES, "both").post("players", {"external_id": "lucky-1", "brand_id": "other", "country": "MT"}).status_code == 201


@pytest.mark.spec("G1", "A2")
def test_a_brand_of_others_does_not_exist(house: House, api: Api) -> None:
    make_house(house.now, code="other", entity=house.entity)

    answer = api.post("players", {"external_id": "p-9", "brand_id": "other", "country": "MT"})

    assert (answer.status_code, answer.json()["details"]["field"]) == (400, "brand_id")


@pytest.mark.spec("K5")
def test_a_limit_is_lowered_at_once_and_not_raised(house: House, api: Api) -> None:
    api.patch("players/lucky-1", {"limits": {"deposit": {"EUR": {"day": "50.00"}}}})

    raised = api.patch("players/lucky-1", {"limits": {"deposit": {"EUR": {"day": "50.01"}}}})

    assert (raised.status_code, raised.json()["error"]) == (422, "LIMIT_INCREASE_NOT_ALLOWED")
    assert api.patch("players/lucky-1", {"limits": {"deposit": {"EUR": {"day": "49.99"}}}}).status_code == 200


@pytest.mark.spec("G1", "S6")
def test_personal_data_is_sealed_and_never_answered(house: House, api: Api) -> None:
    person = {"first_name": "Ada", "last_name": "Borg", "email": "ada@example.com", "date_of_birth": "1990-01-02"}

    answer = api.post("players", {"external_id": "p-9", "brand_id": "lucky", "country": "MT", "identity": person})

    row = PlayerIdentity.objects.get()
    assert "Ada" not in answer.content.decode()
    assert b"Ada" not in bytes(row.ciphertext)
    assert b"ada@example.com" not in bytes(row.ciphertext)
    assert len(row.email_hash) == 64
    from cashier.operations.players import read_identity

    assert read_identity(row.player) == person


@pytest.mark.spec("G3")
def test_a_wallet_its_statement_and_a_transaction(house: House, api: Api) -> None:
    made = ask(house, 20_000)

    assert api.get("wallets/lucky-1").json() == {
        "player_id": house.player.public_id,
        "wallets": [{"currency": "EUR", "playable": "300.00", "pending": "0.00", "locked": "200.00", "bonus": "0.00"}],
    }
    page = api.get("wallets/lucky-1/statement").json()
    assert [(line["type"], line["account"], line["amount"]) for line in page["results"]] == [
        ("PAYOUT_REQUESTED", "locked", "200.00"),
        ("PAYOUT_REQUESTED", "playable", "-200.00"),
        ("OPENING_BALANCE", "playable", "500.00"),
    ]
    posted = api.get(f"transactions/{page['results'][0]['txn_id']}").json()
    assert (posted["type"], posted["intent_id"], posted["player_id"]) == ("PAYOUT_REQUESTED", made.public_id, house.player.public_id)
    assert posted["entries"] == [
        {"account": "playable", "side": "debit", "amount": "200.00", "currency": "EUR"},
        {"account": "locked", "side": "credit", "amount": "200.00", "currency": "EUR"},
    ]


@pytest.mark.spec("G3")
def test_a_statement_is_read_page_by_page_each_line_once(house: House, api: Api) -> None:
    poor = make_player(house.brand, "poor", house.now)
    for _ in range(7):
        give(house, 100, player=poor)
    seen: list[str] = []
    path = "/v1/wallets/poor/statement?limit=3"
    while path:
        page = api.http.get(path, **api.headers).json()
        seen += [line["txn_id"] for line in page["results"]]
        path = page["next"] or ""
        give(house, 5, player=poor)

    assert len(seen) == len(set(seen)) == 7


@pytest.mark.spec("A4", "P1")
def test_payouts_are_listed_filtered_shown_and_canceled(house: House, api: Api) -> None:
    house.brand.payout_policies.all().delete()
    made = api.post("cashier/payouts", payout(house, "20.00")).json()
    assert (made["status"], made["fee"]["amount"], made["psp_ref"]) == ("UNDER_REVIEW", "0.00", None)

    assert [row["payout_id"] for row in api.get("cashier/payouts?status=UNDER_REVIEW").json()["results"]] == [made["payout_id"]]
    assert api.get("cashier/payouts?status=SETTLED").json()["results"] == []
    assert api.get("cashier/payouts?player_id=nobody").json()["results"] == []
    canceled = api.post(f"cashier/payouts/{made['payout_id']}/cancel", {"reason": "changed his mind"})

    assert canceled.json()["status"] == "CANCELED"
    assert wallet(house.player) == (50_000, 0, 0)
    again = api.post(f"cashier/payouts/{made['payout_id']}/cancel", {})
    assert (again.status_code, again.json()["error"]) == (409, "NOT_CANCELABLE")


@pytest.mark.spec("A5", "P3")
def test_a_refusal_has_a_stable_code(house: House, api: Api) -> None:
    house.player.kyc_status = "pending"
    house.player.save()

    answer = api.post("cashier/payouts", payout(house, "20.00"))

    assert answer.status_code == 422
    assert (answer.json()["error"], answer.json()["details"]) == ("PAYOUT_REFUSED", {"gate": "kyc"})


@pytest.mark.spec("G2")
def test_a_round_over_the_api(house: House, api: Api) -> None:
    stake = {"player_id": "lucky-1", "round_id": "r 1".replace(" ", "-"), "amount": "10.00", "currency": "EUR", "meta": {"game": "dice"}}
    staked = api.post("games/rounds/debit", stake, key="d1")
    assert staked.status_code == 200
    assert (staked.json()["balance"], staked.json()["status"]) == ("490.00", "committed")
    assert staked.json()["txn_id"].startswith("txn_")
    won = api.post("games/rounds/credit", {"player_id": "lucky-1", "round_id": "r-1", "win_amount": "0.00", "txn_ref": "w1"}, key="")
    assert (won.json()["txn_id"], won.json()["balance"]) == (None, "490.00")
    assert api.post("games/rounds/r-1/end", {}).json()["status"] == "ENDED"

    shown = api.get("games/rounds/r-1").json()

    assert [(move["kind"], move["amount"]) for move in shown["moves"]] == [("DEBIT", "10.00"), ("CREDIT", "0.00")]
    assert len(shown["inputs_sha256"]) == 64
    refused = api.post("games/rounds/debit", {**stake, "round_id": "r-2", "amount": "490.01"})
    assert (refused.status_code, refused.json()["error"]) == (422, "INSUFFICIENT_FUNDS")
