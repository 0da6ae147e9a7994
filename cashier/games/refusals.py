"""Why a game round is refused."""

from ledger.refusals import Conflict, NotFound, Refused


class PlayerMayNotPlay(Refused):
    """The player is not active."""

    code = "PLAYER_NOT_ACTIVE"


class StakeAboveLimit(Refused):
    """The stake is above a limit of the player; the details say which."""

    code = "LIMIT_EXCEEDED"


class DebitRolledBack(Refused):
    """A rollback of this debit came before it; it will never be taken."""

    code = "ROLLED_BACK"


class RoundUnknown(NotFound):
    """There is no such round."""

    code = "ROUND_UNKNOWN"


class RoundWithoutStake(Refused):
    """The round has no stake that a win could belong to."""

    code = "ROUND_WITHOUT_STAKE"


class FreeSpinRound(Conflict):
    """A free spin is played in a round of its own, without other stakes."""

    code = "FREE_SPIN_ROUND"


class RoundConflict(Conflict):
    """The round or reference belongs to another player, currency or amount."""

    code = "ROUND_CONFLICT"


class RoundEnded(Conflict):
    """The round has ended."""

    code = "ROUND_ENDED"


class RoundCredited(Conflict):
    """The round has a win already; its stakes can't be rolled back."""

    code = "ROUND_CREDITED"
