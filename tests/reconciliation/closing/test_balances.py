"""Balances at the end of a day, from today's and what came after, are those that all entries up to the day add up to (D2, L13)."""

from datetime import date, timedelta
from typing import Any

import pytest

from ledger.models import LegalEntity
from ledger.operations import write_checkpoints
from ledger.queries import trial_balance
from reconciliation.queries.activity import next_active_day
from reconciliation.queries.balances import balances_at, trial_of
from tests.ledger.books import NOON, book, cr, dr
from tests.ledger.cast import make_entity
from tests.reconciliation.closing.day import ReadyDay
from tests.reconciliation.house import AT, DAY

pytestmark = pytest.mark.spec("D2", "L13")
FIRST = date(2026, 3, 10)


@pytest.fixture
def books(committed_db: Any) -> LegalEntity:
    """Five days of movements between players, PSP and bank; a checkpoint after the third."""
    entity = make_entity()
    for number in range(5):
        at = NOON + timedelta(days=number)
        amount = 1000 + 10 * number
        book(entity, f"deposit:{number}", dr("clearing", "ma_1", amount), cr("playable", f"pl_{number % 2}", amount), at=at)
        book(entity, f"played:{number}", dr("playable", f"pl_{number % 2}", 400), cr("gaming", "le_1", 400), at=at)
        book(entity, f"owed:{number}", dr("receivable", "pl_0", 30), cr("clearing", "ma_1", 30), at=at)
        if number == 2:
            write_checkpoints()
    book(entity, "sek", dr("clearing", "ma_1", 7, "SEK"), cr("fx", "le_1", 7, "SEK"), at=NOON + timedelta(days=4))
    return entity


@pytest.mark.parametrize("days", range(-1, 6))
def test_they_are_the_sum_of_all_entries_up_to_the_day(books: LegalEntity, days: int) -> None:
    day = FIRST + timedelta(days=days)
    mine = [(row.kind, row.asset, row.balance_minor) for row in trial_of(balances_at(books.pk, day))]
    assert sorted(mine) == sorted((row.kind, row.asset, row.balance_minor) for row in trial_balance(books.pk, day) if row.balance_minor)
    assert sum(amount for _, asset, amount in mine if asset == "EUR") == 0


def test_another_entitys_books_are_not_in_them(books: LegalEntity) -> None:
    other = make_entity("GB1")
    book(other, "theirs", dr("clearing", "ma_9", 5), cr("playable", "pl_9", 5))
    assert {(row.holder, row.total_minor) for row in balances_at(other.pk, FIRST)} == {("ma_9", 5), ("", -5)}
    assert all(row.holder != "ma_9" for row in balances_at(books.pk, FIRST))


def test_the_next_day_with_movements(ready: ReadyDay) -> None:
    entity = ready.house.entity
    book(
        entity, "opening", dr("bank", "ba_1", 5), cr("outside", "le_1", 5), at=AT - timedelta(days=9)
    )  # balances taken over are no movement
    ready.pay("later", at=AT + timedelta(days=3))
    far = DAY + timedelta(days=30)
    assert next_active_day(entity.pk, after=None, before=far) == DAY
    assert next_active_day(entity.pk, after=DAY, before=far) == DAY + timedelta(days=3)
    assert next_active_day(entity.pk, after=DAY, before=DAY + timedelta(days=3)) is None
    assert next_active_day(make_entity("GB1").pk, after=None, before=far) is None
