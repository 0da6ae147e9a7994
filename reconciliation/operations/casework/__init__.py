"""Work on exception cases: what people do with them, and how they end (E1, E4, E5)."""

from reconciliation.operations.casework.desk import (
    assign_case,
    attach_to_case,
    comment_case,
    escalate_case,
    investigate_case,
    reopen_case,
    resume_case,
    resume_rested_cases,
    wait_case,
)
from reconciliation.operations.casework.dispositions import (
    DISPOSITIONS,
    Disposition,
    allowed_dispositions,
    drop_disposition,
    execute_disposition,
    preview_disposition,
    preview_of,
    propose_disposition,
    withdraw_proposal,
)
from reconciliation.operations.casework.refusals import CaseNotOpen, DispositionNotAllowed, FileNotTaken, NothingToMove, ReasonNeeded

__all__ = [
    "DISPOSITIONS",
    "CaseNotOpen",
    "Disposition",
    "DispositionNotAllowed",
    "FileNotTaken",
    "NothingToMove",
    "ReasonNeeded",
    "allowed_dispositions",
    "assign_case",
    "attach_to_case",
    "comment_case",
    "drop_disposition",
    "escalate_case",
    "execute_disposition",
    "investigate_case",
    "preview_disposition",
    "preview_of",
    "propose_disposition",
    "reopen_case",
    "resume_case",
    "resume_rested_cases",
    "wait_case",
    "withdraw_proposal",
]
