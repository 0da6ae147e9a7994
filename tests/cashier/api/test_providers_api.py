"""Decline codes as published, and the return from a challenge, over HTTP (C13, C15)."""

import pytest

from cashier import operations
from cashier.models import DepositIntent
from cashier.psp.declines import DECLINES
from tests.api.calling import Api
from tests.cashier.api.test_deposits_api import NEW, authorize, intent_of
from tests.cashier.working import Worker
from tests.cashier.world import World
from tests.sandbox.running import RunningSandbox


@pytest.mark.spec("C15")
def test_the_list_of_declines_is_published(api: Api) -> None:
    answer = api.get("cashier/decline-codes")

    listed = {row["code"]: row for row in answer.json()["results"]}
    assert (answer.status_code, set(listed)) == (200, set(DECLINES))
    assert listed["stolen_card"] == {"code": "stolen_card", "meaning": "reported stolen", "fault": "player", "retry": "never"}


@pytest.mark.spec("C13")
def test_the_player_is_back_from_a_challenge(
    api: Api, committed_world: World, worker: Worker, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    intent = intent_of(api, committed_world)
    asked = authorize(api, intent, "tok_challenge", capture="auto").json()
    assert asked["status"] == "ACTION_REQUIRED"
    assert sandbox.http.post(asked["action"]["url"], data={"outcome": "approve"}).status_code == 200

    nudged: list[tuple[str, str]] = []
    told = "cashier.nudges.send_quietly"
    monkeypatch.setattr(told, lambda task, arguments, *, expires: nudged.append((task, arguments.get("call_id", ""))))

    answer = api.post(f"{NEW}/{intent}/complete", {"details": {"state": "done"}})

    assert (answer.status_code, answer.json()["status"]) == (200, "ACTION_REQUIRED")  # the sandbox is asked, by the task
    pk = DepositIntent.id_of(intent)
    assert nudged == [("cashier.tasks.psp.resolve_intent", str(pk))]
    operations.resolve_intent(intent_id=pk, now=committed_world.now)
    assert api.get(f"{NEW}/{intent}").json()["status"] == "CAPTURED"


@pytest.mark.spec("C13")
@pytest.mark.parametrize("details", ["text", {"a": {"b": "c"}}, {str(number): "x" for number in range(9)}, {"card": "4111111111111111"}])
def test_what_is_no_list_of_parameters_is_refused(api: Api, committed_world: World, details: object) -> None:
    intent = intent_of(api, committed_world)
    assert api.post(f"{NEW}/{intent}/complete", {"details": details}).status_code in (400, 422)


@pytest.mark.spec("C13")
def test_nothing_to_complete_is_a_conflict(api: Api, committed_world: World) -> None:
    intent = intent_of(api, committed_world)
    assert api.post(f"{NEW}/{intent}/complete", {}).status_code == 409
