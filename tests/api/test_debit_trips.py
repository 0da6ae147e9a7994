"""A stake over HTTP: how often it asks the database, and what stands between its statements when others come between (A3, G2)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import connection
from rest_framework.response import Response

from cashier.models import Brand, Player, RoundMove
from ledger import clock
from ledger.api.idempotency import Write, under_key
from ledger.errors import StillRunning
from ledger.models import IdempotencyKey, JournalTransaction
from tests.api.calling import SCOPES, Api
from tests.house import CLIENT, House, make_client, make_house, wallet
from tests.trips import count_trips

BY_OTHERS = """INSERT INTO ledger_idempotency_key (client_id, key, fingerprint, state, leased_until, created_at)
VALUES ('shop', 'k1', 'f2', 'RUNNING', now() + interval '1 minute', now())"""


@pytest.fixture
def house(committed_db: object, now: datetime) -> House:
    made = make_house(now, playable_minor=50_000)
    make_client(made.brand, scopes=SCOPES)
    return made


@pytest.fixture
def other(committed_db: Any) -> Iterator[psycopg.Connection[Any]]:
    """A connection beside Django's."""
    with psycopg.connect(committed_db.owner_url) as found:
        yield found


def stake(house: House, round_id: str, **more: str) -> dict[str, Any]:
    return {"player_id": house.player.public_id, "round_id": round_id, "amount": "1.00", "currency": "EUR"} | more


@pytest.mark.spec("G2", "A3")
def test_a_stake_is_three_round_trips(house: House, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SIMULATION = False  # a simulated clock is read from the database
    api = Api(SCOPES)
    assert api.post("games/rounds/debit", stake(house, "r1")).status_code == 200
    trips = count_trips(monkeypatch)

    answer = api.post("games/rounds/debit", stake(house, "r2"))
    monkeypatch.undo()

    assert answer.json()["balance"] == "498.00"
    assert len(trips) == 3, "key, wallet and player; the posting; the round, its move, the answer and COMMIT"
    assert wallet(house.player)[0] == 49_800
    assert RoundMove.objects.count() == 2


@pytest.mark.spec("A3", "L6")
def test_who_comes_while_the_first_is_at_work_is_told_so_without_waiting(house: House, other: psycopg.Connection[Any]) -> None:
    other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s || chr(10) || 'k1', 0))", [CLIENT.id])
    other.execute("SELECT FROM ledger_wallet WHERE owner_ref = %s FOR UPDATE", [house.player.public_id])
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '3s'")

    answer = Api(SCOPES).post("games/rounds/debit", stake(house, "r1"), key="k1")

    assert (answer.status_code, answer.json()["error"]) == (409, "IDEMPOTENCY_KEY_IN_USE"), answer.json()
    other.rollback()
    assert Api(SCOPES).post("games/rounds/debit", stake(house, "r1"), key="k1").status_code == 200


@pytest.mark.spec("A3")
def test_a_key_that_another_took_between_claim_and_answer_undoes_the_work(committed_db: Any, other: psycopg.Connection[Any]) -> None:
    def work() -> Response:
        IdempotencyKey.objects.create(client_id="shop", key="beside", fingerprint="f", leased_until=clock.now(), created_at=clock.now())
        other.execute(BY_OTHERS)
        other.commit()
        return Response({}, status=201)

    with pytest.raises(StillRunning):
        under_key(Write("shop", "k1", "f1", clock.now()), work)

    assert list(IdempotencyKey.objects.values_list("key", "state")) == [("k1", "RUNNING")]


@pytest.mark.spec("G2", "A2")
def test_the_player_is_as_he_is_now_and_of_ones_own_brand(house: House) -> None:
    api = Api(SCOPES)
    assert api.post("games/rounds/debit", stake(house, "r1")).status_code == 200
    stranger = Player.objects.create(
        brand=Brand.objects.create(code="other", name="Other", entity=house.entity),
        external_id="x",
        created_at=house.now,
        updated_at=house.now,
    )
    assert api.post("games/rounds/debit", stake(house, "r2", player_id=stranger.public_id)).status_code == 404

    house.player.limits = {"stake": {"EUR": {"max_minor": 50}}}
    house.player.save()

    refused = api.post("games/rounds/debit", stake(house, "r3"))
    assert (refused.status_code, refused.json()["error"]) == (422, "LIMIT_EXCEEDED")
    assert JournalTransaction.objects.filter(kind="ROUND_DEBITED").count() == 1
