"""Balances as of a day and an instant in the past begin at a checkpoint, and are the sum of what counts all the same (L13, L7)."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from ledger.models import Account, Checkpoint, Entry, LegalEntity
from ledger.operations import post, write_checkpoints
from ledger.queries import AsOf, get_account_balance, get_balance, trial_balance
from tests.ledger.books import NOON, TESTER, book, cr, deposit, dr, posting
from tests.ledger.cast import make_entity

if TYPE_CHECKING:
    from tests.databases import TestDatabase

DAY = NOON.date()
# (hours after noon when it is posted, business day less the first, amount): days and instants go up and down, as corrections do.
POSTED = [(0, 0, 100), (1, 0, 20), (30, 1, 3), (25, 0, 7), (50, 2, 1000), (49, 1, 400), (75, 0, 60), (76, 3, 8)]


@pytest.fixture
def entity(committed_db: "TestDatabase") -> LegalEntity:
    """Deposits and holds of two players, with a checkpoint after every third posting."""
    entity = make_entity()
    for number, (hours, days, amount) in enumerate(POSTED):
        player, at, on = f"pl_{number % 2}", NOON + timedelta(hours=hours), DAY + timedelta(days=days)
        held = [dr("playable", player, amount // 2), cr("locked", player, amount // 2)] if amount > 1 else []
        with transaction.atomic():
            post(posting(entity, f"k{number}", *deposit(player, amount), *held, at=at, on=on), actor=TESTER, now=at)
        if number % 3 == 2:
            assert write_checkpoints()
    return entity


def moments() -> list[AsOf]:
    days: list[date | None] = [None, *(DAY + timedelta(days=days) for days in (-1, 0, 1, 2, 3))]
    instants: list[datetime | None] = [None, *(NOON + timedelta(hours=hours) for hours in (-1, 0, 1, 26, 49.5, 75, 80))]
    return [AsOf(day, instant) for day in days for instant in instants]


def summed(asof: AsOf) -> Counter[tuple[str, str]]:
    """What counts, entry by entry, by kind and holder."""
    entries = Entry.objects.select_related("account", "transaction")
    if asof.business_date is not None:
        entries = entries.filter(business_date__lte=asof.business_date)
    if asof.posted_at is not None:
        entries = entries.filter(transaction__posted_at__lte=asof.posted_at)
    sums: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        sums[entry.account.kind, entry.account.owner_ref] += int(entry.amount_minor)
    return sums


@pytest.mark.spec("L13", "L7")
def test_at_every_moment_they_are_the_sum_of_what_counts(entity: LegalEntity) -> None:
    for asof in moments():
        sums = summed(asof)
        for kind, holder in (("clearing", "ma_1"), ("playable", "pl_0"), ("locked", "pl_1")):
            assert get_balance(entity.pk, kind, holder, "EUR", asof) == sums[kind, holder], (asof, kind)
        by_kind: Counter[str] = Counter()
        for (kind, _), minor in sums.items():
            by_kind[kind] += minor
        assert {row.kind: row.balance_minor for row in trial_balance(entity.pk, asof)} == {k: v for k, v in by_kind.items() if v}, asof


@pytest.mark.spec("L13", "L7")
def test_the_latest_checkpoint_that_reaches_no_further_is_where_they_begin(entity: LegalEntity) -> None:
    clearing = Account.objects.get(kind="clearing")
    checkpoints = clearing.checkpoints.order_by("entry_id")
    assert [(int(row.balance_minor), row.business_until, row.posted_until) for row in checkpoints] == [
        (123, DAY + timedelta(days=1), NOON + timedelta(hours=30)),
        (1530, DAY + timedelta(days=2), NOON + timedelta(hours=50)),
    ]
    # One that is wrong by 5, of one entry more (7) than the first, shows where a balance began.
    first = clearing.checkpoints.order_by("entry_id")[0]
    Checkpoint.objects.create(
        account=clearing,
        entry_id=first.entry_id + 1,
        balance_minor=135,
        business_until=first.business_until,
        posted_until=first.posted_until,
    )
    as_of = {
        "a day after it": AsOf(DAY + timedelta(days=1)),
        "the day before it": AsOf(DAY),
        "an instant after it": AsOf(posted_at=NOON + timedelta(hours=30)),
        "an instant before it": AsOf(posted_at=NOON + timedelta(hours=29)),
    }
    wrong_by = {name: get_account_balance(clearing.pk, asof=asof) - summed(asof)["clearing", "ma_1"] for name, asof in as_of.items()}
    assert wrong_by == {"a day after it": 5, "the day before it": 0, "an instant after it": 5, "an instant before it": 0}


@pytest.mark.spec("L7", "L13")
def test_after_a_checkpoint_of_before_the_next_one_knows_its_reach(entity: LegalEntity) -> None:
    """Checkpoints written before their reach was kept begin no balance of the past; the next one looks it up once."""
    clearing = Account.objects.get(kind="clearing")
    last = Entry.objects.filter(account=clearing).order_by("-id")[0]
    Checkpoint.objects.create(account=clearing, entry_id=last.pk, balance_minor=1598)
    book(entity, "later", *deposit("pl_1", 2), at=NOON)
    assert write_checkpoints() == 1

    newest = clearing.checkpoints.order_by("-entry_id")[0]
    assert (newest.balance_minor, newest.business_until) == (1600, DAY + timedelta(days=3))
    assert newest.posted_until == NOON + timedelta(hours=76)
