"""Kinds of acts that need other people's consent, as the table in settings names them (S1)."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from ledger.errors import ApprovalRefused


@dataclass(frozen=True, slots=True)
class ApprovalKind:
    """execute: dotted path, called (payload=, request=, actor=, now=) inside decide's transaction, raises to refuse.

    permission: "app.codename" that a checker must hold by role; superusers are no exception.
    preview: dotted path (payload) -> list[Line]. rejected: dotted path, called as execute when the request ends otherwise.
    check: dotted path (request, checker), raises to refuse a checker for reasons of its own (who touched that day).
    look: dotted path (payload) -> {what: what it says now, in words}: what the act rests on and others may change meanwhile.
    may_be_free: below a threshold one person may do it alone; the act's own operation sees to that.
    """

    execute: str
    permission: str
    expires_hours: int = 72
    preview: str | None = None
    rejected: str | None = None
    check: str | None = None
    may_be_free: bool = False
    look: str | None = None


def get_approval_kind(kind: str) -> ApprovalKind:
    """The kind's row in settings.APPROVAL_KINDS (a dataclass or a dict of its fields); raises ApprovalRefused."""
    row: Any = settings.APPROVAL_KINDS.get(kind)
    if row is None:
        raise ApprovalRefused(f"No kind of approval {kind!r} is known.")
    return row if isinstance(row, ApprovalKind) else ApprovalKind(**row)
