"""Thresholds of four eyes changed under four eyes (S1): each approved change is a version with its history."""

from datetime import datetime
from typing import Any

from ledger.actors import Actor
from ledger.approvals import get_approval_kind
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, ApprovalThreshold
from ledger.money import format_grouped, get_asset
from ledger.operations.approvals import request_approval
from ledger.operations.audit import record_audit
from ledger.operations.present_state import threshold_words
from ledger.transitions import attribute

KIND = "threshold.change"
_FIELDS = ("one_above_minor", "two_above_minor")


def propose_threshold(
    *, kind: str, brand: str, currency: str, one_above_minor: int | None, two_above_minor: int | None, reason: str,
    maker: Actor, now: datetime,
) -> ApprovalRequest:  # fmt: skip
    """Ask to set the amounts of a kind, brand (its code, empty: every brand) and currency; minor units, None as in the model.

    Raises ApprovalRefused for an unknown kind, for one that is never done by one person alone, for amounts out of order, for
    what is so already; UnknownAsset for an unknown currency.
    """
    asset = get_asset(currency)
    if one_above_minor is not None and not get_approval_kind(kind).may_be_free:
        raise ApprovalRefused(f"An act of the kind {kind} always needs another person: leave the first amount empty.")
    get_approval_kind(kind)
    after = {"one_above_minor": one_above_minor, "two_above_minor": two_above_minor}
    _require_order(after)
    row = ApprovalThreshold.objects.filter(kind=kind, brand=brand, currency=currency).first()
    before = {name: getattr(row, name) for name in _FIELDS} if row else None
    if before == after:
        raise ApprovalRefused("This is the threshold already.")
    payload = {
        "kind": kind, "brand": brand, "currency": currency, "version": row.version if row else 0, "before": before, "after": after,
    }  # fmt: skip
    words = ", ".join(
        f"{people} above {'never' if value is None else format_grouped(value, asset)}"
        for people, value in (("one person", one_above_minor), ("two people", two_above_minor))
        if people == "two people" or value is not None
    )
    return request_approval(
        kind=KIND, payload=payload, summary=f"Threshold of {kind}, {brand or 'every brand'}, {currency}: {words}"[:300], reason=reason,
        maker=maker, target_kind="ApprovalThreshold", target_id=row.public_id if row else "", now=now,
    )  # fmt: skip


def execute_threshold(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> ApprovalThreshold:
    """Set the amounts as the next version. Raises ApprovalRefused where another change came between."""
    key = {name: payload[name] for name in ("kind", "brand", "currency")}
    row = ApprovalThreshold.objects.select_for_update().filter(**key).first() or ApprovalThreshold(**key, version=0)
    if row.version != payload["version"]:
        raise ApprovalRefused("The threshold was changed since this was asked for: reject it, and ask again.")
    for name in _FIELDS:
        setattr(row, name, payload["after"][name])
    row.version, row.updated_at = row.version + 1, now
    attribute(row, Actor(request.maker_kind, request.maker_id), request.reason[:100])
    row.save()
    record_audit(
        act="threshold.changed", actor=actor, target_kind="ApprovalThreshold", target_id=row.public_id,
        detail={**payload, "approval": request.public_id, "version": row.version}, reason=request.reason, now=now,
    )  # fmt: skip
    return row


def look_at_threshold(payload: dict[str, Any]) -> dict[str, str]:
    """The threshold in force."""
    return {"In force": threshold_words(payload["kind"], payload["brand"], payload["currency"])}


def _require_order(after: dict[str, int | None]) -> None:
    one, two = after["one_above_minor"], after["two_above_minor"]
    if (one is not None and one < 0) or (two is not None and two < 0):
        raise ApprovalRefused("An amount of a threshold is zero or more.")
    if one is not None and two is not None and two < one:
        raise ApprovalRefused("Two people are needed above the amount from which one is, not below it.")
