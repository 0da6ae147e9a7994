"""One posting: what it writes, what it refuses, what a second message of the same movement does."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from ledger.errors import BadSource, InsufficientFunds, PostingKeyConflict, UnbalancedPosting, UnknownAccountKind, UnknownRule
from ledger.ids import new_id
from ledger.locks import WalletBalance, lock_wallet
from ledger.models import JournalTransaction, LegalEntity
from ledger.money import UnknownAsset
from ledger.operations import Posting, post
from ledger.queries import get_balance, wallet_view
from ledger.refusals import LedgerError
from tests.ledger.books import NOON, TESTER, book, cr, deposit, dr, journal_size, lines_of, posting

pytestmark = pytest.mark.django_db


@pytest.mark.spec("L1", "L5", "L6")
def test_a_deposit_moves_clearing_and_wallet(entity: LegalEntity) -> None:
    posted = book(entity, "deposit.captured:cap_1", *deposit("pl_1", 5000))

    assert posted.created
    assert lines_of(posted.id) == [("clearing", "ma_1", "EUR", 5000), ("playable", "pl_1", "EUR", -5000)]
    assert wallet_view("pl_1") == {"EUR": WalletBalance(playable=5000)}
    assert get_balance(entity.pk, "clearing", "ma_1", "EUR") == 5000


@pytest.mark.spec("L20", "L8")
def test_a_transaction_stores_what_it_came_from(entity: LegalEntity) -> None:
    posted = book(
        entity, "k", *deposit("pl_1", 5000), at=NOON, intent_id="pi_1", player_id="pl_1", payload_sha256="ab" * 32
    )  # fmt: skip

    row = JournalTransaction.objects.get(pk=posted.id)
    assert (row.intent_ref, row.player_ref, row.kind, row.rule, row.currency) == (
        "pi_1",
        "pl_1",
        "OPENING_BALANCE",
        "OPENING_BALANCE@1",
        "EUR",
    )
    assert (row.occurred_at, row.posted_at, row.business_date, row.payload_sha256) == (NOON, NOON, date(2026, 3, 10), "ab" * 32)
    assert (row.actor_kind, row.actor_id) == ("system", "tests")
    assert row.created_at is not None
    assert row.source == {"lines": deposit("pl_1", 5000)}


@pytest.mark.spec("L3")
def test_the_same_movement_told_twice_is_posted_once(entity: LegalEntity) -> None:
    first = book(entity, "deposit.captured:cap_1", *deposit("pl_1", 5000))
    again = book(entity, "deposit.captured:cap_1", *deposit("pl_1", 5000), intent_id="pi_other_messenger")

    assert (again.id, again.created, again.business_date) == (first.id, False, first.business_date)
    assert journal_size() == (1, 2)
    assert wallet_view("pl_1") == {"EUR": WalletBalance(playable=5000)}


@pytest.mark.spec("L3")
def test_a_second_message_counts_as_the_first_even_when_the_money_is_gone(entity: LegalEntity) -> None:
    book(entity, "in", *deposit("pl_1", 5000))
    first = book(entity, "out", dr("playable", "pl_1", 5000), cr("gaming", "le_1", 5000))

    again = book(entity, "out", dr("playable", "pl_1", 5000), cr("gaming", "le_1", 5000))

    assert (again.id, again.created) == (first.id, False)


@pytest.mark.spec("L3")
@pytest.mark.parametrize(
    "lines",
    [
        deposit("pl_1", 5001),
        deposit("pl_2", 5000),
        deposit("pl_1", 5000, merchant="ma_2"),
        [dr("clearing", "ma_1", 5000, ref="cap_2"), cr("playable", "pl_1", 5000)],
        [dr("clearing", "ma_1", 5000, "SEK"), cr("playable", "pl_1", 5000, "SEK")],
    ],
)
def test_the_same_key_with_other_content_posts_nothing_and_names_the_first(entity: LegalEntity, lines: list[dict[str, object]]) -> None:
    first = book(entity, "deposit.captured:cap_1", *deposit("pl_1", 5000))

    with pytest.raises(PostingKeyConflict) as refused:
        book(entity, "deposit.captured:cap_1", *lines)

    assert (refused.value.key, refused.value.existing_id) == ("deposit.captured:cap_1", first.id)
    assert journal_size() == (1, 2)
    assert wallet_view("pl_1") == {"EUR": WalletBalance(playable=5000)}


@pytest.mark.spec("L6")
@pytest.mark.parametrize("kind", ["playable", "pending", "locked", "bonus"])
def test_a_debit_below_zero_is_refused_and_nothing_is_written(entity: LegalEntity, kind: str) -> None:
    book(entity, "in", dr("outside", "le_1", 1000), cr(kind, "pl_1", 1000))

    with pytest.raises(InsufficientFunds) as refused:
        book(entity, "out", dr(kind, "pl_1", 1001), cr("gaming", "le_1", 1001))

    assert (refused.value.kind, refused.value.holder, refused.value.asset, refused.value.missing_minor) == (kind, "pl_1", "EUR", 1)
    assert journal_size() == (1, 2)
    assert getattr(wallet_view("pl_1")["EUR"], kind) == 1000


@pytest.mark.spec("L6")
def test_a_debt_cannot_be_paid_beyond_zero(entity: LegalEntity) -> None:
    book(entity, "owed", dr("receivable", "pl_1", 500), cr("clearing", "ma_1", 500))
    assert wallet_view("pl_1") == {"EUR": WalletBalance(receivable=500)}

    with pytest.raises(InsufficientFunds):
        book(entity, "forgiven", dr("write_off", "le_1", 501), cr("receivable", "pl_1", 501))


@pytest.mark.spec("L6")
def test_a_refusal_leaves_the_callers_transaction_usable(entity: LegalEntity) -> None:
    with transaction.atomic():
        with pytest.raises(InsufficientFunds):
            post(posting(entity, "out", dr("playable", "pl_1", 1), cr("gaming", "le_1", 1)), actor=TESTER, now=NOON)
        posted = post(posting(entity, "in", *deposit("pl_1", 1)), actor=TESTER, now=NOON)

    assert posted.created
    assert journal_size() == (1, 2)


@pytest.mark.spec("L6")
def test_house_accounts_go_below_zero(entity: LegalEntity) -> None:
    book(entity, "k", dr("in_transit", "ma_1", 2010), cr("bank", "ba_1", 2010))
    assert get_balance(entity.pk, "bank", "ba_1", "EUR") == -2010


@pytest.mark.spec("L6", "L14")
def test_one_posting_may_move_two_wallets(entity: LegalEntity) -> None:
    book(entity, "in", *deposit("pl_1", 5000))
    book(entity, "moved", dr("playable", "pl_1", 2000), cr("playable", "pl_2", 2000))

    assert wallet_view("pl_1") == {"EUR": WalletBalance(playable=3000)}
    assert wallet_view("pl_2") == {"EUR": WalletBalance(playable=2000)}


@pytest.mark.spec("L15", "L5")
def test_two_currencies_balance_each_by_itself(entity: LegalEntity) -> None:
    book(
        entity,
        "k",
        dr("clearing", "ma_1", 114937, "SEK"),
        cr("fx", "le_1", 114937, "SEK"),
        dr("fx", "le_1", 9995),
        cr("playable", "pl_1", 9995),
    )

    assert get_balance(entity.pk, "fx", "le_1", "SEK") == -114937
    assert get_balance(entity.pk, "fx", "le_1", "EUR") == 9995


@pytest.mark.spec("L4")
def test_amounts_far_beyond_64_bits_are_exact(entity: LegalEntity) -> None:
    huge = 10**30 + 1
    book(entity, "k", dr("outside", "le_1", huge, "ETH"), cr("playable", "pl_1", huge, "ETH"))

    assert wallet_view("pl_1")["ETH"].playable == huge
    assert get_balance(entity.pk, "outside", "le_1", "ETH") == huge


@pytest.mark.spec("L1", "L4", "L5")
@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ([dr("clearing", "ma_1", 5000), cr("playable", "pl_1", 4999)], UnbalancedPosting),
        ([dr("clearing", "ma_1", 5000), cr("playable", "pl_1", 5000, "SEK")], UnbalancedPosting),
        ([dr("clearing", "ma_1", 0), cr("playable", "pl_1", 0)], UnbalancedPosting),
        ([dr("clearing", "ma_1", 5000)], UnbalancedPosting),
        ([], UnbalancedPosting),
        ([dr("clearing", "", 5000), cr("playable", "pl_1", 5000)], UnbalancedPosting),
        ([dr("cash", "ma_1", 5000), cr("playable", "pl_1", 5000)], UnknownAccountKind),
        ([dr("clearing", "ma_1", 5, "XXX"), cr("playable", "pl_1", 5, "XXX")], UnknownAsset),
        ([dr("clearing", "ma_1", 5.5), cr("playable", "pl_1", 5.5)], BadSource),  # type: ignore[arg-type]
    ],
)
def test_lines_that_cannot_be_are_refused(entity: LegalEntity, lines: list[dict[str, object]], error: type[LedgerError]) -> None:
    with pytest.raises(error):
        book(entity, "k", *lines)
    assert journal_size() == (0, 0)


@pytest.mark.spec("L8")
def test_an_unknown_rule_is_refused(entity: LegalEntity) -> None:
    with transaction.atomic(), pytest.raises(UnknownRule):
        post(Posting("DEPOSIT_CAPTURED@999", "k", entity.pk, {}, NOON), actor=TESTER, now=NOON)


def test_an_unknown_entity_is_refused(entity: LegalEntity) -> None:
    with transaction.atomic(), pytest.raises(LedgerError):
        post(Posting("OPENING_BALANCE@1", "k", new_id(), {"lines": deposit("pl_1", 1)}, NOON), actor=TESTER, now=NOON)


@pytest.mark.spec("L6")
def test_locking_a_wallet_makes_its_row(entity: LegalEntity) -> None:
    with transaction.atomic():
        assert lock_wallet(entity_id=entity.pk, player_id="pl_9", asset="EUR") == WalletBalance()
    book(entity, "in", *deposit("pl_9", 7))
    with transaction.atomic():
        assert lock_wallet(entity_id=entity.pk, player_id="pl_9", asset="EUR") == WalletBalance(playable=7)


@pytest.mark.spec("L5")
def test_books_of_two_entities_are_apart(entity: LegalEntity) -> None:
    other = LegalEntity.objects.create(code="GB1", name="Countroom UK", zone="Europe/London")
    book(entity, "a", *deposit("pl_1", 100))
    book(other, "b", *deposit("pl_1", 7, merchant="ma_1"))

    assert get_balance(entity.pk, "clearing", "ma_1", "EUR") == 100
    assert get_balance(other.pk, "clearing", "ma_1", "EUR") == 7


@pytest.mark.spec("D1")
def test_the_business_date_is_that_of_the_entity(entity: LegalEntity) -> None:
    late = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    assert book(entity, "k", *deposit("pl_1", 1), at=late).business_date == date(2026, 3, 11)
