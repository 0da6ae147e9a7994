"""Why the disputes desk says no."""

from ledger.refusals import Conflict, Invalid, NotFound, Refused


class DisputeNotAnswerable(Conflict):
    """The dispute does not wait for an answer of ours."""

    code = "NOT_ANSWERABLE"


class CaseNotNamed(Conflict):
    """The PSP has not told us what it calls this case: answer it in the PSP's own screens, or once its notification came."""

    code = "CASE_NOT_NAMED"


class AnswerOpen(Conflict):
    """An answer is on its way or waits for approval."""

    code = "ANSWER_OPEN"


class AnswerTooLate(Refused):
    """The date to answer by has passed."""

    code = "ANSWER_TOO_LATE"


class NoEvidence(Refused):
    """There is no evidence to submit."""

    code = "NO_EVIDENCE"


class EvidenceDamaged(Refused):
    """Evidence was damaged on disk. Attach the same file again: that mends it."""

    code = "EVIDENCE_DAMAGED"


class BadEvidence(Invalid):
    """The file is not of a kind or size that is taken as evidence."""


class DisputeAmountDiffers(Refused):
    """Another amount than the one that is booked for this movement."""

    code = "CHARGEBACK_AMOUNT_DIFFERS"


class DisputeCurrencyDiffers(Refused):
    """The dispute is told in another currency than the capture's: what that is in the player's money nobody has said."""

    code = "DISPUTE_CURRENCY_DIFFERS"


class DisputeOfAnotherPayment(Refused):
    """The PSP's case is known, of another payment: nobody's money is taken for what somebody else disputes."""

    code = "DISPUTE_OF_ANOTHER_PAYMENT"


class DisputeNotNamed(Refused):
    """A report names no case, and the payment has several: somebody has to say which is meant."""

    code = "DISPUTE_NOT_NAMED"


class DisputeStateConflict(Conflict):
    """The dispute is not in a state in which this can happen."""


class UnknownCapture(NotFound):
    """No capture of ours is what the dispute names, or not yet."""

    code = "UNKNOWN_CAPTURE"
