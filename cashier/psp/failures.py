"""What a call that brought no answer to act on raises, and what follows from each (C8). Import these from cashier.psp.base."""


class PspFailure(Exception):
    """A call that brought no answer to act on."""


class PspUnreachable(PspFailure):
    """The request was definitely not sent: nothing happened at the provider."""


class PspTimeout(PspFailure):
    """Sent, and no answer before the deadline: the outcome is unknown."""


class PspError(PspFailure):
    """Sent, and answered with a server's failure or with something that can't be read: the outcome is unknown."""

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class PspKeyReused(PspFailure):
    """The provider holds another request under this idempotency key: ours was not executed. A defect, never retried."""


class LookupNotOffered(PspFailure):
    """This provider can't be asked: the same request, sent again under its key, brings its first answer."""


class UnknownProvider(LookupError):
    """No adapter is registered for this provider."""
