"""Settings that change under four eyes (S1): what a row says now, what it shall say; done once, if it still says what it said.

A floor describes its rows by `Changeable`, and registers a kind of request whose operation calls `execute_change`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from ledger.actors import Actor
from ledger.canonical import canonical_json
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest
from ledger.operations.approvals import request_approval
from ledger.operations.audit import record_audit
from ledger.transitions import attribute

Key = Mapping[str, str]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Changeable:
    """One kind of setting. Keys and values are exact JSON; money in minor units.

    find: (key, is_locked) -> the row, locked where asked, or a new unsaved one. read: its fields as they are. write: sets some of
    them. check: raises ApprovalRefused for what can't stand. name: the row's name for people.
    """

    kind: str
    find: Callable[[Key, bool], Any]
    read: Callable[[Any], Values]
    write: Callable[[Any, Values], None]
    check: Callable[[Any], None]
    name: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a request belongs, for its thresholds and its page."""

    entity_id: UUID | None = None
    currency: str = ""
    brand: str = ""
    player_ref: str = ""


def fields_of(*names: str) -> tuple[Callable[[Any], Values], Callable[[Any, Values], None]]:
    """`read` and `write` of plain fields."""

    def read(row: Any) -> Values:
        return {name: _plain(getattr(row, name)) for name in names}

    def write(row: Any, values: Values) -> None:
        for name in names:
            if name in values:
                setattr(row, name, values[name])

    return read, write


def propose_change(
    setting: Changeable, *, key: Key, after: Values, reason: str, maker: Actor, now: datetime, scope: Scope | None = None
) -> ApprovalRequest:
    """Ask that the row's fields become `after`; what is not named stays. Raises ApprovalRefused where it is so already, or can't stand."""
    where = scope or Scope()
    row = setting.find(key, False)
    is_new, name = row._state.adding, setting.name(row)
    said = setting.read(row)
    changed = {field: value for field, value in after.items() if is_new or said[field] != value}
    if not changed:
        raise ApprovalRefused("It says this already.")
    setting.write(row, changed)
    setting.check(row)
    payload = {
        "what": setting.kind, "key": dict(key), "name": name, "currency": where.currency,
        "before": None if is_new else {field: said[field] for field in changed}, "after": changed,
    }  # fmt: skip
    fields = ", ".join(field.removesuffix("_minor").replace("_", " ") for field in changed)
    return request_approval(
        kind=setting.kind, payload=payload, summary=f"{'Set' if is_new else 'Change'} {name}: {fields}"[:300], reason=reason, maker=maker,
        entity_id=where.entity_id, currency=where.currency, brand=where.brand, player_ref=where.player_ref,
        target_kind=row._meta.object_name or "", target_id=str(getattr(row, "public_id", "")), now=now,
    )  # fmt: skip


def execute_change(setting: Changeable, *, payload: Mapping[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> Model:
    """Set what was asked for, under the row's lock, with its history and an audit record.

    Raises ApprovalRefused where the fields say something else than when it was asked for, or what was asked can't stand by now.
    """
    row: Model = setting.find(payload["key"], True)
    if canonical_json(_before(setting, row, payload)) != canonical_json(payload["before"]):
        raise ApprovalRefused("This was changed since it was asked for: reject it, and ask again.")
    setting.write(row, payload["after"])
    setting.check(row)
    attribute(row, Actor(request.maker_kind, request.maker_id), request.reason[:100])
    row.save()
    detail = {**{name: payload[name] for name in ("what", "name", "before", "after")}, "approval": request.public_id}
    record_audit(
        act="settings.changed", actor=actor, target_kind=row._meta.object_name or "", target_id=str(getattr(row, "public_id", row.pk)),
        detail=detail, reason=request.reason, now=now,
    )  # fmt: skip
    return row


def look_at_change(setting: Changeable, payload: Mapping[str, Any]) -> dict[str, str]:
    """What the fields in question say now, in plain words; minor units as they are stored."""
    before = _before(setting, setting.find(payload["key"], False), payload)
    if before is None:
        return {payload["name"]: "not set"}
    return {name.removesuffix("_minor").replace("_", " ").capitalize(): _words(value) for name, value in before.items()}


def _before(setting: Changeable, row: Any, payload: Mapping[str, Any]) -> Values | None:
    said = setting.read(row)
    return None if row._state.adding else {field: said[field] for field in payload["after"]}


def _plain(value: Any) -> Any:
    return int(value) if type(value).__name__ == "Decimal" else value


def _words(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    return value if isinstance(value, str) else canonical_json(value)
