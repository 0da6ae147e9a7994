"""A signal ends the supervisor at once; where the interpreter swallowed that (in a fork it must), at the next tick."""

from types import FrameType


class Ended(BaseException):
    """A signal asked us to stop."""


_asked: list[int] = []


def end(number: int, frame: FrameType | None) -> None:
    """The handler of signals that ask us to stop."""
    _asked.append(number)
    raise Ended


def raise_if_asked() -> None:
    """Raise Ended if a signal came, however long ago."""
    if _asked:
        raise Ended
