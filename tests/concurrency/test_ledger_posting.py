"""The journal under fire: last units, opposite transfers, one movement told many times, a day that closes (L3, L6, L7, L16)."""

from collections import Counter
from functools import partial
from itertools import count
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from django.db import connections, transaction

from ledger.errors import InsufficientFunds, PostingKeyConflict
from ledger.horizon import current_mark, wait_until_past
from ledger.locks import WalletBalance, lock_wallets
from ledger.models import Entry, JournalTransaction, LegalEntity
from ledger.operations import close_to_postings, post, post_many, write_checkpoints
from ledger.proofs import prove_ledger
from ledger.queries import get_balance, wallet_view
from tests.concurrency.threads import at_once
from tests.ledger.books import NOON, TESTER, book, cr, deposit, dr, posting
from tests.ledger.cast import make_entity

if TYPE_CHECKING:
    from tests.databases import TestDatabase


@pytest.fixture
def entity(committed_db: "TestDatabase") -> LegalEntity:
    return make_entity()


def require_proved() -> None:
    assert [check for check in prove_ledger().checks if not check.ok] == []


@pytest.mark.spec("L6")
def test_of_64_debits_of_the_last_unit_one_succeeds(entity: LegalEntity) -> None:
    book(entity, "in", *deposit("pl_1", 1))

    answers = at_once([partial(book, entity, f"bet-{n}", dr("playable", "pl_1", 1), cr("gaming", "le_1", 1)) for n in range(64)])

    assert Counter(type(answer).__name__ for answer in answers) == {"PostedTransaction": 1, "InsufficientFunds": 63}
    assert wallet_view("pl_1") == {"EUR": WalletBalance()}
    assert JournalTransaction.objects.count() == 2
    require_proved()


@pytest.mark.spec("L3")
def test_one_movement_told_ten_times_at_once_is_posted_once(entity: LegalEntity) -> None:
    answers = at_once([partial(book, entity, "deposit.captured:cap_1", *deposit("pl_1", 5000)) for _ in range(10)])

    assert sorted(answer.created for answer in answers) == [False] * 9 + [True]  # type: ignore[union-attr]
    assert len({answer.id for answer in answers}) == 1  # type: ignore[union-attr]
    assert Entry.objects.count() == 2
    require_proved()


@pytest.mark.spec("L3")
def test_of_one_key_with_ten_contents_at_once_one_is_posted(entity: LegalEntity) -> None:
    """House accounts only: no wallet row puts them in order, the unique key alone decides."""
    acts = [partial(book, entity, "k", dr("bank", "ba_1", 100 + n), cr("outside", "le_1", 100 + n)) for n in range(10)]
    answers = at_once(acts)

    (posted,) = [answer for answer in answers if not isinstance(answer, Exception)]
    refused = [answer for answer in answers if isinstance(answer, PostingKeyConflict)]
    assert len(refused) == 9
    assert {error.existing_id for error in refused} == {posted.id}
    assert Entry.objects.count() == 2


@pytest.mark.spec("L3", "L14")
def test_overlapping_batches_at_once_post_each_key_once(entity: LegalEntity) -> None:
    def batch(first: int) -> int:
        postings = [posting(entity, f"k{n}", dr("bank", "ba_1", 5), cr("outside", "le_1", 5)) for n in range(first, first + 40)]
        with transaction.atomic():
            return sum(item.created for item in post_many(postings, actor=TESTER, now=NOON))

    answers = at_once([partial(batch, first) for first in (0, 20, 40, 10, 0, 35)])

    assert sum(answer for answer in answers if isinstance(answer, int)) == JournalTransaction.objects.count() == 80
    assert get_balance(entity.pk, "bank", "ba_1", "EUR") == 400
    require_proved()


@pytest.mark.spec("L6")
def test_opposite_transfers_do_not_deadlock(entity: LegalEntity) -> None:
    for player in ("pl_1", "pl_2"):
        book(entity, f"in-{player}", *deposit(player, 100_000))

    def transfers(name: str, source: str, target: str) -> int:
        for n in range(25):
            book(entity, f"{name}-{n}", dr("playable", source, 7), cr("playable", target, 7))
        return 25

    names = [(f"{direction}{n}", direction) for n in range(4) for direction in ("there", "back")]
    pairs = {"there": ("pl_1", "pl_2"), "back": ("pl_2", "pl_1")}
    answers = at_once([partial(transfers, name, *pairs[direction]) for name, direction in names])

    assert answers == [25] * 8
    assert wallet_view("pl_1") == wallet_view("pl_2") == {"EUR": WalletBalance(playable=100_000)}
    require_proved()


@pytest.mark.spec("L6", "L14")
def test_batches_and_locks_over_many_wallets_do_not_deadlock(entity: LegalEntity) -> None:
    players = [f"pl_{n}" for n in range(6)]

    def work(name: int) -> int:
        turned = players[name:] + players[:name]
        for n in range(8):
            with transaction.atomic():
                if name % 2:
                    lock_wallets(entity_id=entity.pk, wallets=[(player, "EUR") for player in turned])
                post_many([posting(entity, f"{name}-{n}-{player}", *deposit(player, 3)) for player in turned], actor=TESTER, now=NOON)
        return 8

    assert at_once([partial(work, name) for name in range(6)]) == [8] * 6
    assert get_balance(entity.pk, "clearing", "ma_1", "EUR") == 6 * 8 * 6 * 3
    require_proved()


@pytest.mark.spec("L7", "L6")
def test_balances_stay_exact_while_checkpoints_are_written(entity: LegalEntity) -> None:
    done = Event()

    def keep_writing() -> None:
        try:
            while not done.is_set():
                write_checkpoints(wait_seconds=0.5)
        finally:
            connections.close_all()

    def deposits(name: int) -> int:
        for n in range(40):
            book(entity, f"{name}-{n}", *deposit(f"pl_{name}", 1))
        return 40

    writer = Thread(target=keep_writing)
    writer.start()
    try:
        assert at_once([partial(deposits, name) for name in range(6)]) == [40] * 6
    finally:
        done.set()
        writer.join()
    write_checkpoints()
    assert get_balance(entity.pk, "clearing", "ma_1", "EUR") == 240
    require_proved()


@pytest.mark.spec("L16", "D3")
def test_nothing_is_posted_into_a_day_once_it_is_counted(entity: LegalEntity) -> None:
    """Postings race with the closing of their day; after the closing is past the horizon the day's sum never changes."""
    numbers = count()

    def deposits() -> int:
        for _ in range(60):
            book(entity, f"k{next(numbers)}", *deposit("pl_1", 1), at=NOON)
        return 60

    def close() -> int:
        close_to_postings(entity_id=entity.pk, day=NOON.date(), actor=TESTER, now=NOON)
        assert wait_until_past(current_mark(), seconds=10)
        return _posted_on(entity)

    *posted, counted = at_once([deposits, deposits, deposits, close])

    assert posted == [60, 60, 60]
    assert _posted_on(entity) == counted
    assert JournalTransaction.objects.count() == 180
    assert JournalTransaction.objects.filter(corrects_date=NOON.date()).count() == 180 - int(str(counted))


def _posted_on(entity: LegalEntity) -> int:
    return JournalTransaction.objects.filter(entity=entity, business_date=NOON.date()).count()


@pytest.mark.spec("L6")
def test_a_debit_waits_for_the_credit_before_it(entity: LegalEntity) -> None:
    """The wallet's row is locked before it is read: nobody decides on a balance that somebody else is changing."""
    book(entity, "in", *deposit("pl_1", 10))
    locked, go = Event(), Event()

    def credit_slowly() -> str:
        with transaction.atomic():
            lock_wallets(entity_id=entity.pk, wallets=[("pl_1", "EUR")])
            locked.set()
            assert go.wait(10)
            post(posting(entity, "more", *deposit("pl_1", 5)), actor=TESTER, now=NOON)
        return "credited"

    def debit_at_once() -> str:
        assert locked.wait(10)
        Thread(target=lambda: go.wait(0.3) or go.set()).start()
        book(entity, "out", dr("playable", "pl_1", 15), cr("gaming", "le_1", 15))
        return "debited"

    assert at_once([credit_slowly, debit_at_once]) == ["credited", "debited"]
    with pytest.raises(InsufficientFunds):
        book(entity, "again", dr("playable", "pl_1", 1), cr("gaming", "le_1", 1))
