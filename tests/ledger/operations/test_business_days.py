"""Which day a posting goes to (L16)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ledger.models import BusinessDay, LegalEntity
from ledger.operations import close_to_postings, open_to_postings
from tests.ledger.books import NOON, TESTER, book, deposit

pytestmark = pytest.mark.django_db
TENTH = date(2026, 3, 10)


def close(entity: LegalEntity, day: date) -> None:
    close_to_postings(entity_id=entity.pk, day=day, actor=TESTER, now=NOON)


@pytest.mark.spec("L16")
def test_a_posting_into_a_closed_day_goes_to_the_open_day_and_names_the_day_it_corrects(entity: LegalEntity) -> None:
    close(entity, TENTH)

    posted = book(entity, "k", *deposit("pl_1", 1))

    assert (posted.business_date, posted.corrects_date) == (date(2026, 3, 11), TENTH)


@pytest.mark.spec("L16")
def test_it_passes_over_every_closed_day(entity: LegalEntity) -> None:
    for day in range(10, 14):
        close(entity, date(2026, 3, day))
    assert book(entity, "k", *deposit("pl_1", 1)).business_date == date(2026, 3, 14)


@pytest.mark.spec("L16")
def test_days_before_a_closed_day_are_not_open_either(entity: LegalEntity) -> None:
    close(entity, TENTH)

    posted = book(entity, "k", *deposit("pl_1", 1), at=NOON - timedelta(days=30))

    assert (posted.business_date, posted.corrects_date) == (date(2026, 3, 11), date(2026, 2, 8))


@pytest.mark.spec("L16")
def test_a_reopened_day_takes_its_postings_again(entity: LegalEntity) -> None:
    close(entity, TENTH)
    close(entity, date(2026, 3, 11))
    open_to_postings(entity_id=entity.pk, day=TENTH, actor=TESTER, now=NOON)

    own = book(entity, "k", *deposit("pl_1", 1))
    before = book(entity, "l", *deposit("pl_1", 1), at=NOON - timedelta(days=1))
    after = book(entity, "m", *deposit("pl_1", 1), at=NOON + timedelta(days=1))

    assert (own.business_date, own.corrects_date) == (TENTH, None)
    assert (before.business_date, before.corrects_date) == (TENTH, date(2026, 3, 9))
    assert (after.business_date, after.corrects_date) == (date(2026, 3, 12), date(2026, 3, 11))


@pytest.mark.spec("L16")
def test_a_document_states_its_own_day(entity: LegalEntity) -> None:
    assert book(entity, "k", *deposit("pl_1", 1), on=date(2026, 3, 7)).business_date == date(2026, 3, 7)


@pytest.mark.spec("L16", "S3")
def test_closing_twice_changes_nothing_and_history_keeps_each_change(entity: LegalEntity) -> None:
    close(entity, TENTH)
    close(entity, TENTH)
    open_to_postings(entity_id=entity.pk, day=TENTH, actor=TESTER, now=datetime(2026, 3, 12, tzinfo=UTC))

    row = BusinessDay.objects.get(entity=entity, date=TENTH)
    assert row.is_open
    assert [past.is_open for past in row.history.order_by("history_id")] == [False, True]


@pytest.mark.spec("L16")
def test_days_of_another_entity_do_not_matter(entity: LegalEntity) -> None:
    other = LegalEntity.objects.create(code="GB1", name="Countroom UK", zone="Europe/London")
    close(other, TENTH)
    assert book(entity, "k", *deposit("pl_1", 1)).corrects_date is None
