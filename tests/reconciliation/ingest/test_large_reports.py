"""A large report is read by two processes, and what is stored is the same as by one (R2, R3)."""

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.house import House

LINES = "kind", "line_number", "type", "psp_reference", "object_reference", "gross_minor", "net_minor", "commission_minor", "business_date"
BATCH = "number", "currency", "version", "lines", "business_date", "payout_date", "due_date", "payout_minor", "transfer_reference"


@pytest.fixture(autouse=True)
def _small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciliation.operations.load import partitions

    monkeypatch.setattr(partitions, "LARGE_FILE_BYTES", 1000)


def many(count: int, *, spoil: int = -1) -> bytes:
    """A report of `count` sales of 10.00, less 0.20, and their payout; line `spoil` of it has a cell too many."""
    from tests.reconciliation.ingest.papers import PAYOUT, report, row

    rows = [row("Settled", f"psp_{n}", "pi_unknown", f"obj_{n}", "", "10", "", "9.80", ".2") for n in range(count)]
    paid = f"{count * 980 // 100}.{count * 980 % 100:02d}"
    lines = report(*rows, row(*PAYOUT[:6], paid, "", "")).split(b"\n")
    if spoil > 0:
        lines[spoil - 1] += b",more"
    return b"\n".join(lines)


def stored() -> list[Any]:
    """What the database holds of reports, without the ids."""
    from reconciliation.models import PspLine, SettlementBatch, SourceFile

    batches = {row.pk: row.number for row in SettlementBatch.objects.all()}
    lines = PspLine.objects.order_by("line_number").values_list("batch_id", *LINES)
    return [
        [(batches[line[0]], *line[1:]) for line in lines],
        list(SettlementBatch.objects.order_by("number").values_list(*BATCH)),
        list(SourceFile.objects.values_list("state", "lines", "result")),
    ]


def undone(content: bytes) -> tuple[dict[str, Any], list[Any]]:
    """Take it in, look, and undo it."""
    from django.db import transaction

    from tests.reconciliation.ingest.papers import ingest

    with transaction.atomic():
        result = ingest(content)
        found = stored()
        transaction.set_rollback(True)
    return result, found


def never(*_: Any, **__: Any) -> Any:
    raise AssertionError("it was read whole")


@pytest.mark.spec("R2", "R3")
def test_two_processes_store_what_one_stores(house: "House", monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciliation.operations.load import settlement_report

    with monkeypatch.context() as patch:
        patch.setattr(settlement_report, "can_be_halved", lambda *_: False)
        whole = undone(many(5000))
    monkeypatch.setattr(settlement_report, "_copy_whole", never)

    halves = undone(many(5000))

    assert whole[0]["accepted"] and len(whole[1][0]) == 5001
    assert halves == whole


@pytest.mark.parametrize("line", [100, 4000])
def test_a_fault_in_either_half_is_named_by_line(house: "House", line: int) -> None:
    from reconciliation.models import PspLine
    from tests.reconciliation.ingest.papers import ingest

    result = ingest(many(5000, spoil=line))

    assert (result["accepted"], result["error"]["code"], result["error"]["line"]) == (False, "columns", line)
    assert not PspLine.objects.exists()


def test_without_its_helper_one_process_reads_it_all(house: "House", monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciliation.models import PspLine
    from tests.reconciliation.ingest.papers import ingest

    monkeypatch.setattr(sys, "executable", "/bin/false")

    result = ingest(many(500))

    assert result["accepted"] and PspLine.objects.count() == 501


def test_a_report_that_names_its_account_itself_is_halved_too(house: "House", monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciliation.models import SettlementBatch
    from reconciliation.operations.load import settlement_report
    from tests.reconciliation.ingest.papers import ingest

    monkeypatch.setattr(settlement_report, "_copy_whole", never)

    result = ingest(many(500), account="")

    assert result["accepted"] and SettlementBatch.objects.get().merchant_account == house.merchant
