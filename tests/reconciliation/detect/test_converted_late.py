"""Lines of another currency that find their item only after their batch was posted (L15, POSTINGS.md 3.7)."""

from typing import TYPE_CHECKING

import pytest

from tests.reconciliation.detect.bench import later, row, sale_row
from tests.reconciliation.detect.test_rounding_and_rates import in_sek

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench


def balances(bench: "Bench") -> dict[str, int]:
    """What the line moves, by account and asset."""
    from ledger.queries import get_balance

    entity, ours = bench.house.entity, bench.house.merchant.public_id
    holders = {"clearing": ours, "suspense": ours, "fx": entity.public_id}
    asked = [(kind, asset) for kind in holders for asset in ("SEK", "EUR")]
    return {f"{kind} {asset}": get_balance(entity.pk, kind, holders[kind], asset) for kind, asset in asked}


@pytest.mark.spec("L15", "R8")
def test_a_converted_line_that_is_identified_later_relieves_its_item_in_its_own_currency(
    bench: "Bench", monkeypatch: pytest.MonkeyPatch
) -> None:
    from cashier.models import Capture
    from ledger.models import JournalTransaction
    from ledger.proofs import replay_journal
    from reconciliation.proofs import batches_relieved_their_items, suspense_is_named

    monkeypatch.setenv("SANDBOX_EU_API_KEY", "nobody is there to be asked")
    # given 100.00 SEK, settled as 9.00 EUR, of a capture that nobody told us of
    capture = in_sek(bench, 10_000, "obj_1")
    Capture.objects.filter(pk=capture.pk).update(state="SUBMITTED")
    before = balances(bench)
    bench.report(sale_row(capture, gross=10_000, net=880, commission=20, charged="SEK", rate="0.0900"))
    bench.run()
    assert balances(bench) == {**before, "suspense EUR": -900}

    # when it is known
    Capture.objects.filter(pk=capture.pk).update(state="SUCCEEDED")
    bench.run(later(1))
    bench.run(later(1))

    # then the books are as if it had been known at once
    assert balances(bench) == {**before, "clearing SEK": -10_000, "fx SEK": 10_000, "fx EUR": -900}
    posted = JournalTransaction.objects.get(kind="LINE_IDENTIFIED")
    (rate,) = posted.source["rates"]
    assert (rate["asset"], rate["gross_minor"], rate["base_minor"], rate["rate"]) == ("SEK", 10_000, 900, "0.09")
    assert replay_journal().ok and batches_relieved_their_items().ok and suspense_is_named().ok


@pytest.mark.spec("L15", "R8")
def test_one_known_at_once_moves_the_same(bench: "Bench") -> None:
    capture = in_sek(bench, 10_000, "obj_1")
    before = balances(bench)
    bench.report(sale_row(capture, gross=10_000, net=880, commission=20, charged="SEK", rate="0.0900"))
    bench.run()
    assert balances(bench) == {**before, "clearing SEK": -10_000, "fx SEK": 10_000, "fx EUR": -900}


def relieved_by_late_lines() -> list[str]:
    """Which references lines that came out of suspense relieved in clearing."""
    from ledger.models import Entry

    entries = Entry.objects.filter(account__kind="clearing", transaction__kind="LINE_IDENTIFIED")
    return list(entries.order_by("id").values_list("ref", flat=True))


@pytest.mark.spec("L17", "R8")
def test_a_payout_that_came_back_is_relieved_under_its_return(bench: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_EU_API_KEY", "nobody is there to be asked")
    # given a line of a return that nobody told us of
    bench.sale(9000)
    payout = bench.records.payout(5000, state="SETTLED")
    bench.report(row("PaidOutReversed", ours=payout.public_id, psp="po-1", object_="po-1", gross=5000, net=5000))
    bench.run()
    assert bench.codes() == ["PAYOUT_RETURNED"]

    # when it is known
    type(payout).objects.filter(pk=payout.pk).update(state="RETURNED", returned_minor=5000)
    bench.run(later(1))

    # then what stands in clearing under the return is relieved, not the payout, which has a line of its own
    assert relieved_by_late_lines() == [f"{payout.public_id}:returned"]


@pytest.mark.spec("L17", "R8")
def test_a_chargeback_is_relieved_under_its_movement(bench: "Bench") -> None:
    from cashier.models import Capture
    from ledger.models import Entry

    # given a chargeback of a deposit whose capture we do not hold yet
    capture = bench.sale(9000)
    Capture.objects.filter(pk=capture.pk).update(state="SUBMITTED")
    ours = capture.intent.public_id
    bench.report(row("Chargeback", ours=ours, psp="psp-obj_1", object_="case-1", gross=-9000, net=-9000))
    bench.run()
    Capture.objects.filter(pk=capture.pk).update(state="SUCCEEDED")
    bench.run(later(1))

    booked = Entry.objects.get(account__kind="clearing", transaction__kind="CHARGEBACK_DEBITED").ref
    assert relieved_by_late_lines() == [booked]
