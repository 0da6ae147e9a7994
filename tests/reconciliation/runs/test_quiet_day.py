"""A day on which nothing is wrong: every line finds its item, every account is what it must be, and no case is raised (R4, R8, R9)."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.runs.day import Casino


@pytest.mark.whole
@pytest.mark.spec("R4", "R8", "R9")
def test_a_quiet_day_matches_whole_and_leaves_no_case(casino: "Casino", monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger.queries import get_balance
    from reconciliation.models import ExceptionCase, Match, SettlementBatch
    from reconciliation.operations.run import shares
    from reconciliation.queries import three_way_proof
    from tests.reconciliation.runs.day import DAY

    # given deposits, a refund and a payout; three deposits are as many as a large batch has, and paired by halves
    monkeypatch.setattr(shares, "LARGE", 3)
    monkeypatch.setattr(shares, "SAMPLE", 100)
    deposits = [casino.deposit(amount_minor=amount) for amount in (5000, 12345, 10000)]
    casino.hear()
    casino.refund(deposits[0], 2000)
    casino.pay_out(3000)
    casino.hear()

    # when its papers are in, and those of the day on which the bank shows the transfer
    casino.close(DAY)
    casino.close(DAY + timedelta(days=1))

    # then
    assert list(ExceptionCase.objects.values_list("reason_id", "facts")) == []
    batch = SettlementBatch.objects.get()
    assert batch.state == "PAID"
    proof = three_way_proof(batch)
    assert proof.residual_minor == 0
    assert proof.bank_minor == batch.payout_minor == proof.computed_minor
    assert sorted(Match.objects.filter(line_kind="psp").values_list("item_kind", flat=True)) == ["capture"] * 3 + ["payout", "refund"]
    entity = casino.world.entity.pk
    assert get_balance(entity, "clearing", casino.world.account.public_id, "EUR") == 0
    assert get_balance(entity, "in_transit", casino.world.account.public_id, "EUR") == 0
    assert all(residual["amount_minor"] == 0 for run in casino.runs for residual in run.residuals)

    # and when everything is taken in and run again: not one more journal row
    before = casino.journal_rows()
    for file in casino.files:
        assert casino.ingest(file)["duplicate_of"]
    from reconciliation.operations import reconcile

    for day in (DAY, DAY + timedelta(days=1)):
        reconcile(date=day, now=casino.world.now)
    assert casino.journal_rows() == before
