"""How often an authorisation asks the database: an open circuit is answered in under 50 ms, so each question counts (C9)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cashier.models import BreakerState
from cashier.operations.breakers import force_circuit
from ledger.actors import system_actor
from tests.api.calling import Api
from tests.cashier.api.test_deposits_api import authorize, intent_of
from tests.cashier.world import World


def asked(api: Api, world: World, token: str, *, status: int) -> list[str]:
    """The statements of one authorisation, whatever is made ready for it before."""
    intent = intent_of(api, world)
    with CaptureQueriesContext(connection) as context:
        answer = authorize(api, intent, token)
    assert answer.status_code == status, answer.content
    return [row["sql"] for row in context.captured_queries]


@pytest.mark.spec("C9")
def test_a_refusal_by_an_open_circuit_asks_little(api: Api, committed_world: World, settings: object) -> None:
    world = committed_world
    settings.AUTHORIZE_WAIT_SECONDS = 0.01  # type: ignore[attr-defined]
    asked(api, world, "tok_approve~0", status=202)  # what this process keeps for some seconds is read
    sent = asked(api, world, "tok_approve~1", status=202)
    for account in (world.account, world.other_account):
        force_circuit(account_id=account.pk, state=BreakerState.OPEN, minutes=5, reason="out", actor=system_actor("test"), now=world.now)
    refused = asked(api, world, "tok_approve~2", status=422)

    assert len(refused) <= 16, "\n".join(refused)
    assert len(sent) <= 28, "\n".join(sent)
    assert sum("cashier_historicaldepositintent" in sql for sql in sent) == 1, "one change, one row of history"
