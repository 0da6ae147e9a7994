"""Work on exception cases: what people do with them, and how they end (E1, E4, E5)."""

from reconciliation.operations.casework.automatic import apply_auto_rules
from reconciliation.operations.casework.desk import (
    assign_case,
    attach_to_case,
    comment_case,
    escalate_case,
    escalate_due_cases,
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
from reconciliation.operations.casework.moot import withdraw_moot_requests
from reconciliation.operations.casework.refusals import CaseNotOpen, DispositionNotAllowed, FileNotTaken, NothingToMove, ReasonNeeded
from reconciliation.operations.casework.together import (
    Together,
    drop_together,
    execute_together,
    look_at_together,
    preview_together,
    propose_together,
)

__all__ = [
    "DISPOSITIONS",
    "CaseNotOpen",
    "Disposition",
    "DispositionNotAllowed",
    "FileNotTaken",
    "NothingToMove",
    "ReasonNeeded",
    "Together",
    "allowed_dispositions",
    "apply_auto_rules",
    "assign_case",
    "attach_to_case",
    "comment_case",
    "drop_disposition",
    "drop_together",
    "escalate_case",
    "escalate_due_cases",
    "execute_disposition",
    "execute_together",
    "investigate_case",
    "look_at_together",
    "preview_disposition",
    "preview_of",
    "preview_together",
    "propose_disposition",
    "propose_together",
    "reopen_case",
    "resume_case",
    "resume_rested_cases",
    "wait_case",
    "withdraw_moot_requests",
    "withdraw_proposal",
]
