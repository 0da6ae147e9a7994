"""Acts by hand: adjustments, write-offs, reversals; four eyes, posted once (L12)."""

from datetime import date, timedelta

import pytest

from cashier.proofs_of_items import debts_are_named
from ledger.actors import user_actor
from ledger.approvals import get_approval_kind
from ledger.errors import ApprovalRefused, InsufficientFunds
from ledger.locks import WalletBalance
from ledger.models import ApprovalRequest, JournalTransaction, LegalEntity, User
from ledger.operations import close_to_postings, decide, propose_adjustment, propose_reversal, propose_write_off
from ledger.operations.adjustments import preview_adjustment
from ledger.operations.reversals import preview_reversal
from ledger.queries import get_balance, wallet_view
from tests.ledger.books import NOON, TESTER, book, cr, deposit, dr, journal_size, lines_of

pytestmark = pytest.mark.django_db


def adjust(entity: LegalEntity, maker: User, direction: str, amount_minor: int) -> ApprovalRequest:
    return propose_adjustment(
        entity_id=entity.pk, player_id="pl_1", asset="EUR", amount_minor=amount_minor, direction=direction, reason="goodwill",
        ref="case_1", maker=user_actor(maker), now=NOON,
    )  # fmt: skip


def approve(request: ApprovalRequest, checker: User) -> JournalTransaction:
    decide(request_id=request.pk, approve=True, checker=checker, reason="", now=NOON)
    return JournalTransaction.objects.get(posting_key=f"approval:{request.public_id}")


@pytest.mark.spec("L12", "S1")
def test_a_credit_by_hand_posts_when_another_person_approves(entity: LegalEntity, ada: User, ben: User) -> None:
    request = adjust(entity, ada, "credit", 500)
    assert journal_size() == (0, 0)

    posted = approve(request, ben)

    assert lines_of(posted.pk) == [("adjustments", entity.public_id, "EUR", 500), ("playable", "pl_1", "EUR", -500)]
    assert (posted.actor_kind, posted.actor_id) == ("user", str(ada.pk))
    assert posted.entries.first().ref == "case_1"


@pytest.mark.spec("L12", "L6")
def test_a_debit_by_hand_that_finds_too_little_decides_nothing(entity: LegalEntity, ada: User, ben: User) -> None:
    book(entity, "in", *deposit("pl_1", 499))
    request = adjust(entity, ada, "debit", 500)

    with pytest.raises(InsufficientFunds):
        decide(request_id=request.pk, approve=True, checker=ben, reason="", now=NOON)
    request.refresh_from_db()
    assert (request.state, journal_size()) == ("PENDING", (1, 2))

    book(entity, "more", *deposit("pl_1", 1))
    approve(request, ben)
    assert wallet_view("pl_1") == {"EUR": WalletBalance()}


@pytest.mark.spec("L12")
def test_who_proposes_never_approves(entity: LegalEntity, ada: User) -> None:
    request = adjust(entity, ada, "credit", 500)
    with pytest.raises(ApprovalRefused):
        approve(request, ada)
    assert journal_size() == (0, 0)


@pytest.mark.spec("L12")
def test_the_preview_is_what_is_posted(entity: LegalEntity, ada: User, ben: User) -> None:
    request = adjust(entity, ada, "credit", 500)
    preview = [(line.kind, line.holder, line.asset, line.amount_minor) for line in preview_adjustment(request.payload)]
    assert get_approval_kind(request.kind).preview is not None
    assert preview == lines_of(approve(request, ben).pk)


@pytest.mark.spec("L12")
@pytest.mark.parametrize(("direction", "amount"), [("credit", 0), ("credit", -1), ("sideways", 1)])
def test_what_is_no_adjustment_is_refused(entity: LegalEntity, ada: User, direction: str, amount: int) -> None:
    with pytest.raises(ApprovalRefused):
        adjust(entity, ada, direction, amount)


@pytest.mark.spec("L12", "L19")
@pytest.mark.parametrize("loss", ["write_off", "chargeback_loss"])
def test_a_debt_is_written_off(entity: LegalEntity, ada: User, ben: User, loss: str) -> None:
    book(entity, "owed", dr("receivable", "pl_1", 5000), cr("clearing", "ma_1", 5000))
    request = propose_write_off(
        entity_id=entity.pk, what="receivable", holder="pl_1", asset="EUR", amount_minor=5000, loss=loss, reason="gone",
        maker=user_actor(ada), now=NOON,
    )  # fmt: skip
    posted = approve(request, ben)

    assert lines_of(posted.pk) == [(loss, entity.public_id, "EUR", 5000), ("receivable", "pl_1", "EUR", -5000)]
    assert wallet_view("pl_1") == {"EUR": WalletBalance()}


@pytest.mark.spec("L12")
@pytest.mark.parametrize(
    ("what", "kind", "lines"),
    [
        ("item", "clearing", [("write_off", "le", 70), ("clearing", "ma_1", -70)]),
        ("item", "in_transit", [("write_off", "le", 70), ("in_transit", "ma_1", -70)]),
        ("surplus", "suspense", [("suspense", "ma_1", 70), ("write_off", "le", -70)]),
        ("recovery", "bank", [("bank", "ma_1", 70), ("write_off", "le", -70)]),
    ],
)
def test_each_write_off_has_its_lines(
    entity: LegalEntity, ada: User, ben: User, what: str, kind: str, lines: list[tuple[str, str, int]]
) -> None:
    request = propose_write_off(
        entity_id=entity.pk, what=what, holder="ma_1", kind=kind, asset="EUR", amount_minor=70, reason="r", maker=user_actor(ada), now=NOON
    )
    expected = [(name, entity.public_id if holder == "le" else holder, "EUR", amount) for name, holder, amount in lines]
    assert lines_of(approve(request, ben).pk) == expected


def reverse(original: JournalTransaction, maker: User, **options: int) -> ApprovalRequest:
    return propose_reversal(transaction_id=original.pk, reason="posted twice", maker=user_actor(maker), now=NOON, **options)


def a_deposit(entity: LegalEntity, amount_minor: int = 5000) -> JournalTransaction:
    return JournalTransaction.objects.get(pk=book(entity, "in", *deposit("pl_1", amount_minor), player_id="pl_1").id)


@pytest.mark.spec("L12", "L2")
def test_a_reversal_mirrors_and_names_the_first(entity: LegalEntity, ada: User, ben: User) -> None:
    original = a_deposit(entity)
    request = reverse(original, ada)
    assert [(line.kind, line.amount_minor) for line in preview_reversal(request.payload)] == [("clearing", -5000), ("playable", 5000)]

    posted = approve(request, ben)

    assert posted.reverses_id == original.pk
    assert sorted(lines_of(posted.pk)) == [("clearing", "ma_1", "EUR", -5000), ("playable", "pl_1", "EUR", 5000)]
    assert get_balance(entity.pk, "clearing", "ma_1", "EUR") == 0


@pytest.mark.spec("L12", "L6")
def test_what_the_player_no_longer_has_becomes_a_debt(entity: LegalEntity, ada: User, ben: User) -> None:
    original = a_deposit(entity)
    book(entity, "held", dr("playable", "pl_1", 1000), cr("locked", "pl_1", 1000))
    book(entity, "played", dr("playable", "pl_1", 1500), cr("gaming", "le_1", 1500))

    approve(reverse(original, ada, held_minor=1000), ben)

    assert wallet_view("pl_1") == {"EUR": WalletBalance(receivable=1500)}


@pytest.mark.spec("L12", "L19")
def test_a_debt_from_a_reversal_names_the_transaction_where_its_lines_name_nothing(entity: LegalEntity, ada: User, ben: User) -> None:
    request = propose_adjustment(
        entity_id=entity.pk, player_id="pl_1", asset="EUR", amount_minor=500, direction="credit", reason="goodwill", maker=user_actor(ada),
        now=NOON,
    )  # fmt: skip
    credited = approve(request, ben)
    book(entity, "played", dr("playable", "pl_1", 300), cr("gaming", "le_1", 300))

    posted = approve(reverse(credited, ada), ben)

    assert [(entry.amount_minor, entry.ref) for entry in posted.entries.filter(account__kind="receivable")] == [(300, credited.public_id)]
    assert debts_are_named().ok


@pytest.mark.spec("L12")
def test_a_transaction_is_reversed_once(entity: LegalEntity, ada: User, ben: User) -> None:
    original = a_deposit(entity)
    first, second = reverse(original, ada), reverse(original, ada)
    mirror = approve(first, ben)

    with pytest.raises(ApprovalRefused, match="reversed already"):
        approve(second, ben)
    with pytest.raises(ApprovalRefused, match="is a reversal"):
        reverse(mirror, ada)


@pytest.mark.spec("L16")
def test_a_correction_of_a_closed_day_goes_to_the_open_one(entity: LegalEntity, ada: User, ben: User) -> None:
    original = a_deposit(entity)
    for day in (NOON.date(), NOON.date() + timedelta(days=1)):
        close_to_postings(entity_id=entity.pk, day=day, actor=TESTER, now=NOON)

    posted = approve(reverse(original, ada), ben)

    assert (posted.business_date, posted.corrects_date) == (date(2026, 3, 12), date(2026, 3, 10))
