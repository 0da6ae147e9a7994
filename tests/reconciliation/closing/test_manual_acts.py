"""Who acted by hand on a day's money does not sign that day, in whichever form the act was asked for (D3)."""

from datetime import timedelta

import pytest

from ledger.operations import decide
from reconciliation.queries.manual_acts import has_acted_on
from tests.reconciliation.cases.test_together import ask, open_cases
from tests.reconciliation.house import DAY, NOW, House

pytestmark = pytest.mark.spec("D3", "E5")
TODAY = DAY + timedelta(days=1)


@pytest.mark.parametrize("approve", [True, False])
def test_ending_many_cases_in_one_request_is_an_act_by_hand(house: House, approve: bool) -> None:
    request = ask(house, open_cases(house, 2))
    assert not has_acted_on(house.ada, house.entity, TODAY)  # nothing is decided

    decide(request_id=request.pk, approve=approve, checker=house.ben, reason="" if approve else "ask the PSP first", now=NOW)

    acted = [has_acted_on(person, house.entity, TODAY) for person in (house.ada, house.ben, house.fay)]
    assert acted == [approve, approve, False]
