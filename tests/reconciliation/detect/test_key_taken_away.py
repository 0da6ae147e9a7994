"""A PSP that can't be asked for want of its key: reports are proved all the same (R4, R7)."""

from typing import TYPE_CHECKING

import pytest

from tests.reconciliation.detect.bench import later, sale_row

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench


@pytest.mark.spec("R4", "R7")
def test_reports_of_an_account_without_its_key_are_settled_and_told(bench: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    from cashier.models import Capture
    from reconciliation.models import SettlementBatch

    # given an account whose key is gone, a line of a capture that we do not hold, and a capture that no line shows
    monkeypatch.delenv("SANDBOX_EU_API_KEY", raising=False)
    unheard, unseen = bench.sale(5000), bench.sale(7000, "obj_2")
    Capture.objects.filter(pk=unheard.pk).update(state="SUBMITTED")
    bench.report(sale_row(unheard))
    bench.run()

    # then the batch is posted, and the line waits with its case
    assert SettlementBatch.objects.get().state == "SETTLED"
    assert (bench.codes(), bench.records.balance("suspense")) == (["LEDGER_CREDIT_MISSING_PSP_SUCCESS"], -5000)

    # and what is late is told as of a PSP that can't be asked
    bench.run(later(9))
    (case,) = bench.cases("LEDGER_CREDIT_WITHOUT_PSP")
    assert case.merchant_reference == unseen.intent.public_id
