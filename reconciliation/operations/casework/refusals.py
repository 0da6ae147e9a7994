"""How work on a case is refused: with what was not done, and what to do instead."""

from ledger.refusals import Conflict, Invalid


class CaseNotOpen(Conflict):
    """The case is in a state in which this can't be done. Reload it to see who did what."""

    code = "CASE_STATE_CONFLICT"


class ReasonNeeded(Invalid):
    """Say why, in ten characters or more."""

    code = "REASON_NEEDED"


class DispositionNotAllowed(Invalid):
    """This kind of case can't be ended like that. Choose one of the allowed dispositions."""

    code = "DISPOSITION_NOT_ALLOWED"


class NothingToMove(Conflict):
    """The books hold nothing that this disposition could move. Reload the case: somebody may have ended it."""

    code = "NOTHING_TO_MOVE"


class TargetNeeded(NothingToMove):
    """Several records could be meant. Name the one."""

    code = "TARGET_NEEDED"


class FileNotTaken(Invalid):
    """The attachment was not taken; the message says why."""

    code = "ATTACHMENT_REFUSED"
