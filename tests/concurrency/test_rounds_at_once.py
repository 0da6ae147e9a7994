"""Stakes of one wallet at one moment, through the operation that games call (G2, L6)."""

from collections import Counter
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from cashier.games.operations import RoundCall, debit_round
from cashier.models import RoundMove
from ledger.proofs import journal
from ledger.queries import wallet_view
from tests.concurrency.threads import at_once
from tests.house import CLIENT, give, make_house

if TYPE_CHECKING:
    from tests.databases import TestDatabase


@pytest.mark.spec("G2", "L6")
def test_of_64_stakes_of_the_last_unit_one_is_taken(committed_db: "TestDatabase", now: datetime) -> None:
    house = make_house(now)
    give(house, 1)
    calls = [RoundCall(house.player, f"r{n}", "EUR", 1, f"d{n}", CLIENT.id) for n in range(64)]

    answers = at_once([partial(debit_round, call, actor=CLIENT, now=now) for call in calls])

    assert Counter(type(answer).__name__ for answer in answers) == {"Moved": 1, "InsufficientFunds": 63}
    assert wallet_view(house.player.public_id)["EUR"].playable == 0
    assert RoundMove.objects.count() == 1
    assert [check.name for check in (proof() for proof in journal.ALL) if not check.ok] == []
