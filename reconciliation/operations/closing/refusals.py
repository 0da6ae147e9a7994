"""How the daily close is refused: what is missing, and what to do."""

from ledger.refusals import Conflict, Invalid, NotFound, Refused


class CloseNotReady(Conflict):
    """The day can't be closed like this yet; `missing` names why."""

    code = "CLOSE_NOT_READY"


class CloseStateConflict(Conflict):
    """The close is in another state. Reload it to see who did what."""

    code = "CLOSE_STATE_CONFLICT"


class CloseNotPermitted(Refused):
    """This act on a close needs a permission that the person does not hold."""

    code = "CLOSE_NOT_PERMITTED"


class NoBundle(NotFound):
    """There is no whole bundle of this day."""

    code = "NO_BUNDLE"


class NotACheck(Invalid):
    """The checklist has no such item that could be overridden."""

    code = "NOT_A_CHECK"
