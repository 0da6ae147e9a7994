"""Each check of an account names what its rows and the books say differently, and nothing else fails with it (L10)."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from ledger.operations import Posting, post
from ledger.proofs import prove_ledger
from tests.ledger.books import TESTER, cr, dr
from tests.ledger.stories.telling import Source, batch, debited, opened, played, transfer
from tests.stories.casino import Casino
from tests.stories.telling import story

pytestmark = [pytest.mark.django_db, pytest.mark.spec("L10", "L19")]


@pytest.fixture
def busy(casino: Casino) -> Casino:
    """A payout that came back, a refund that was reversed, a deposit that was returned, an inquiry, a stake."""
    from cashier import operations

    captures = [casino.deposit(amount) for amount in (10_000, 4_000, 2_000, 1_000)]
    refund = casino.refund(captures[1], 1_500)
    for how in ("process", "reverse"):
        casino.end_refund(refund, how)
    operations.return_deposit(capture_id=captures[2].pk, return_ref="1", occurred_at=casino.now, **casino.by)
    payout = casino.payout(3_000)
    casino.send(payout)
    casino.end_payout(payout, "settle")
    casino.return_payout(payout, 2_900)
    casino.chargeback("inquire", captures[3])
    casino.stake(500)
    assert failed() == set()
    return casino


def failed() -> set[str]:
    return {check.name for check in prove_ledger().checks if not check.ok}


ROWS = {
    "payouts_are_booked": "UPDATE cashier_payout_intent SET returned_minor = returned_minor - 1",
    "reversed_refunds_are_booked": "UPDATE cashier_refund SET amount_minor = amount_minor + 1",
    "taken_back_is_booked": "UPDATE cashier_capture SET amount_minor = amount_minor + 1 WHERE state = 'RETURNED'",
    "dispute_holds_are_named": "UPDATE disputes_dispute SET held_minor = held_minor - 1",
}


@pytest.mark.parametrize(("check", "statement"), ROWS.items(), ids=list(ROWS))
def test_a_row_that_says_otherwise_is_named(busy: Casino, check: str, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert check in failed()


def by_rule(casino: Casino, posting: tuple[str, Source]) -> None:
    """Posted by a rule in use, and by no operation: there is no row behind it."""
    rule, source = posting
    with transaction.atomic():
        source = story(casino, 1).renamed(source)
        post(Posting(rule, "forged", casino.entity.pk, source, casino.now), actor=TESTER, now=casino.now)


def owed(ref: str) -> tuple[str, Source]:
    return "OPENING_BALANCE@1", {"lines": [dr("receivable", "pl_p", 5, ref=ref), cr("outside", "le_e", 5)]}


def paid_above(ref: str) -> tuple[str, Source]:
    lines = [dr("receivable", "pl_p", 9, ref="dp_1"), cr("receivable", "pl_p", 5, ref=ref), cr("outside", "le_e", 4)]
    return "OPENING_BALANCE@1", {"lines": lines}


POSTINGS: dict[str, tuple[Callable[[], tuple[str, Source]], set[str]]] = {
    "a stake of no round": (lambda: played(5), {"round_moves_are_booked"}),
    "a chargeback of no dispute": (lambda: opened(5, playable=5), {"dispute_movements_are_booked"}),
    "a debit of no dispute": (lambda: debited(5), {"dispute_movements_are_booked"}),
    "a batch that no report brought": (lambda: batch(5, {"capture": 5}), {"in_transit_is_named"}),
    "a reserve that no report withheld": (lambda: batch(0, {"capture": 5}, withheld=5), {"reserve_is_named"}),
    "a transfer on no statement": (lambda: transfer(5), {"in_transit_is_named", "bank_is_its_lines"}),
    "a debt of nothing": (lambda: owed(""), {"debts_are_named"}),
    "a debt paid above what was owed": (lambda: paid_above("cap_9"), {"debts_are_named"}),
}


@pytest.mark.parametrize(("posting", "checks"), POSTINGS.values(), ids=list(POSTINGS))
def test_a_posting_without_its_row_is_named(busy: Casino, posting: Callable[[], tuple[str, Source]], checks: set[str]) -> None:
    by_rule(busy, posting())
    assert failed() == checks
