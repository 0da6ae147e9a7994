"""What a restated report says again, or another account's PSP calls the same, is not the same movement nor the same break (X5, R2, E1)."""

from typing import TYPE_CHECKING

import pytest

from tests.reconciliation.detect.bench import NOW, later, row, sale_row

if TYPE_CHECKING:
    from cashier.models import Capture
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("X5", "R2")
TAKEN = -12_000


def line(kind: str, capture: "Capture", minor: int) -> str:
    return row(kind, ours=capture.intent.public_id, psp=f"psp-{capture.psp_ref}", object_="case_1", gross=minor, net=minor)


def movements() -> list[tuple[str, int]]:
    from disputes.models import DisputeMovement

    booked = DisputeMovement.objects.filter(kind__in=("DEBITED", "CREDITED")).order_by("pk")
    return list(booked.values_list("kind", "number"))


def test_a_second_chargeback_after_a_restated_report_is_the_second(bench: "Bench") -> None:
    capture = bench.sale(30_000)
    bench.report(sale_row(capture), line("Chargeback", capture, TAKEN))
    bench.run()
    bench.report(sale_row(capture), line("Chargeback", capture, TAKEN), row("Fee", gross=-100, net=-100))  # batch 38 again: held, compared
    bench.report(line("ChargebackReversed", capture, -TAKEN), batch="39", day=later(1))
    bench.run(later(1))
    told_by_the_psp(bench, capture, number=2)

    bench.report(line("SecondChargeback", capture, TAKEN), batch="40", day=later(2))
    bench.run(later(2))

    assert movements() == [("DEBITED", 1), ("CREDITED", 1), ("DEBITED", 2)]
    assert bench.records.playable() == 18_000


def test_another_account_may_call_its_case_the_same(bench: "Bench") -> None:
    capture = bench.sale(30_000)
    told_by_the_psp(bench, capture, number=1)
    foreign = row("Chargeback", psp="psp-foreign", object_="case_1", gross=-500, net=-500)
    bench.report(foreign, account=bench.second_account().code)

    bench.report(sale_row(capture), line("Chargeback", capture, TAKEN))
    bench.run()

    assert movements() == [("DEBITED", 1)]


def told_by_the_psp(bench: "Bench", capture: "Capture", *, number: int) -> None:
    """The PSP's own event of this debit came first."""
    from disputes.models import Dispute
    from disputes.operations import Notice, open_dispute
    from disputes.operations.money import debit_dispute
    from tests.reconciliation.ingest.papers import ACTOR

    notice = Notice(
        merchant_account=bench.house.merchant, capture_id=capture.pk, provider_case_id="case_1", amount_minor=-TAKEN, currency="EUR",
        occurred_at=NOW, told_by=Dispute.OpenedBy.WEBHOOK, movement=number,
    )  # fmt: skip
    for hear in (open_dispute, debit_dispute):
        hear(notice, actor=ACTOR, now=NOW)


def test_a_refund_that_two_psps_call_alike_is_a_case_at_each(bench: "Bench") -> None:
    found = row("Refunded", ours="unknown", psp="psp-1", object_="1001", gross=-500, net=-500)
    other = bench.second_account().code
    bench.report(found)
    bench.report(found, account=other)
    bench.run()
    bench.run(account=other)

    cases = bench.cases("REFUND_UNKNOWN_TO_PLATFORM")
    assert [case.merchant_account.code for case in cases if case.merchant_account] == ["SANDBOX_EU", other]
