"""Who may call what: anonymous, wrong scope, right scope, another brand's client (A2, S7)."""

from typing import Any

import pytest
from django.test import Client

from config.api.tokens import Claims
from disputes.operations import open_dispute
from tests.api.calling import Api
from tests.cashier.bonuses.acting import grant
from tests.cashier.games.test_rounds import debit
from tests.cashier.payouts.test_request_payout import ask
from tests.disputes.telling import by, notice
from tests.house import CLIENT, House, kinds, make_capture, make_client, make_house

ALL = "cashier payouts wallet games bonuses players disputes reconciliation"
SCOPES = " ".join(f"{area}:{act}" for area in ALL.split() for act in ("read", "write"))


@pytest.fixture
def paths(house: House) -> dict[str, str]:
    """Name -> path of everything that the house has to show."""
    payout = ask(house)
    dispute = open_dispute(notice(house, make_capture(house)), **by(house))
    staked = debit(house)
    bonus = grant(house)
    from ledger.ids import to_public

    assert staked.move.transaction_id is not None
    return {
        "players:read": f"players/{house.player.public_id}",
        "wallet:read": f"wallets/{house.player.public_id}",
        "wallet:read statement": f"wallets/{house.player.public_id}/statement",
        "wallet:read transaction": f"transactions/{to_public('txn_', staked.move.transaction_id)}",
        "payouts:read": f"cashier/payouts/{payout.public_id}",
        "games:read": "games/rounds/r1",
        "bonuses:read": f"bonuses/{bonus.public_id}",
        "bonuses:read wager": f"bonuses/{bonus.public_id}/wager",
        "disputes:read": f"disputes/{dispute.public_id}",
    }


WRITES = [
    ("players:write", "post", "players", {}),
    ("payouts:write", "post", "cashier/payouts", {}),
    ("games:write", "post", "games/rounds/debit", {}),
    ("games:write", "post", "games/rounds/credit", {}),
    ("games:write", "post", "games/rounds/rollback", {}),
    ("games:write", "post", "games/rounds/r1/end", {}),
    ("bonuses:write", "post", "bonuses/grant", {}),
    ("bonuses:write", "post", "bonuses/bn_0/convert", {}),
    ("bonuses:write", "post", "bonuses/bn_0/forfeit", {}),
]


@pytest.mark.spec("A2")
def test_reads_by_who_asks(house: House, paths: dict[str, str]) -> None:
    make_client(house.brand, scopes=SCOPES)
    other = make_house(house.now, code="other", entity=house.entity)
    make_client(other.brand, client_id="other-backend", scopes=SCOPES)

    for name, path in paths.items():
        scope = name.split()[0]
        wrong = " ".join(set(SCOPES.split()) - {scope})
        statuses = (
            Client().get(f"/v1/{path}").status_code,
            Api(wrong).get(path).status_code,
            Api(scope).get(path).status_code,
            Api(SCOPES, "other-backend").get(path).status_code,
        )
        assert statuses == (401, 403, 200, 404), name


@pytest.mark.spec("A2")
def test_lists_hold_nothing_of_other_brands(house: House, paths: dict[str, str]) -> None:
    make_client(house.brand, scopes=SCOPES)
    other = make_house(house.now, code="other", entity=house.entity)
    make_client(other.brand, client_id="other-backend", scopes=SCOPES)

    for path in ("cashier/payouts", "disputes"):
        assert len(Api(SCOPES).get(path).json()["results"]) == 1
        assert Api(SCOPES, "other-backend").get(path).json()["results"] == []


@pytest.mark.spec("A2", "S7")
@pytest.mark.parametrize(("scope", "method", "path", "body"), WRITES)
def test_writes_need_their_scope_before_anything_is_read(house: House, scope: str, method: str, path: str, body: dict[str, Any]) -> None:
    make_client(house.brand, scopes=SCOPES)
    wrong = " ".join(set(SCOPES.split()) - {scope})

    anonymous = Client().post(f"/v1/{path}", body, content_type="application/json")
    assert (anonymous.status_code, anonymous.json()["error"]) == (401, "UNAUTHENTICATED")
    assert anonymous["WWW-Authenticate"].startswith("Bearer")
    assert Api(wrong).post(path, body).status_code == 403
    assert Api(scope).post(path, body).status_code in (400, 404)
    assert kinds() == []


@pytest.mark.spec("S7")
def test_a_games_token_can_not_call_the_cashier(house: House) -> None:
    make_client(house.brand, scopes=SCOPES)

    for path in ("cashier/payouts", "cashier/intents"):
        assert Api("games:read games:write").get(path).status_code == 403


@pytest.mark.spec("A2")
def test_a_scope_that_the_client_lost_is_lost_to_its_tokens(house: House) -> None:
    make_client(house.brand, scopes="payouts:write")

    assert Api("payouts:read payouts:write").get("cashier/payouts").status_code == 403


@pytest.mark.spec("A2")
def test_a_client_that_was_switched_off_is_out(house: House) -> None:
    client = make_client(house.brand)
    client.is_active = False
    client.save()

    assert Api("payouts:read").get("cashier/payouts").status_code == 401


@pytest.mark.spec("A2")
@pytest.mark.parametrize(("networks", "status"), [([], 200), (["127.0.0.0/8"], 200), (["10.0.0.0/8"], 403), (["nonsense"], 403)])
def test_a_client_bound_to_networks_calls_from_there_only(house: House, networks: list[str], status: int) -> None:
    client = make_client(house.brand)
    client.ip_allow_list = networks
    client.save()

    assert Api("payouts:read").get("cashier/payouts").status_code == status


@pytest.mark.spec("A2", "A5")
def test_above_its_rate_a_client_is_told_when_to_come_back(house: House, redis: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_client(house.brand, rate=3)
    api = Api("payouts:read")
    monkeypatch.setattr("config.api.throttling.time.time", lambda: 1_900_000_040.0)
    monkeypatch.setattr("config.api.authentication.verify_token", lambda text: Claims(CLIENT.id, frozenset({"payouts:read"})))

    answers = [api.get("cashier/payouts") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[3].json()["error"] == "RATE_LIMITED"
    assert answers[3]["Retry-After"] == "40"


@pytest.mark.spec("C22")
def test_without_redis_the_rate_is_counted_by_the_process(house: House, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from config.api import throttling

    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(throttling, "_redis_rests_until", 0.0)
    throttling.redis_client.cache_clear()
    throttling._local_counts.clear()
    make_client(house.brand, rate=2)
    try:
        statuses = [Api("payouts:read").get("cashier/payouts").status_code for _ in range(5)]
    finally:
        throttling.redis_client.cache_clear()

    assert statuses[0] == 200
    assert 429 in statuses


@pytest.mark.spec("C22")
def test_a_connection_that_redis_has_closed_is_opened_again(redis: Any, settings: Any) -> None:
    from redis import Redis

    from config.api import throttling

    assert throttling.count_in_redis("test:closed", 1) == 1
    with Redis.from_url(settings.REDIS_URL) as other:  # the server is every worker's: no connection but ours is closed
        assert other.client_kill_filter(_id=throttling.redis_client().client_id()) == 1

    assert throttling.count_in_redis("test:closed", 1) == 2
    assert 0 < throttling.redis_client().ttl("test:closed") <= 2 * throttling.WINDOW_SECONDS
