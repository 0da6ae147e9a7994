"""Adyen's disputes. docs.adyen.com/risk-management/disputes-api/dispute-notifications. Pure.

All events of a dispute share its pspReference; the payment is originalReference, which some events leave out: whoever stores
them looks for what the dispute's earlier events named.
"""

from collections.abc import Callable, Mapping
from typing import Any

from cashier.webhooks.adyen.items import Body, about, is_success
from cashier.webhooks.adyen.signature import instant_at
from cashier.webhooks.values import NotRelevant, dict_at, text_at


def dispute(event: str, movement: str = "") -> Callable[[Mapping[str, Any]], list[Body]]:
    """An event of a dispute. `movement`: which time its money moves, where it does."""

    def read(item: Mapping[str, Any]) -> list[Body]:
        if not is_success(item):
            raise NotRelevant("success is false: nothing moved")
        more = dict_at(item, "additionalData")
        body = about(event, item) | {
            "dispute_id": text_at(item, "pspReference"),
            "psp_ref": text_at(item, "originalReference"),
            "capture_id": text_at(more, "capturePspReference"),
            "movement": movement,
            "scheme": text_at(more, "chargebackSchemeCode") or text_at(more, "nofSchemeCode") or text_at(item, "paymentMethod"),
            # With a space before it in real notifications; text_at drops it.
            "reason_code": text_at(more, "chargebackReasonCode") or text_at(more, "nofReasonCode"),
        }
        due = instant_at(more, "defensePeriodEndsAt")
        return [body | ({"respond_by": due.isoformat()} if due else {})]

    return read


def by_status(meanings: Mapping[str, str]) -> Callable[[Mapping[str, Any]], list[Body]]:
    """An event whose meaning is the dispute's status in additionalData."""

    def read(item: Mapping[str, Any]) -> list[Body]:
        status = text_at(item, "additionalData", "disputeStatus").lower()
        if status not in meanings:
            raise NotRelevant(f"the dispute is {status[:24] or 'as it was'}")
        return dispute(meanings[status])(item)

    return read


ENDS = {"lost": "dispute.lost", "won": "dispute.won", "expired": "dispute.expired", "accepted": "dispute.accepted"}
DISPUTES: dict[str, Callable[[Mapping[str, Any]], list[Body]]] = {
    "NOTIFICATION_OF_FRAUD": dispute("dispute.inquiry"),
    "REQUEST_FOR_INFORMATION": dispute("dispute.inquiry"),
    "NOTIFICATION_OF_CHARGEBACK": dispute("dispute.opened"),
    "CHARGEBACK": dispute("dispute.debited", "1"),
    "CHARGEBACK_REVERSED": dispute("dispute.credited", "1"),
    "SECOND_CHARGEBACK": dispute("dispute.debited", "2"),
    "PREARBITRATION_WON": dispute("dispute.won"),
    "PREARBITRATION_LOST": dispute("dispute.lost"),
    "DISPUTE_DEFENSE_PERIOD_ENDED": by_status(ENDS),
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED": by_status(ENDS),
}
