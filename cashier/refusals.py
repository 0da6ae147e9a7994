"""Why the cashier says no. Each has a stable code that the API publishes (A5)."""

from ledger.refusals import Conflict, Invalid, NotFound, Refused

__all__ = ["Conflict", "Invalid", "NotFound", "Refused"]


class NotInThisState(Conflict):
    """The payment is not in a state in which this can be done."""


class AttemptOpen(Conflict):
    """An attempt is on its way; its outcome must be known first."""

    code = "ATTEMPT_OPEN"


class NoRoute(Refused):
    """No merchant account takes this brand, currency, method and region."""

    code = "NO_ROUTE"


class PspUnavailable(Refused):
    """Every merchant account that could take this payment is held back by its circuit breaker. Nothing was recorded: ask again later."""

    code = "PSP_UNAVAILABLE"


class RetryCapped(Refused):
    """The card's scheme does not let it be tried again now for this amount (C11)."""

    code = "RETRY_CAP"


class NeedsReview(Refused):
    """A routing rule holds this payment for review (C10). Nothing was charged; once a person let it through, ask again."""

    code = "NEEDS_REVIEW"


class GateClosed(Refused):
    """A gate before the payment is closed."""

    code = "GATE_CLOSED"


class Declined(Refused):
    """The payment was declined."""

    code = "DECLINED"


class CapturesPaused(Refused):
    """Captures on this merchant account are paused."""

    code = "CAPTURES_PAUSED"


class AboveAuthorised(Refused):
    """The amount is above what is authorised and not yet captured."""

    code = "AMOUNT_ABOVE_AUTHORISED"


class AuthorisationEnded(Refused):
    """The time to capture this authorisation has passed."""

    code = "AUTHORISATION_ENDED"


class NotOfferedByPsp(Refused):
    """The provider of this merchant account does not offer it (C16)."""

    code = "NOT_OFFERED_BY_PSP"


class NotCapturable(Refused):
    """This method is not captured by hand."""

    code = "NOT_CAPTURABLE"


class RefundAboveCapture(Refused):
    """The amount is above what is left of the capture, counting refunds under way, disputed and returned money."""

    code = "REFUND_ABOVE_CAPTURE"


class RefundAbovePlayable(Refused):
    """The player's playable balance does not cover the refund."""

    code = "REFUND_ABOVE_PLAYABLE"


class RefundDisputed(Refused):
    """The capture is disputed; it can't be refunded."""

    code = "REFUND_DISPUTED"


class RefundNotPossible(Refused):
    """This capture can't be refunded."""

    code = "REFUND_NOT_POSSIBLE"


class RefundIdReused(Conflict):
    """This refund_id already names another refund."""

    code = "REFUND_ID_REUSED"


class InstrumentBlocked(Refused):
    """The instrument is blocked."""

    code = "INSTRUMENT_BLOCKED"
