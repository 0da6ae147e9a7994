"""A capture, refund or payout of another amount, told by the PSP and by its settlement line: one break, one case (R7, E1)."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.reconciliation.detect.bench import NOW, later, row, sale_row

if TYPE_CHECKING:
    from cashier.models import PayoutIntent, PspEvent, Refund
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("R7", "E1")


def refund_of(bench: "Bench", minor: int = 5000) -> "Refund":
    return bench.records.refund(bench.sale(10_000), minor)


def line_of(refund: "Refund", minor: int) -> str:
    intent, attempt = refund.capture.intent, refund.capture.attempt
    return row("Refunded", ours=intent.public_id, psp=attempt.psp_ref, object_="rfd_1", gross=-minor, net=-minor)


def confirmed(refund: "Refund", minor: int) -> None:
    """Our own lookup says that it is done, with this amount."""
    from cashier.operations import RefundEnd, process_refund
    from cashier.operations.told_amounts import Told
    from ledger.actors import system_actor

    end = RefundEnd("rfd_1", NOW, told=Told(minor, "EUR"))
    assert process_refund(refund_id=refund.pk, end=end, actor=system_actor("psp"), now=NOW)


def heard(bench: "Bench", kind: str, own_ref: str, minor: int, *, identity: str = "id:e1", **names: Any) -> "PspEvent":
    """An event of this amount, let in and tried."""
    from cashier.models import PspEvent, PspEventWork
    from cashier.operations import apply_event

    event = PspEvent.objects.create(
        merchant_account=bench.house.merchant, identity_key=identity, event=kind, own_ref=own_ref, amount_minor=minor, currency="EUR",
        occurred_at=NOW, received_at=NOW, body_sha256="0" * 64, raw_body="{}", **names,
    )  # fmt: skip
    PspEventWork.objects.create(event=event)
    apply_event(event_id=event.pk, now=NOW)
    event.work.refresh_from_db()
    return event


def test_a_refund_that_a_lookup_told_and_its_line_that_comes_later(bench: "Bench") -> None:
    refund = refund_of(bench)
    confirmed(refund, 4000)
    (told,) = bench.cases()

    bench.report(line_of(refund, 4000))
    bench.run()
    bench.run()

    (case,) = bench.cases("REFUND_AMOUNT_DIFFERS")
    assert case == told and case.links.filter(kind="psp_line").count() == 1
    assert (case.amount_minor, case.merchant_reference) == (1000, refund.public_id)


def test_a_person_ends_the_one_case_with_the_difference(bench: "Bench") -> None:
    from reconciliation.models import CaseState
    from tests.reconciliation.cases.acting import end

    refund = refund_of(bench)
    confirmed(refund, 4000)
    bench.report(line_of(refund, 4000))
    bench.run()
    before = bench.records.balance("clearing")

    assert end(bench.records, bench.cases("REFUND_AMOUNT_DIFFERS")[0], "write_off").state == CaseState.RESOLVED

    assert bench.records.balance("clearing") - before == 1000


def test_a_refund_whose_line_came_first_and_whose_event_says_the_same(bench: "Bench") -> None:
    refund = refund_of(bench)
    confirmed(refund, 5000)
    bench.report(line_of(refund, 4000))
    bench.run()
    (case,) = bench.cases("REFUND_AMOUNT_DIFFERS")

    heard(bench, "refund.processed", refund.public_id, 4000, refund_ref="rfd_1")

    assert bench.cases("REFUND_AMOUNT_DIFFERS") == [case]


@pytest.mark.parametrize("is_line_first", [False, True])
def test_a_capture_of_which_an_event_and_the_line_say_the_same(bench: "Bench", is_line_first: bool) -> None:
    capture = bench.sale(10_000)

    def hear() -> None:
        names = {"intent_ref": capture.intent.public_id, "psp_ref": capture.attempt.psp_ref, "capture_ref": capture.psp_ref}
        assert heard(bench, "payment.captured", "", 9_900, **names).work.outcome == "amount differs: case raised"

    def report() -> None:
        bench.report(sale_row(capture, gross=9_900))
        bench.run()

    for act in (report, hear) if is_line_first else (hear, report):
        act()

    (case,) = bench.cases("GROSS_AMOUNT_DIFFERS")
    assert set(case.links.filter(kind__in=("capture", "psp_line")).values_list("kind", flat=True)) == {"capture", "psp_line"}


def test_a_payout_that_an_event_told_and_its_line(bench: "Bench") -> None:
    payout = payout_of(bench)
    event = heard(bench, "payout.settled", payout.public_id, 4000, payout_ref="pyt_1")
    (told,) = bench.cases("PAYOUT_AMOUNT_DIFFERS")
    assert event.work.state == "DEAD" and told.links.filter(kind="event", target_id=event.public_id).exists()
    settled(payout)

    bench.report(row("PaidOut", ours=payout.public_id, psp="pyt_1", object_="pyt_1", gross=-4000, net=-4000))
    bench.run()

    (case,) = bench.cases("PAYOUT_AMOUNT_DIFFERS")
    assert case == told and case.links.filter(kind="psp_line").exists()


def test_a_line_of_yet_another_amount_is_another_break(bench: "Bench") -> None:
    refund = refund_of(bench)
    confirmed(refund, 4000)

    bench.report(line_of(refund, 4500))
    bench.run()

    assert [case.amount_minor for case in bench.cases("REFUND_AMOUNT_DIFFERS")] == [1000, 500]


def test_what_a_person_ended_before_the_line_came_hides_nothing(bench: "Bench") -> None:
    from reconciliation.models import CaseState, ExceptionCase

    refund = refund_of(bench)
    confirmed(refund, 4000)
    ExceptionCase.objects.update(state=CaseState.RESOLVED, resolution="no_action", resolved_at=NOW)

    bench.report(line_of(refund, 4000))
    for day in (0, 0, 1):
        bench.run(later(day))

    assert [case.state for case in bench.cases("REFUND_AMOUNT_DIFFERS")] == [CaseState.RESOLVED, CaseState.OPEN]


def payout_of(bench: "Bench", minor: int = 5000) -> "PayoutIntent":
    bench.sale(10_000)
    return bench.records.payout(minor)


def settled(payout: "PayoutIntent") -> None:
    from cashier.operations.payouts import settle_payout
    from ledger.actors import system_actor

    settle_payout(payout_id=payout.pk, occurred_at=NOW, actor=system_actor("psp"), now=NOW, psp_ref="pyt_1")
