"""The trace id of the work at hand, from the HTTP request through tasks to PSP calls and rows (A3, O1)."""

from contextvars import ContextVar

_trace_id: ContextVar[str] = ContextVar("trace_id", default="")


def current_trace_id() -> str:
    """The trace id, empty outside any traced work."""
    return _trace_id.get()


def set_trace_id(text: str) -> None:
    """Name the work at hand; at most 128 characters are kept."""
    _trace_id.set(text[:128])
