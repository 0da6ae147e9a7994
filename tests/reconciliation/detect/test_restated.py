"""A report that comes again, changed: what differs is posted, once, and what can't be followed is told (POSTINGS.md 3.5, R2)."""

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.reconciliation.detect.bench import NOW, later, row, sale_row

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("R2", "R8", "L16")
POSTED = "The difference is posted: {} new and {} gone, the fees and the payout as the report states them now."

MOVED = "Nothing of it is posted: line 3 is gone, and its money was moved since, or is of no item of ours."


def books() -> dict[str, int]:
    """What stands in the accounts of the PSP, by kind, where it is not zero."""
    from ledger.models import Entry

    sums: Counter[str] = Counter()
    for kind, minor in Entry.objects.values_list("account__kind", "amount_minor"):
        sums[kind] += int(minor)
    return {kind: minor for kind, minor in sums.items() if minor and kind in ("clearing", "in_transit", "fees", "suspense", "reserve")}


def versions() -> list[tuple[int, str]]:
    from reconciliation.models import SettlementBatch

    return list(SettlementBatch.objects.order_by("version").values_list("version", "state"))


def told(bench: "Bench") -> list[str]:
    """What runs wrote on the cases of the restated reports."""
    return [entry.text for case in bench.cases("SETTLEMENT_REPORT_RESTATED") for entry in case.entries.filter(kind="evidence")]


def assert_proved() -> None:
    from reconciliation import proofs, proofs_of_accounts

    checks = (
        proofs.suspense_is_named, proofs.batches_relieved_their_items, proofs.lines_are_consumed_once, proofs.residuals_are_of_the_proofs,
        proofs_of_accounts.in_transit_is_named, proofs_of_accounts.clearing_is_named, proofs_of_accounts.reserve_is_named,
    )  # fmt: skip
    for check in checks:
        assert check().ok, check.__name__


def test_a_line_that_is_new_is_posted_and_finds_its_item(bench: "Bench") -> None:
    first, second = bench.sale(30_000), bench.sale(10_000, "obj_2")
    bench.report(sale_row(first, commission=300))
    bench.run()
    assert books() == {"clearing": 10_000, "in_transit": 29_700, "fees": 300}

    bench.report(sale_row(first, commission=300), sale_row(second, commission=100))
    bench.run()

    assert books() == {"in_transit": 39_600, "fees": 400}
    assert (versions(), told(bench)) == ([(1, "SETTLED"), (2, "SETTLED")], [POSTED.format(1, 0)])
    assert_proved()


def test_it_is_posted_once(bench: "Bench") -> None:
    from ledger.models import JournalTransaction

    first, second = bench.sale(30_000), bench.sale(10_000, "obj_2")
    bench.report(sale_row(first))
    bench.report(sale_row(first), sale_row(second))
    bench.run()
    before = JournalTransaction.objects.count()

    bench.run()
    bench.run(later(1))

    assert JournalTransaction.objects.count() == before
    assert JournalTransaction.objects.filter(kind="BATCH_RESTATED").count() == 1
    assert (books(), told(bench)) == ({"in_transit": 40_000}, [POSTED.format(1, 0)])
    assert_proved()


def test_of_a_line_that_is_gone_the_item_is_open_again(bench: "Bench") -> None:
    from reconciliation.models import Match

    first, second = bench.sale(30_000), bench.sale(10_000, "obj_2")
    bench.report(sale_row(first), sale_row(second))
    bench.run()

    bench.report(sale_row(first))
    bench.run()

    assert books() == {"clearing": 10_000, "in_transit": 30_000}
    assert Match.objects.get(item_id=second.pk).undone_reason == "the report was restated without this line"
    assert told(bench) == [POSTED.format(0, 1)]
    assert_proved()


def test_what_waited_in_suspense_and_is_gone_waits_no_more(bench: "Bench") -> None:
    from reconciliation.models import SuspenseItem

    capture = bench.sale(30_000)
    nobodys = row("Settled", ours="nobody", psp="p9", object_="o9", gross=500, net=500)
    bench.report(sale_row(capture), nobodys)
    bench.run()
    assert books() == {"in_transit": 30_500, "suspense": -500}

    bench.report(sale_row(capture))
    bench.run()

    assert books() == {"in_transit": 30_000}
    assert SuspenseItem.objects.get().cleared_txn != ""
    assert_proved()


def test_other_fees_leave_the_items_where_they_are(bench: "Bench") -> None:
    from reconciliation.models import Match

    capture = bench.sale(30_000)
    bench.report(sale_row(capture, commission=300))
    bench.run()

    bench.report(sale_row(capture, commission=450))
    bench.run()

    assert books() == {"in_transit": 29_550, "fees": 450}
    assert Match.objects.filter(undone_at=None).count() == 1
    assert told(bench) == [POSTED.format(0, 0)]
    assert_proved()


def test_another_amount_of_a_sale_is_told_as_ever(bench: "Bench") -> None:
    capture = bench.sale(30_000)
    bench.report(sale_row(capture))
    bench.run()

    bench.report(sale_row(capture, gross=29_000))
    bench.run()

    assert books() == {"clearing": 1_000, "in_transit": 29_000}
    (case,) = bench.cases("GROSS_AMOUNT_DIFFERS")
    assert (case.amount_minor, case.state) == (1_000, "OPEN")
    assert told(bench) == [POSTED.format(1, 1)]
    assert_proved()


def test_restated_twice_each_difference_is_of_the_one_before(bench: "Bench") -> None:
    captures = [bench.sale(10_000 * number, f"obj_{number}") for number in (1, 2, 3)]
    bench.report(sale_row(captures[0]))
    bench.report(*(sale_row(capture) for capture in captures[:2]))
    bench.report(*(sale_row(capture) for capture in captures))

    bench.run()

    assert books() == {"in_transit": 60_000}
    assert versions() == [(1, "SETTLED"), (2, "SETTLED"), (3, "SETTLED")]
    assert_proved()


def test_where_no_amount_differs_nothing_is_posted(bench: "Bench") -> None:
    from ledger.models import JournalTransaction

    capture = bench.sale(30_000)
    bench.report(sale_row(capture), row("Fee", psp="f1", object_="monthly", net=-100, gross=-100))
    bench.run()
    before = JournalTransaction.objects.count()

    bench.report(sale_row(capture), row("Fee", psp="f2", object_="monthly, again", net=-100, gross=-100))
    bench.run()

    assert JournalTransaction.objects.count() == before
    assert told(bench) == ["No amount differs: nothing is posted."]
    assert_proved()


@pytest.mark.parametrize("runs", [1, 2])
def test_what_can_not_be_followed_is_left_to_people(bench: "Bench", runs: int) -> None:
    capture = bench.sale(30_000)
    bench.report(sale_row(capture))
    bench.run()
    before = books()

    bench.report(sale_row(capture), row("DepositCorrection", psp="r1", object_="reserve", gross=-3_000, net=-3_000))
    for number in range(runs):
        bench.run(later(number))

    assert (books(), versions()) == (before, [(1, "SETTLED"), (2, "HELD")])
    assert told(bench) == ["Nothing of it is posted: what is held in reserve differs."]
    assert_proved()


def test_a_line_whose_item_a_person_named_is_left_to_people(bench: "Bench") -> None:
    from reconciliation.models import Match
    from reconciliation.operations.casework.pairing import RULE

    first, second = bench.sale(30_000), bench.sale(10_000, "obj_2")
    bench.report(sale_row(first), sale_row(second))
    bench.run()
    Match.objects.filter(item_id=second.pk).update(rule=RULE)

    bench.report(sale_row(first))
    bench.run()

    assert (books(), versions()) == ({"in_transit": 40_000}, [(1, "SETTLED"), (2, "HELD")])
    assert told(bench) == [MOVED]
    assert_proved()


def test_money_that_somebody_moved_since_is_left_to_people(bench: "Bench") -> None:
    from reconciliation.models import SuspenseItem

    capture = bench.sale(30_000)
    bench.report(sale_row(capture), row("Settled", ours="nobody", psp="p9", object_="o9", gross=500, net=500))
    bench.run()
    SuspenseItem.objects.update(cleared_txn="txn_by_hand", cleared_at=NOW)

    bench.report(sale_row(capture))
    bench.run()

    assert versions() == [(1, "SETTLED"), (2, "HELD")]
    assert told(bench) == [MOVED]
