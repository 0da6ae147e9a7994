"""Statements that come in another order than that of their days (R2, R8)."""

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.reconciliation.house import DAY

if TYPE_CHECKING:
    from reconciliation.models import BankStatement
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("R2", "R8")


def held(bench: "Bench", day: date | None = None) -> int:
    """What the books have at the bank, by the end of a day or in all."""
    from django.db.models import Sum

    from ledger.models import Entry

    entries = Entry.objects.filter(account__kind="bank", account__owner_ref=bench.house.bank.public_id)
    entries = entries.filter(business_date__lte=day) if day else entries
    return int(entries.aggregate(total=Sum("amount_minor"))["total"] or 0)


def take_in(bench: "Bench", number: int, *, opening: int, day: date = DAY, came: int = 700) -> None:
    bench.statement((came, f"PAYMENT {number}"), number=number, opening=opening, day=day)
    bench.run(later(3), account="BANK_EUR")


def later(days: int) -> date:
    from tests.reconciliation.detect.bench import later

    return later(days)


def assert_as_stated(bench: "Bench") -> None:
    from reconciliation.proofs_of_accounts import bank_is_its_lines

    assert bank_is_its_lines().ok
    assert not {"BANK_BALANCE_DIFFERS"} & set(bench.codes())
    assert {case.state for case in bench.cases("STATEMENT_GAP")} <= {"AUTO_RESOLVED"}


@pytest.mark.parametrize("opening", [100_000, 0, -5_000])
def test_a_statement_from_before_the_first_moves_the_opening(bench: "Bench", opening: int) -> None:
    take_in(bench, 2, opening=opening + 700, day=later(1))
    assert held(bench) == opening + 1_400

    take_in(bench, 1, opening=opening)
    take_in(bench, 1, opening=opening - 700, day=later(-1))
    bench.run(later(3), account="BANK_EUR")  # nothing is moved again

    assert [held(bench, later(day)) for day in (-2, -1, 0, 1)] == [0, opening, opening + 700, opening + 1_400]
    assert_as_stated(bench)


def test_an_account_that_is_found_to_have_opened_with_nothing(bench: "Bench") -> None:
    take_in(bench, 2, opening=700, day=later(1))
    take_in(bench, 1, opening=0)
    take_in(bench, 3, opening=1_400, day=later(2))

    assert [held(bench, later(day)) for day in (-1, 0, 1, 2)] == [0, 700, 1_400, 2_100]
    assert_as_stated(bench)


def test_an_account_that_stood_at_nothing_when_its_first_statement_came(bench: "Bench") -> None:
    """Nothing was posted for the opening; what came before has its own."""
    take_in(bench, 3, opening=0, day=later(2))
    assert held(bench) == 700

    take_in(bench, 2, opening=-700, day=later(1))
    take_in(bench, 1, opening=-1_400)
    assert [held(bench, later(day)) for day in (-1, 0, 1, 2)] == [0, -700, 0, 700]
    assert_as_stated(bench)


def test_statements_of_one_day_that_come_the_second_first(bench: "Bench") -> None:
    take_in(bench, 1, opening=99_300, day=later(-1))
    for number, opening in ((3, 101_400), (2, 100_700), (1, 100_000)):
        take_in(bench, number, opening=opening)
    assert held(bench) == 102_100
    assert_as_stated(bench)


def test_of_two_missing_statements_the_earlier_comes_first(bench: "Bench") -> None:
    take_in(bench, 1, opening=100_000)
    take_in(bench, 4, opening=102_100, day=later(3))
    take_in(bench, 2, opening=100_700, day=later(1))
    first, second = bench.cases("STATEMENT_GAP")
    assert (first.state, second.state) == ("AUTO_RESOLVED", "OPEN")
    assert (first.amount_minor, second.amount_minor) == (1_400, 700)
    assert "BANK_BALANCE_DIFFERS" not in bench.codes()  # the case in force tells all that is missing

    take_in(bench, 3, opening=101_400, day=later(2))
    assert_as_stated(bench)


@pytest.mark.parametrize("came", [[2, 0, 1, 3], [3, 2, 1, 0], [0, 1, 2, 3], [1, 3, 0, 2]])
def test_statements_of_one_day_without_numbers_are_linked_by_their_balances(came: list[int]) -> None:
    from reconciliation.queries.statements import in_order

    balances = [(100, 100), (100, 250), (250, 180), (180, 900)]
    made = [statement(number, *balances[number], file=came.index(number)) for number in came]
    before = statement(9, 40, 100, day=date(2026, 11, 18))
    assert [(each.opening_minor, each.closing_minor) for each in in_order([*made, before])] == [(40, 100), *balances]


def test_numbers_go_before_balances_that_link_as_well_another_way() -> None:
    from reconciliation.queries.statements import in_order

    made = [statement(1, 100, 150, number="7/2"), statement(2, 100, 100, number="7/1"), statement(3, 150, 100, number="7/10")]
    assert [each.number for each in in_order(made)] == ["7/1", "7/2", "7/10"]


def statement(pk: int, opening: int, closing: int, *, day: date = DAY, number: str = "", file: int = 0) -> "BankStatement":
    from uuid import UUID

    from reconciliation.models import BankStatement

    said: dict[str, Any] = {"opening_date": day, "closing_date": day, "number": number, "index": 0}
    return BankStatement(pk=pk, opening_minor=opening, closing_minor=closing, source_file_id=UUID(int=file), **said)
