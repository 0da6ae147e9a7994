"""Chargebacks that go the other way than their word says: nothing is taken from a player on such a line (X1, R7)."""

from typing import TYPE_CHECKING

import pytest

from tests.reconciliation.detect.bench import row, sale_row

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench


@pytest.mark.parametrize(
    ("word", "gross", "code"),
    [("Chargeback", 5_000, "CHARGEBACK_NOT_BOOKED"), ("ChargebackReversed", -5_000, "CHARGEBACK_REVERSAL_NOT_BOOKED")],
)
@pytest.mark.spec("X1", "R7")
def test_it_opens_no_dispute_waits_in_suspense_and_is_a_case(bench: "Bench", word: str, gross: int, code: str) -> None:
    from disputes.models import Dispute

    capture = bench.sale(20_000)
    ours, charged = capture.intent.public_id, f"psp-{capture.psp_ref}"
    bench.report(sale_row(capture), row(word, ours=ours, psp=charged, object_="case_1", gross=gross, net=gross))

    bench.run()

    assert not Dispute.objects.exists()
    (case,) = bench.cases()
    assert (case.reason_id, case.state, case.amount_minor) == (code, "OPEN", 5_000)
    assert (bench.records.balance("suspense"), bench.records.balance("chargeback_clearing")) == (-gross, 0)
