"""The sandbox's rolling reserve: as agreed it makes no case; withheld otherwise, or not given back, each has its own (R14, Z3)."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.runs.day import Casino

pytestmark = pytest.mark.whole


def withhold(casino: "Casino") -> None:
    from config.simulation.seed import RESERVE_DAYS, agreed_contract
    from tests.sandbox.running import ACCOUNTS

    account = casino.world.account
    account.contract = agreed_contract(has_reserve=True)
    account.save()
    first = {**ACCOUNTS["merchant_accounts"][0], "reserve_basis_points": 500, "reserve_days": RESERVE_DAYS}
    casino.sandbox.control("PUT", "accounts", {"merchant_accounts": [first]})


def play(casino: "Casino", day: date, amount_minor: int, code: str = "") -> None:
    casino.deposit(amount_minor=amount_minor)
    casino.hear()
    casino.close(day, profile={"v": 1, "codes": {code: {"count": 1}}} if code else "none")
    casino.set_now(casino.world.now + timedelta(hours=4))


@pytest.mark.spec("R14", "Z1", "Z3")
def test_a_reserve_as_agreed_is_no_case_and_what_differs_or_stays_away_is_one_each(casino: "Casino") -> None:
    from reconciliation.models import ExceptionCase
    from reconciliation.operations import reconcile
    from tests.reconciliation.runs.day import DAY, unexplained

    # given days whose reserve is withheld, and given back after three
    withhold(casino)
    for number in range(4):
        play(casino, DAY + timedelta(days=number), 5003 + 1000 * number)
    assert not ExceptionCase.objects.exists()

    # when a batch withholds more, and after that nothing is given back any more
    play(casino, DAY + timedelta(days=4), 9007, "RESERVE_DIFFERS")
    play(casino, DAY + timedelta(days=5), 9011, "RESERVE_RELEASE_OVERDUE")
    play(casino, DAY + timedelta(days=6), 9013)
    for later in (7, 8, 9):
        casino.close(DAY + timedelta(days=later))
    casino.set_now(casino.world.now + timedelta(days=9))
    reconcile(date=DAY + timedelta(days=18), now=casino.world.now)

    # then each batch whose reserve stays away is a case, and the one that withheld more
    codes = [row["code"] for row in casino.truth]
    assert codes == ["RESERVE_DIFFERS", *["RESERVE_RELEASE_OVERDUE"] * 5]
    missed, spurious = unexplained(casino)
    assert (missed, [(case.reason_id, case.amount_minor, case.facts) for case in spurious]) == ([], [])

    # and when it is given back after all, each case ends, and what is withheld later comes back in time
    assert casino.sandbox.control("POST", "reserves/give_back", {})["releases"] == 5
    for later in (19, 20, 21, 22):
        play(casino, DAY + timedelta(days=later), 9017)
    for later in (23, 24, 25, 26):
        casino.close(DAY + timedelta(days=later))
    casino.set_now(casino.world.now + timedelta(days=12))
    reconcile(date=DAY + timedelta(days=38), now=casino.world.now)
    states = ExceptionCase.objects.filter(reason="RESERVE_RELEASE_OVERDUE").values_list("state", flat=True)
    assert list(states) == ["AUTO_RESOLVED"] * 5
    assert ExceptionCase.objects.count() == 6
