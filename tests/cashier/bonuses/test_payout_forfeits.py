"""A payout ends bonuses whose terms say so (G4, P2)."""

import pytest

from tests.cashier.bonuses.acting import fresh, grant, purse
from tests.cashier.payouts.test_request_payout import ask
from tests.house import House, give


@pytest.mark.spec("G4", "P2")
def test_a_payout_forfeits_where_the_terms_say_so(house: House) -> None:
    give(house, 5_000)
    strict, free = grant(house, 1_000, forfeits_on_payout=True), grant(house, 700, ref="g2")

    ask(house, 2_000)

    assert (fresh(strict).state, fresh(free).state) == ("FORFEITED", "ACTIVE")
    assert purse(house.player) == (3_000, 700)
