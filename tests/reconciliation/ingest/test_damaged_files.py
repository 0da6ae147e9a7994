"""Damaged papers on their way into the database: all of a file's lines are there, or none; the next good file goes in (R2)."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.reconciliation.formats.mutating import mutated_copies

if TYPE_CHECKING:
    from tests.reconciliation.house import House

COPIES = 40


def originals(source: str) -> dict[str, bytes]:
    from tests.reconciliation.ingest.papers import PAYOUT, SALE, report, row, statement

    if source == "mt940":
        return {"statement.sta": statement("C75,50", "D3,20", "C10,00")}
    many = [row(*SALE, batch="38").replace("psp_1", f"psp_{number}").replace("obj_1", f"obj_{number}") for number in range(3)]
    return {"report.csv": report(*many, row(*PAYOUT, batch="38").replace("49.20", "147.60"))}


def stored() -> dict[str, Any]:
    from reconciliation.models import BankLine, BankStatement, PspLine, SettlementBatch

    return {model.__name__: model._default_manager.count() for model in (PspLine, SettlementBatch, BankLine, BankStatement)}


@pytest.mark.parametrize(("source", "account"), [("adyen_sdr", "SANDBOX_EU"), ("mt940", "BANK_EUR")])
@pytest.mark.spec("R2")
def test_a_damaged_file_is_loaded_whole_or_not_at_all(source: str, account: str, house: "House") -> None:
    from reconciliation.models import SourceFile
    from tests.reconciliation.ingest.papers import ingest

    taken, refused = 0, 0
    for story, content in mutated_copies(originals(source), count=COPIES, seed=38):
        before = stored()
        result = ingest(content, source=source, account=account, name=f"{story}.txt"[:200])
        file = SourceFile.objects.get(source=source, sha256=result["file"]["sha256"])
        lines = stored()["PspLine"] + stored()["BankLine"] - before["PspLine"] - before["BankLine"]
        if result["accepted"] and not result["duplicate_of"]:
            taken += 1
            assert (str(file.state), file.lines, lines) == ("LOADED", result["lines"], result["lines"]), story
        elif not result["accepted"]:
            refused += 1
            assert (str(file.state), stored()) == ("REFUSED", before), story
            assert result["error"] or not all(check["ok"] for check in result["checks"]), story
    assert taken and refused, (taken, refused)

    sound = ingest(next(iter(originals(source).values())), source=source, account=account)
    assert sound["accepted"], sound
