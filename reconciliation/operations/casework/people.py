"""Whose money a case speaks of, and the records that say so."""

from typing import Any
from uuid import UUID

from cashier.models import Capture, DepositIntent, PayoutIntent, Player, Refund
from ledger.errors import BadPublicId
from ledger.ids import from_public
from reconciliation.models import ExceptionCase, PspLine
from reconciliation.operations.casework.items import line_number, linked

_OWNERS: tuple[tuple[str, Any, str], ...] = (
    ("capture", Capture, "intent__player"),
    ("refund", Refund, "capture__intent__player"),
    ("refund_reversal", Refund, "capture__intent__player"),
    ("payout", PayoutIntent, "player"),
    ("payout_return", PayoutIntent, "player"),
    ("deposit", DepositIntent, "player"),
)


def player_of(case: ExceptionCase) -> str:
    """Public id of the player: as linked, else the owner of the linked record; "" where nobody is known."""
    named = linked(case, "player")
    if named:
        return named
    for kind, model, path in _OWNERS:
        record = record_of(case, kind, model, related=path)
        if record is not None:
            for step in path.split("__"):
                record = getattr(record, step)
            return str(record.public_id)
    return ""


def owner_of(kind: str, key: UUID | None) -> str:
    """Public id of the player to whom a capture, refund, payout or deposit belongs; "" for any other kind."""
    model, path = next(((model, path) for name, model, path in _OWNERS if name == kind), (None, ""))
    record = model.objects.select_related(path).filter(pk=key).first() if model is not None and key is not None else None
    for step in path.split("__") if record is not None else ():
        record = getattr(record, step)
    return str(record.public_id) if record is not None else ""


def record_of(case: ExceptionCase, kind: str, model: Any, *, related: str = "") -> Any:
    """The linked record of a kind, or None."""
    target = linked(case, kind)
    try:
        rows = model.objects.filter(pk=from_public(target, model.PREFIX)) if target else model.objects.none()
    except BadPublicId:
        return None
    return (rows.select_related(*([related] if related else []))).first()


def find_player(public_id: str) -> Player | None:
    """The player of a public id, with brand and entity; None where there is none."""
    try:
        return (
            Player.objects.select_related("brand__entity").filter(pk=from_public(public_id, Player.PREFIX)).first() if public_id else None
        )
    except BadPublicId:
        return None


def captures_of(case: ExceptionCase) -> list[Capture]:
    """The linked captures, else those of the linked deposit, on the case's merchant account."""
    rows = Capture.objects.select_related("intent__player__brand", "intent__entity", "merchant_account").order_by("pk")
    named = record_of(case, "capture", Capture)
    if named is not None:
        return list(rows.filter(pk=named.pk))
    intent = record_of(case, "deposit", DepositIntent)
    return list(rows.filter(intent=intent, merchant_account=case.merchant_account, state=Capture.State.SUCCEEDED)) if intent else []


def psp_line_of(case: ExceptionCase) -> PspLine | None:
    """The linked line of a report."""
    target = linked(case, "psp_line")
    return PspLine.objects.filter(pk=line_number(target)).first() if target else None
