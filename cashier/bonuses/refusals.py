"""Why a bonus is not granted, used, converted or ended. Each has a stable code (A5)."""

from ledger.refusals import Conflict, Invalid, NotFound, Refused


class BonusTermsWrong(Invalid):
    """The terms of the bonus contradict each other."""


class BonusNotForPlayer(Refused):
    """The player is not active and gets no bonus."""

    code = "PLAYER_NOT_ACTIVE"


class BonusUnknown(NotFound):
    """There is no such bonus."""

    code = "BONUS_UNKNOWN"


class BonusEnded(Conflict):
    """The bonus has ended."""

    code = "BONUS_ENDED"


class GrantReused(Conflict):
    """This reference already granted another bonus."""

    code = "BONUS_GRANT_REUSED"


class BonusNotWagered(Refused):
    """The bonus is not wagered yet; the details say what remains."""

    code = "BONUS_NOT_WAGERED"


class BonusNotConvertible(Refused):
    """The player may not be credited now; the bonus stays as it is."""

    code = "BONUS_NOT_CONVERTIBLE"


class AboveMaxBet(Refused):
    """The stake needs bonus money and is above the bonus's highest bet."""

    code = "BONUS_MAX_BET"


class GameProhibited(Refused):
    """The stake needs bonus money, and the bonus may not be played in this game."""

    code = "BONUS_GAME_PROHIBITED"


class GameNotNamed(Refused):
    """The bonus prohibits some games: name the game in meta.game to stake it."""

    code = "BONUS_GAME_REQUIRED"


class BonusTermOver(Refused):
    """The stake needs bonus money, and the bonus's term is over."""

    code = "BONUS_EXPIRED"


class NoSpinLeft(Refused):
    """The bonus has no free spin left."""

    code = "FREE_SPIN_NONE_LEFT"


class SpinDiffers(Refused):
    """A free spin is played in its game and at its value; the details say which."""

    code = "FREE_SPIN_DIFFERS"
