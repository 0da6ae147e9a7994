"""Our own books are spoilt through the ledger's door, in a simulation only, and the truth says how (Z3)."""

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.runs.day import Casino

pytestmark = pytest.mark.spec("Z3", "R7")


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
    from tests.reconciliation.runs.day import DAY

    # given a day of a few deposits, whose papers are in and right
    settings.SIMULATION = True
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

    # then each break is found by its own code, on its own item, and nothing beside it
    assert {row.code for row in truth} == set(CODES)
    told = {(row.code, row.account, row.amount_minor, row.keys.get("merchant_reference") or "") for row in truth}
    cases = ExceptionCase.objects.select_related("merchant_account", "bank_account")
    accounts = {case.pk: case.merchant_account or case.bank_account for case in cases}
    found = {(case.reason_id, getattr(accounts[case.pk], "code", ""), case.amount_minor, case.merchant_reference) for case in cases}
    assert found == told and cases.count() == len(truth)
