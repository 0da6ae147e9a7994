"""How far a load is, seen from outside its transaction (UX 4.9)."""

from typing import Any

import pytest
from django.core.cache import cache

from reconciliation.models import SourceFile
from reconciliation.operations.load import progress
from reconciliation.operations.load.progress import get_progress
from tests.infra.stoppable import Stoppable
from tests.reconciliation.house import House
from tests.reconciliation.ingest.papers import PAYOUT, SALE, ingest, report, row, statement

pytestmark = pytest.mark.spec("R2")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """All that is told, as the cache gives it back."""
    seen: list[dict[str, Any]] = []
    put = progress._put

    def note(key: str, value: dict[str, Any]) -> None:
        put(key, value)
        seen.append(cache.get(key))

    monkeypatch.setattr(progress, "_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(progress, "_put", note)
    return seen


def test_a_report_tells_lines_and_share_as_it_goes(house: House, told: list[dict[str, Any]]) -> None:
    result = ingest(report(*[row(*SALE) for _ in range(4000)], row("MerchantPayout", *PAYOUT[1:6], "196800.00", "", "")))
    assert result["accepted"], result["checks"]
    lines = [each["lines"] for each in told]
    assert lines == sorted(lines) and 0 < lines[1] < lines[-1] == result["lines"]
    shares = [each["share"] for each in told if each["share"] is not None]
    assert shares == sorted(shares) and 0 < shares[0] < 1
    assert told[-1]["stage"] == "Reading and loading"
    assert get_progress(SourceFile.objects.get().public_id) is None  # it has ended


def test_a_statement_is_checked_then_loaded(house: House, told: list[dict[str, Any]]) -> None:
    result = ingest(statement(*(["C1,"] * 2500)), source="mt940", account="BANK_EUR", name="a.sta")
    stages = [each["stage"] for each in told]
    assert [stage for n, stage in enumerate(stages) if n == 0 or stages[n - 1] != stage] == ["Reading", "Checking", "Loading"]
    assert result["accepted"] and max(each["lines"] for each in told) == 2500


def test_a_refused_file_is_told_no_more(house: House, told: list[dict[str, Any]]) -> None:
    ingest(b"no report", name="x.csv")
    assert told and get_progress(SourceFile.objects.get().public_id) is None


def test_without_a_cache_a_load_goes_on_untold(house: House, stoppable: Stoppable) -> None:
    stoppable.kill()
    assert ingest(statement("C1,"), source="mt940", account="BANK_EUR", name="a.sta")["accepted"]
    assert get_progress(SourceFile.objects.get().public_id) is None
