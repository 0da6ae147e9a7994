"""Refusals: how an operation says no. The caller gets a stable code; nothing was changed (A5).

An operation refuses by raising one of these (or a subclass with a `code` of its own), never by a quiet return. The API
turns them into the error envelope: Refused 422, Conflict 409, NotFound 404, Invalid 400.
"""

from typing import ClassVar


class Refused(Exception):
    """A business refusal. `code` is stable and published; `details` are plain values that may be shown to the caller."""

    code: ClassVar[str] = "REFUSED"

    def __init__(self, message: str = "", **details: object) -> None:
        super().__init__(message or self.code)
        self.message = message or (self.__doc__ or self.code).strip().splitlines()[0]
        self.details = details


class Conflict(Refused):
    """The thing is not in a state in which this can be done."""

    code = "STATE_CONFLICT"


class NotFound(Refused):
    """No such thing, or not yours to see."""

    code = "NOT_FOUND"


class Invalid(Refused):
    """A value breaks a rule; `field` and `rule` in the details say which."""

    code = "VALIDATION_ERROR"


class LedgerError(Refused):
    """Base of every refusal of the ledger."""

    code = "LEDGER_REFUSED"
