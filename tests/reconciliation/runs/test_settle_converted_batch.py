"""A batch with items charged in another currency posts with the rates that its lines state (L15)."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.house import House


@pytest.fixture
def house(db: None) -> "House":
    from tests.reconciliation.house import make_house

    return make_house()


def foreign_line(batch: Any, number: int, gross: int, net: int, rate: str | None, **other: Any) -> Any:
    from reconciliation.models import PspLine
    from tests.reconciliation.house import AT, DAY

    facts = {"kind": "sale", "gross_currency": "SEK", "commission_minor": 20, "exchange_rate": Decimal(rate) if rate else None} | other
    return PspLine.objects.create(
        bucket=202611, batch=batch, line_number=number, type="Settled", reverses="", merchant_reference="",
        object_merchant_reference="", psp_reference=f"psp-{number}", object_reference=f"obj-{number}", reference_kind="", object_kind="",
        method="card", gross_minor=gross, net_currency="EUR", net_minor=net, markup_minor=0, scheme_minor=0, interchange_minor=0,
        created_at=AT, business_date=DAY, **facts,
    )  # fmt: skip


@pytest.mark.spec("L15", "R8")
def test_a_converted_batch_stores_each_rate_and_what_it_was_applied_to(house: "House") -> None:
    from ledger.models import JournalTransaction
    from ledger.proofs import replay_journal
    from ledger.queries import get_balance
    from reconciliation.models import SettlementBatch
    from reconciliation.operations.load.partitions import open_partition
    from reconciliation.operations.run.context import MerchantRun
    from reconciliation.operations.run.settle import settle_batch
    from tests.reconciliation.cases.papers import Papers
    from tests.reconciliation.house import DAY, NOW

    # given three sales charged in SEK, two at one rate and one that states none
    papers = Papers(house)
    open_partition("reconciliation_psp_line", 202611)
    batch = SettlementBatch.objects.create(
        merchant_account=house.merchant, number="39", currency="EUR", source_file=papers._file("batch_39.csv"), bucket=202611,
        business_date=DAY, updated_at=NOW,
    )  # fmt: skip
    for number, (gross, net, rate) in enumerate([(10_003, 867, "0.0887"), (20_000, 1754, "0.0887"), (5_000, 420, None)], 2):
        foreign_line(batch, number, gross, net, rate)
    foreign_line(batch, 5, 0, -3_041, None, kind="transfer", gross_currency="EUR", commission_minor=0)

    # when
    assert settle_batch(MerchantRun(papers.run(), house.merchant, DAY, NOW), batch, {}, [])

    # then
    batch.refresh_from_db()
    posted = JournalTransaction.objects.get(pk=JournalTransaction.id_of(batch.posted_txn))
    assert posted.rule == "BATCH_SETTLED@2"
    applied, silent = posted.source["rates"]
    assert (applied["rate"], applied["lines"], applied["gross_minor"], applied["base_minor"]) == ("0.0887", 2, 30_003, 2_661)
    assert applied["fraction"] == "2661/10000"  # 30,003 öre at 0.0887 are 2,661.2661 cents
    assert applied["source"] == f"psp:SANDBOX_EU:{batch.source_file.sha256}"
    assert applied["quoted_at"] == "2026-11-19T12:00:00+00:00"
    assert (silent["rate"], silent["fraction"], silent["lines"]) == ("", "", 1)
    assert get_balance(house.entity.pk, "clearing", house.merchant.public_id, "SEK") == -35_003
    assert get_balance(house.entity.pk, "fx", house.entity.public_id, "SEK") == 35_003
    assert get_balance(house.entity.pk, "fx", house.entity.public_id, "EUR") == -3_101
    assert replay_journal().ok
