"""Totals by rail are the journal's: what people paid in, got back and were paid out, counted from rows and from entries (L13)."""

import pytest
from django.db.models import Sum

from cashier import operations
from cashier.psp.base import Outcome
from cashier.queries.totals import rail_totals
from ledger.models import Entry
from tests.stories.casino import Casino


def posted(account: str, *kinds: str) -> int:
    """What these kinds of postings moved through the accounts of one kind, without sign."""
    entries = Entry.objects.filter(account__kind=account, transaction__kind__in=kinds)
    return abs(int(entries.aggregate(total=Sum("amount_minor"))["total"] or 0))


@pytest.mark.django_db
@pytest.mark.spec("L13", "L18")
def test_every_status_is_what_the_journal_says(casino: Casino) -> None:
    kept, refunded, returned = (casino.deposit(amount) for amount in (10_000, 4_000, 2_500))
    casino.end_refund(casino.refund(refunded, 1_500), "process")
    casino.end_refund(casino.refund(kept, 700), "fail")
    operations.return_deposit(capture_id=returned.pk, return_ref="1", occurred_at=casino.now, **casino.by)
    casino.answer(casino.ask(3_300, method="paybybank"), Outcome.PENDING)
    casino.proved(casino.answer(casino.ask(900), Outcome.DECLINED))
    paid, sent_back = casino.payout(2_000), casino.payout(1_100)
    for payout in (paid, sent_back):
        casino.send(payout)
        casino.end_payout(payout, "settle")
    casino.return_payout(sent_back, 1_100)
    casino.payout(600)

    totals: dict[tuple[str, str], int] = {}
    for row in rail_totals(casino.entity.pk):
        totals[row.direction, row.status] = totals.get((row.direction, row.status), 0) + row.amount_minor

    taken_back = posted("clearing", "DEPOSIT_RETURNED", "DEPOSIT_CAPTURE_FAILED")
    came_back = posted("playable", "PAYOUT_RETURNED")
    assert totals == {
        ("in", "success"): posted("clearing", "DEPOSIT_CAPTURED", "DEPOSIT_LATE_MONEY") - taken_back,
        ("in", "reversed"): taken_back,
        ("in", "refunded"): posted("clearing", "REFUND_PROCESSED", "DEPOSIT_LATE_REFUNDED"),
        ("in", "pending"): posted("pending", "DEPOSIT_SEEN"),
        ("out", "success"): posted("locked", "PAYOUT_SETTLED") - came_back,
        ("out", "reversed"): came_back,
        ("out", "pending"): posted("playable", "PAYOUT_REQUESTED") - posted("locked", "PAYOUT_SETTLED"),
    }
    assert totals["in", "success"] == 10_000 + 4_000 + 900
