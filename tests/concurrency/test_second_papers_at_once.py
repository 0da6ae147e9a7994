"""Two papers of one account that are loaded at the same moment: the second waits, and finds the first (R2)."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.concurrency.test_residuals_at_once import until
from tests.concurrency.test_unmatching_at_once import somebody_waits

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("R2")


@pytest.fixture(autouse=True, params=[16 * 1024 * 1024, 1], ids=["small", "large"])
def size(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file goes to the month's partition, a large one has its own."""
    from reconciliation.operations.load import partitions

    monkeypatch.setattr(partitions, "LARGE_FILE_BYTES", request.param)


def load(bench: "Bench", content: bytes, name: str, source: str, account: str) -> dict[str, Any]:
    """On a connection of its own."""
    from django.db import connections

    try:
        return bench.take_in(content, name, source, account)
    finally:
        connections.close_all()


def load_both(bench: "Bench", first: bytes, second: bytes, *of: str) -> dict[str, Any]:
    """The second paper's answer, loaded while the first is not committed yet."""
    from django.db import transaction

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert bench.take_in(first, "pulled", *of)["accepted"]
            loading = pool.submit(load, bench, second, "uploaded", *of)
            assert until(somebody_waits)
        return loading.result()


def test_one_statement_in_two_files_is_refused_the_second_time(bench: "Bench") -> None:
    from reconciliation.models import BankLine
    from tests.reconciliation.detect.bench import DAY, mt940

    content = mt940((5_000, "PAYMENT"), number=1, opening=100_000, day=DAY)
    refused = load_both(bench, content, content + b"\n", "mt940", "BANK_EUR")

    assert (refused["accepted"], refused["error"]["code"]) == (False, "statement_loaded")
    assert BankLine.objects.count() == 1


def test_a_report_and_its_second_version_are_two_versions(bench: "Bench") -> None:
    from reconciliation.models import SettlementBatch
    from tests.reconciliation.detect.bench import DAY, row
    from tests.reconciliation.ingest.papers import HEADER

    def report(minor: int) -> bytes:
        rows = (
            row("Settled", psp="psp-1", object_="obj_1", gross=minor, net=minor),
            row("MerchantPayout", object_="TX635094338XT batch 38", net=-minor),
        )
        return "\n".join([HEADER, *rows, ""]).replace("<DAY>", DAY.isoformat()).replace("<BATCH>", "38").encode()

    first, second = report(5_000), report(5_100)
    assert load_both(bench, first, second, "adyen_sdr", "SANDBOX_EU")["accepted"]
    assert list(SettlementBatch.objects.order_by("version").values_list("number", "version")) == [("38", 1), ("38", 2)]
