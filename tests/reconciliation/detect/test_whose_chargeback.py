"""Chargeback lines whose report names no case, or one of another payment: each takes from its own player, once (X1, X5)."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.reconciliation.detect.bench import AT, NOW, later, row, sale_row

if TYPE_CHECKING:
    from cashier.models import Capture
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("X1", "X5")


def taken(capture: "Capture", minor: int, case: str = "", kind: str = "Chargeback", **more: Any) -> str:
    return row(kind, ours=capture.intent.public_id, psp=f"psp-{capture.psp_ref}", object_=case, gross=minor, **{"net": minor, **more})


def movements() -> list[tuple[str, str, int, int]]:
    """(deposit's capture, what, which, minor units), of all disputes."""
    from disputes.models import DisputeMovement

    found = DisputeMovement.objects.select_related("dispute__capture").order_by("dispute__capture__psp_ref", "pk")
    return [(each.dispute.capture.psp_ref, str(each.kind), each.number, int(each.amount_minor)) for each in found]


def hear(bench: "Bench", capture: "Capture", case: str, minor: int) -> None:
    """The PSP's notification of a chargeback that it took."""
    from disputes.models import Dispute
    from disputes.operations.money import debit_dispute
    from disputes.operations.opening import Notice
    from tests.reconciliation.ingest.papers import ACTOR

    notice = Notice(bench.house.merchant, capture.pk, case, minor, "EUR", AT, Dispute.OpenedBy.WEBHOOK)
    debit_dispute(notice, actor=ACTOR, now=NOW)


def test_lines_that_name_no_case_open_a_dispute_for_each_payment(bench: "Bench") -> None:
    first, second = bench.sale(30_000, "obj_1"), bench.sale(20_000, "obj_2")
    bench.report(sale_row(first), sale_row(second), taken(first, -30_000), taken(second, -20_000))
    bench.run()

    assert movements() == [
        ("obj_1", "OPENED", 1, 30_000), ("obj_1", "DEBITED", 1, 30_000), ("obj_2", "OPENED", 1, 20_000), ("obj_2", "DEBITED", 1, 20_000),
    ]  # fmt: skip
    assert [case.state for case in bench.cases("CHARGEBACK_NOT_BOOKED")] == ["AUTO_RESOLVED"] * 2 == [case.state for case in bench.cases()]
    assert bench.records.playable() == 0

    # and what is given back of one is given back of that one
    bench.report(taken(second, 20_000, kind="ChargebackReversed"), batch="39", day=later(1))
    bench.run(later(1))
    assert movements()[4:] == [("obj_2", "CREDITED", 1, 20_000)]


def test_a_case_that_is_named_later_is_the_one_that_the_line_opened(bench: "Bench") -> None:
    from disputes.models import Dispute
    from disputes.operations.answer import check_answerable
    from disputes.refusals import CaseNotNamed

    capture = bench.sale(30_000)
    bench.report(sale_row(capture), taken(capture, -12_000))
    bench.run()
    with pytest.raises(CaseNotNamed):  # there is nothing yet that an answer could be sent to
        check_answerable(Dispute.objects.get(), now=NOW)
    hear(bench, capture, "case_1", 12_000)

    # then nothing is taken twice, and it can be answered
    check_answerable(Dispute.objects.get(), now=NOW)
    assert Dispute.objects.get().provider_case_id == "case_1"
    assert bench.records.playable() == 18_000


def test_a_line_that_names_no_case_is_of_the_one_that_was_told(bench: "Bench") -> None:
    capture = bench.sale(30_000)
    hear(bench, capture, "case_1", 12_000)
    bench.report(sale_row(capture), taken(capture, -12_000))
    bench.run()

    assert (bench.codes(), bench.records.playable()) == ([], 18_000)


def test_of_several_disputes_of_a_payment_nobody_guesses_which_is_meant(bench: "Bench") -> None:
    capture = bench.sale(30_000)
    hear(bench, capture, "case_1", 6000)
    hear(bench, capture, "case_2", 6000)
    bench.report(sale_row(capture), taken(capture, -6000))
    bench.run()
    bench.run(later(1))

    (case,) = bench.cases()
    assert (case.reason_id, case.state, case.amount_minor) == ("CHARGEBACK_NOT_BOOKED", "OPEN", 6000)
    assert bench.records.playable() == 18_000


def test_a_case_of_another_payment_takes_from_nobody(bench: "Bench") -> None:
    """Two payments under one case id: the second would have been a further chargeback of the first."""
    first, second = bench.sale(30_000, "obj_1"), bench.sale(20_000, "obj_2")
    bench.report(sale_row(first), sale_row(second), taken(first, -30_000, "case_1"), taken(second, -20_000, "case_1"))
    bench.run()
    bench.run(later(1))

    assert movements() == [("obj_1", "OPENED", 1, 30_000), ("obj_1", "DEBITED", 1, 30_000)]
    (case,) = [case for case in bench.cases() if case.is_live]
    assert (case.reason_id, case.merchant_reference, case.amount_minor) == ("CHARGEBACK_NOT_BOOKED", second.intent.public_id, 20_000)
    assert (bench.records.balance("suspense"), bench.records.playable()) == (20_000, 20_000)


def test_a_chargeback_in_another_currency_is_one_case(bench: "Bench") -> None:
    capture = bench.sale(30_000)
    bench.report(sale_row(capture), taken(capture, -30_000, "case_1", net=-2700, charged="SEK", rate="0.0900"))
    bench.run()
    bench.run(later(1))

    (case,) = bench.cases()
    assert (case.reason_id, case.currency, case.amount_minor) == ("CURRENCY_DIFFERS", "SEK", 30_000)
    assert (movements(), bench.records.playable()) == ([], 30_000)
