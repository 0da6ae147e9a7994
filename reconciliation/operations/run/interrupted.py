"""What a run asked the PSP and did not live to tell: the movement is booked and paired, its case was never raised (R9)."""

from typing import Any

from reconciliation.matching.facts import Finding
from reconciliation.models import ExceptionCase, LookupAnswer, Match, PspLine, RunState
from reconciliation.operations.run.context import MerchantRun
from reconciliation.operations.run.evidence import BOOKED
from reconciliation.operations.run.findings import key_of, tell_confirmed

# Cases that the cashier raises together with the posting, in place of ours.
CASHIER_CODES = ("PSP_SUCCESS_AFTER_TERMINAL", "DUPLICATE_PSP_CAPTURE", "GROSS_AMOUNT_DIFFERS", "CURRENCY_DIFFERS")


def tell_interrupted(step: MerchantRun) -> None:
    """Raise the cases that runs of this account which never ended had asked for; those that were raised stay as they are."""
    asked = LookupAnswer.objects.filter(run__merchant_account=step.account, answer__has_key="noted").exclude(run__state=RunState.DONE)
    for row in asked.order_by("id"):
        answer: dict[str, Any] = row.answer or {}
        finding = _finding_of(answer["noted"]["finding"])
        outcome = str(answer.get("outcome", "already"))  # none where the run was killed before the answer was stored
        line = _paired_line(int(answer["noted"]["line"])) if outcome in BOOKED else None
        if line is not None and not _is_told(finding):
            tell_confirmed(step, line, finding, outcome)


def _is_told(finding: Finding) -> bool:
    """Whether the case is there, ours or the cashier's."""
    if ExceptionCase.objects.filter(dedupe_key=key_of(finding)).exists():
        return True
    same = ExceptionCase.objects.filter(merchant_reference=finding.merchant_reference, psp_reference=finding.psp_reference)
    return same.filter(reason__in=CASHIER_CODES).exists()


def _paired_line(line_id: int) -> PspLine | None:
    """The line, if it has its item by now; else the run itself works on it."""
    is_paired = Match.objects.filter(line_kind="psp", line_id=line_id, undone_at=None).exists()
    return PspLine.objects.filter(pk=line_id).first() if is_paired else None


def _finding_of(row: dict[str, Any]) -> Finding:
    return Finding(**{**row, "links": [(kind, target) for kind, target in row["links"]]})
