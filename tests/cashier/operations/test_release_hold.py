"""In which order a hold and its wallet are locked: the same for all who lock both, so that no two wait for each other."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cashier.models import Hold
from cashier.operations import place_hold, release_hold
from cashier.operations.kept_locked import take_kept
from ledger.locks import lock_wallet
from tests.cashier.world import CALLER, World


def locked_in(queries: CaptureQueriesContext) -> list[str]:
    """Which of the two tables rows were locked of, in order."""
    statements = [query["sql"] for query in queries.captured_queries if "FOR UPDATE" in query["sql"]]
    return [name for sql in statements for name in ("ledger_wallet", "cashier_hold") if f'FROM "{name}"' in sql]


@pytest.mark.spec("L6")
def test_the_wallet_before_the_hold_by_who_releases_and_by_who_takes(world: World) -> None:
    world.pay("tok_approve", 5000)
    facts = {"player": world.player, "currency": "EUR", "amount_minor": 2000, "occurred_at": world.now, "actor": CALLER, "now": world.now}
    for ref in ("po_1", "po_2"):
        assert place_hold(kind=Hold.Kind.CASE, ref=ref, **facts) is not None

    with CaptureQueriesContext(connection) as released:
        release_hold(kind=Hold.Kind.CASE, ref="po_1", actor=CALLER, now=world.now)
    with CaptureQueriesContext(connection) as taken, transaction.atomic():  # as settle_payout does for one that was released
        lock_wallet(entity_id=world.entity.pk, player_id=world.player.public_id, asset="EUR")
        take_kept("po_2", most_minor=2000, event="payout.paid_after_release", actor=CALLER, now=world.now)

    assert locked_in(released) == locked_in(taken) == ["ledger_wallet", "cashier_hold"]
    assert world.wallet() == {"playable": 3000, "locked": 2000}
