"""Refunds by the staff (C6, L12): audited with a reason, four-eyed above a threshold; one that the house pays, always."""

from datetime import datetime
from typing import Any
from uuid import UUID

from cashier.models import Capture, Refund
from cashier.operations.refunds import RefundOrder, submit_refund
from cashier.refusals import Invalid
from ledger.actors import Actor
from ledger.ids import from_public
from ledger.models import ApprovalRequest
from ledger.money import format_major, get_asset
from ledger.operations import request_approval
from ledger.values import Line

KIND = "refund.manual"
# Above this many major units of the currency a second person decides.
FREE_MAJOR = 100


def refund_by_hand(
    *, capture_id: UUID, amount_minor: int, source: str, reason: str, maker: Actor, now: datetime
) -> Refund | ApprovalRequest:
    """Refund by a person: at once up to the threshold, else an approval request that executes it.

    source: Refund.Source playable, late or house. Raises Invalid without a reason, and as submit_refund.
    """
    if not reason.strip():
        raise Invalid("A refund by hand needs a reason.", field="reason", rule="required")
    capture = Capture.objects.select_related("intent").get(pk=capture_id)
    if source != Refund.Source.HOUSE and amount_minor <= FREE_MAJOR * 10 ** get_asset(capture.currency).exponent:
        return submit_refund(capture_id=capture_id, order=order_of(capture, amount_minor, source, reason, now), actor=maker, now=now)
    payload = {"capture": capture.public_id, "amount_minor": amount_minor, "source": source, "reason": reason}
    return request_approval(
        kind=KIND,
        payload=payload,
        summary=f"Refund {format_major(amount_minor, get_asset(capture.currency))} {capture.currency} of {capture.public_id}",
        reason=reason,
        maker=maker,
        entity_id=capture.intent.entity_id,
        amount_minor=amount_minor,
        currency=capture.currency,
        target_kind="capture",
        target_id=capture.public_id,
        now=now,
    )


def execute_refund(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> Refund:
    """The approved refund, checked again under lock. Raises as submit_refund."""
    capture = Capture.objects.get(pk=from_public(payload["capture"], Capture.PREFIX))
    order = RefundOrder(
        refund_id=f"approval:{request.public_id}",
        amount_minor=payload["amount_minor"],
        client_id="countroom",
        source=payload["source"],
        reason=payload["reason"],
    )
    return submit_refund(capture_id=capture.pk, order=order, actor=actor, now=now)


def preview_refund(payload: dict[str, Any]) -> list[Line]:
    """The lines that the books will get when the PSP confirms it: for the receipt of who decides."""
    from cashier.postings.deposits import deposit_late_refunded
    from cashier.postings.refunds import house_refund, refund_processed

    capture = Capture.objects.select_related("intent__player", "intent__entity", "merchant_account").get(
        pk=from_public(payload["capture"], Capture.PREFIX)
    )
    amount = payload["amount_minor"]
    source = {
        "entity": capture.intent.entity.public_id,
        "player": capture.intent.player.public_id,
        "merchant_account": capture.merchant_account.public_id,
        "asset": capture.currency,
        "ref": capture.public_id,
        "amount_minor": amount,
        "gross_minor": amount,
    }
    rules = {Refund.Source.HOUSE: house_refund, Refund.Source.LATE: deposit_late_refunded}
    return rules.get(payload["source"], refund_processed)(source)


def order_of(capture: Capture, amount_minor: int, source: str, reason: str, now: datetime) -> RefundOrder:
    """A reference of our own: one per capture, amount and moment."""
    stamp = f"{now:%Y%m%d%H%M%S%f}"
    return RefundOrder(
        refund_id=f"hand:{capture.public_id}:{stamp}", amount_minor=amount_minor, client_id="countroom", source=source, reason=reason
    )
