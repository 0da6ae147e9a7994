"""Our own books are spoilt through the ledger's door, in a simulation only, and the truth says how (Z3)."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.runs.day import Casino

pytestmark = [pytest.mark.whole, pytest.mark.spec("Z3", "R7")]


def test_books_are_not_spoilt_outside_a_simulation(settings: Any, now: Any) -> None:
    from config.simulation.client import SimulationError
    from config.simulation.corrupt import CODES, Books, corrupt

    settings.SIMULATION = False
    with pytest.raises(SimulationError, match="SIMULATION=1"):
        corrupt(CODES, Books((), (), date(2026, 3, 10), 1, now))


def test_each_fault_of_our_books_has_its_case_and_nothing_else_has_one(casino: "Casino", settings: Any) -> None:
    from cashier.models import BankAccount
    from config.simulation.corrupt import CODES, Books, corrupt
    from reconciliation.models import ExceptionCase
    from reconciliation.operations import reconcile
    from reconciliation.operations.closing import watch_player_money
    from tests.reconciliation.runs.day import DAY

    # given a day of a few deposits, whose papers are in and right
    settings.SIMULATION = True
    entity = casino.world.entity
    entity.licence = "MGA/B2C/1"
    entity.save()
    for number in range(4):
        casino.deposit(amount_minor=5000 + number)
    casino.hear()
    casino.close(DAY)
    assert not ExceptionCase.objects.exists()

    # when its books are spoilt in every way, and it is run again
    banks = BankAccount.objects.filter(currency="EUR")
    books = Books((casino.world.account,), tuple(banks), DAY, 7, casino.world.now)
    truth = corrupt(CODES, books)
    reconcile(date=DAY, now=casino.world.now)
    watch_player_money(entity=entity, day=DAY, now=casino.world.now)

    # and once more when what is on its way ought to have arrived; players are covered again by then
    casino.close(DAY + timedelta(days=1))
    casino.set_now(casino.world.now + timedelta(days=8))
    reconcile(date=DAY + timedelta(days=8), now=casino.world.now)
    assert watch_player_money(entity=entity, day=DAY + timedelta(days=1), now=casino.world.now) == []

    # then each break is found by its own code, on its own item, and nothing beside it
    assert {row.code for row in truth} == set(CODES)
    told = {(row.code, row.account, row.amount_minor, row.keys.get("merchant_reference") or "") for row in truth}
    cases = ExceptionCase.objects.select_related("merchant_account", "bank_account")
    accounts = {case.pk: case.merchant_account or case.bank_account or entity for case in cases}
    found = {(case.reason_id, accounts[case.pk].code, case.amount_minor, case.merchant_reference) for case in cases}
    assert found == told and cases.count() == len(truth)
