"""Many postings in one round trip, all or nothing (L14)."""

import pytest
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from ledger.errors import InsufficientFunds, PostingKeyConflict, UnbalancedPosting
from ledger.locks import WalletBalance
from ledger.models import LegalEntity
from ledger.operations import PostedTransaction, Posting, close_to_postings, post_many
from ledger.queries import get_balance, wallet_view
from tests.ledger.books import NOON, TESTER, book, cr, deposit, dr, journal_size, lines_of, posting

pytestmark = pytest.mark.django_db


def book_many(*postings: Posting) -> list[PostedTransaction]:
    with transaction.atomic():
        return post_many(postings, actor=TESTER, now=NOON)


@pytest.mark.spec("L14")
def test_a_batch_posts_each_as_alone(entity: LegalEntity) -> None:
    posted = book_many(*(posting(entity, f"k{n}", *deposit(f"pl_{n % 3}", 100 + n)) for n in range(50)))

    assert [item.created for item in posted] == [True] * 50
    assert [lines_of(item.id)[0] for item in posted] == [("clearing", "ma_1", "EUR", 100 + n) for n in range(50)]
    assert sum(wallet_view(f"pl_{n}")["EUR"].playable for n in range(3)) == get_balance(entity.pk, "clearing", "ma_1", "EUR") == 6225


@pytest.mark.spec("L14")
def test_an_empty_batch_is_nothing(entity: LegalEntity) -> None:
    assert book_many() == []


@pytest.mark.spec("L14", "L3")
def test_keys_posted_before_and_keys_twice_in_the_batch_post_once(entity: LegalEntity) -> None:
    first = book(entity, "a", *deposit("pl_1", 100))

    again, new, twice = book_many(
        posting(entity, "a", *deposit("pl_1", 100)), posting(entity, "b", *deposit("pl_1", 5)), posting(entity, "b", *deposit("pl_1", 5))
    )

    assert (again.id, again.created) == (first.id, False)
    assert (new.created, twice.created, twice.id) == (True, False, new.id)
    assert wallet_view("pl_1") == {"EUR": WalletBalance(playable=105)}


@pytest.mark.spec("L14", "L3")
def test_one_conflict_refuses_the_batch(entity: LegalEntity) -> None:
    first = book(entity, "a", *deposit("pl_1", 100))

    with pytest.raises(PostingKeyConflict) as refused:
        book_many(posting(entity, "b", *deposit("pl_1", 5)), posting(entity, "a", *deposit("pl_1", 101)))

    assert (refused.value.key, refused.value.existing_id) == ("a", first.id)
    assert journal_size() == (1, 2)


@pytest.mark.spec("L14", "L3")
def test_a_conflict_within_the_batch_refuses_it(entity: LegalEntity) -> None:
    with pytest.raises(PostingKeyConflict):
        book_many(posting(entity, "b", *deposit("pl_1", 5)), posting(entity, "b", *deposit("pl_1", 6)))
    assert journal_size() == (0, 0)


@pytest.mark.spec("L14", "L6")
def test_missing_money_refuses_the_batch_and_leaves_the_transaction_usable(entity: LegalEntity) -> None:
    book(entity, "in", *deposit("pl_1", 100))
    with transaction.atomic():
        with pytest.raises(InsufficientFunds) as refused:
            post_many(
                [
                    posting(entity, "x", *deposit("pl_2", 5)),
                    posting(entity, "a", dr("playable", "pl_1", 60), cr("gaming", "le_1", 60)),
                    posting(entity, "b", dr("playable", "pl_1", 60), cr("gaming", "le_1", 60)),
                ],
                actor=TESTER, now=NOON,
            )  # fmt: skip
        assert journal_size() == (1, 2)

    assert (refused.value.holder, refused.value.missing_minor) == ("pl_1", 20)
    assert wallet_view("pl_1") == {"EUR": WalletBalance(playable=100)}


@pytest.mark.spec("L14", "L1")
def test_one_unbalanced_posting_refuses_the_batch(entity: LegalEntity) -> None:
    with pytest.raises(UnbalancedPosting):
        book_many(posting(entity, "a", *deposit("pl_1", 5)), posting(entity, "b", dr("clearing", "ma_1", 5), cr("playable", "pl_1", 6)))
    assert journal_size() == (0, 0)


@pytest.mark.spec("L14")
def test_a_batch_is_one_round_trip(entity: LegalEntity) -> None:
    from django.db import connection

    book(entity, "warm", *deposit("pl_1", 1))
    sent: list[int] = []
    real = connection.connection.wait

    def counted(*args: object, **options: object) -> object:
        sent.append(1)
        return real(*args, **options)

    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        connection.connection.wait = counted
        try:
            post_many([posting(entity, f"k{n}", *deposit("pl_1", 1)) for n in range(100)], actor=TESTER, now=NOON)
        finally:
            del connection.connection.wait

    assert len(sent) == 1
    assert [query for query in queries.captured_queries if "SAVEPOINT" not in query["sql"]] == []


@pytest.mark.spec("L14", "L16")
def test_each_posting_of_a_batch_goes_to_its_own_day(entity: LegalEntity) -> None:
    from datetime import date, timedelta

    close_to_postings(entity_id=entity.pk, day=date(2026, 3, 10), actor=TESTER, now=NOON)

    closed, open_day = book_many(
        posting(entity, "a", *deposit("pl_1", 5)), posting(entity, "b", *deposit("pl_1", 5), at=NOON + timedelta(days=2))
    )

    assert (closed.business_date, closed.corrects_date) == (date(2026, 3, 11), date(2026, 3, 10))
    assert (open_day.business_date, open_day.corrects_date) == (date(2026, 3, 12), None)
