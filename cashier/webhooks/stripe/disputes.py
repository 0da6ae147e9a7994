"""Stripe's disputes. docs.stripe.com/api/disputes/object, docs.stripe.com/disputes/how-disputes-work. Pure."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from cashier.webhooks.stripe.objects import Body, about, ref_of
from cashier.webhooks.values import NotRelevant, at_path, text_at

CLOSED = {
    "won": "dispute.won",
    "lost": "dispute.lost",
    "warning_closed": "dispute.inquiry_closed",
    "prevented": "dispute.auto_refunded",
}


def dispute(event: str) -> Callable[[Mapping[str, Any]], list[Body]]:
    """An event of a Dispute; a movement is the first one, as Stripe moves the money of a dispute once each way."""

    def read(found: Mapping[str, Any]) -> list[Body]:
        body = about(event, found) | {
            "dispute_id": text_at(found, "id"),
            "psp_ref": ref_of(found, "payment_intent"),
            "capture_id": ref_of(found, "charge"),
            "movement": "1" if event in ("dispute.debited", "dispute.credited") else "",
            "scheme": text_at(found, "payment_method_details", "card", "brand"),
            "reason_code": text_at(found, "payment_method_details", "card", "network_reason_code"),
        }
        due = at_path(found, "evidence_details", "due_by")
        if isinstance(due, int) and not isinstance(due, bool) and 0 < due < 10**11:
            body["respond_by"] = datetime.fromtimestamp(due, UTC).isoformat()
        return [body]

    return read


def created(found: Mapping[str, Any]) -> list[Body]:
    """An early warning is an inquiry: no money moves until it becomes a chargeback."""
    is_warning = text_at(found, "status").startswith("warning_")
    return dispute("dispute.inquiry" if is_warning else "dispute.opened")(found)


def closed(found: Mapping[str, Any]) -> list[Body]:
    status = text_at(found, "status")
    if status not in CLOSED:
        raise NotRelevant(f"closed as {status[:24] or 'nothing'}")
    return dispute(CLOSED[status])(found)


DISPUTES: dict[str, Callable[[Mapping[str, Any]], list[Body]]] = {
    "charge.dispute.created": created,
    "charge.dispute.funds_withdrawn": dispute("dispute.debited"),
    "charge.dispute.funds_reinstated": dispute("dispute.credited"),
    "charge.dispute.closed": closed,
}
