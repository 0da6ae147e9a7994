"""One statement in two files that are loaded at the same moment is one statement (R2)."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.concurrency.test_residuals_at_once import until
from tests.concurrency.test_unmatching_at_once import somebody_waits

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench


def load(bench: "Bench", content: bytes, name: str) -> dict[str, Any]:
    """On a connection of its own."""
    from django.db import connections

    try:
        return bench.take_in(content, name, "mt940", "BANK_EUR")
    finally:
        connections.close_all()


@pytest.mark.spec("R2")
def test_the_second_waits_for_the_first_and_is_refused(bench: "Bench") -> None:
    from django.db import transaction

    from reconciliation.models import BankLine
    from tests.reconciliation.detect.bench import DAY, mt940

    content = mt940((5_000, "PAYMENT"), number=1, opening=100_000, day=DAY)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():  # the first load is not committed yet
            assert bench.take_in(content, "pulled.sta", "mt940", "BANK_EUR")["accepted"]
            second = pool.submit(load, bench, content + b"\n", "uploaded.sta")
            assert until(somebody_waits)
        refused = second.result()

    assert (refused["accepted"], refused["error"]["code"]) == (False, "statement_loaded")
    assert BankLine.objects.count() == 1
