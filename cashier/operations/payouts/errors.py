"""Why a payout is refused."""

from ledger.refusals import Conflict, Refused


class DestinationNotOwned(Refused):
    """The destination is not an instrument of this player."""

    code = "DESTINATION_NOT_OWNED"


class DestinationNotUsable(Refused):
    """The destination is blocked or can't be paid to."""

    code = "DESTINATION_NOT_USABLE"


class NoRouteForPayout(Refused):
    """No merchant account pays this currency to this method for this brand."""

    code = "NO_ROUTE"


class PayoutRefused(Refused):
    """A gate is closed; `gate` in the details says which (P3)."""

    code = "PAYOUT_REFUSED"


class PayoutStateConflict(Conflict):
    """The payout is not in a state in which this can be done."""

    code = "STATE_CONFLICT"


class PayoutNotCancelable(Conflict):
    """The payout has been sent, or has ended."""

    code = "NOT_CANCELABLE"
