"""Adyen's event codes and what each means here (W1). docs.adyen.com/development-resources/webhooks/webhook-types. Pure.

`merchantReference` is what our call sent: the deposit's id with a payment, the capture's, refund's or payout's with theirs.
`success` is "true" or "false", as text or not; for most codes "false" means that what was asked for did not happen.
"""

from collections.abc import Callable, Mapping
from typing import Any

from cashier.webhooks.adyen.disputes import DISPUTES
from cashier.webhooks.adyen.items import Body, about, is_success, modification, payment
from cashier.webhooks.canonical import UnreadableBody
from cashier.webhooks.values import NotRelevant, text_at


def normalise(data: Mapping[str, Any]) -> list[Body]:
    """What one item means. Raises NotRelevant, UnreadableBody for a code that is in no table of ours."""
    code = text_at(data, "eventCode")
    if code in MEANINGS:
        return MEANINGS[code](data)
    if code in NOT_RELEVANT:
        raise NotRelevant(NOT_RELEVANT[code])
    if not code and text_at(data, "type"):
        raise NotRelevant("a platform webhook: accounts, not payments")
    raise UnreadableBody(f"no meaning is known for {code[:64]!r}")


def authorisation(item: Mapping[str, Any]) -> list[Body]:
    return [payment("payment.authorized" if is_success(item) else "payment.failed", item)]


def captured(item: Mapping[str, Any]) -> list[Body]:
    """A capture, by its own pspReference; success "false" is the capture refused."""
    event = "payment.captured" if is_success(item) else "payment.failed"
    return [modification(event, item) | {"capture_id": text_at(item, "pspReference")}]


def capture_failed(item: Mapping[str, Any]) -> list[Body]:
    """Money that was captured did not come: CAPTURE_FAILED follows a CAPTURE that was told as done."""
    only_if(item, "the capture stands")
    return [modification("payment.failed", item) | {"capture_id": text_at(item, "pspReference")}]


def ended(event: str) -> Callable[[Mapping[str, Any]], list[Body]]:
    """A payment given back or run out; the payment is originalReference, or the item's own where there is none."""

    def read(item: Mapping[str, Any]) -> list[Body]:
        only_if(item, "it was not done: the payment stands")
        return [modification(event, item)]

    return read


def refund(done: str) -> Callable[[Mapping[str, Any]], list[Body]]:
    """A refund that is done or accepted; success "false" is the refund refused."""

    def read(item: Mapping[str, Any]) -> list[Body]:
        return [modification(done if is_success(item) else "refund.failed", item) | {"refund_id": text_at(item, "pspReference")}]

    return read


def refund_undone(event: str) -> Callable[[Mapping[str, Any]], list[Body]]:
    """A refund that failed after it was accepted, or came back after it was paid: two failures, besides success "false"."""

    def read(item: Mapping[str, Any]) -> list[Body]:
        only_if(item, "the refund stands")
        return [modification(event, item) | {"refund_id": text_at(item, "pspReference")}]

    return read


def cancel_or_refund(item: Mapping[str, Any]) -> list[Body]:
    """Adyen chose between the two, and says which in modification.action."""
    if text_at(item, "additionalData", "modification.action") == "refund":
        return refund("refund.processed")(item)
    return ended("payment.voided")(item)


def payout(event: str) -> Callable[[Mapping[str, Any]], list[Body]]:
    """A payout to a player, which is a payment of its own at Adyen."""

    def read(item: Mapping[str, Any]) -> list[Body]:
        if not is_success(item) and event != "payout.settled":
            raise NotRelevant("it was not done: the payout stands")
        ref = text_at(item, "originalReference") or text_at(item, "pspReference")
        body = about(event if is_success(item) else "payout.failed", item) | {"payout_id": ref, "psp_ref": ref}
        return [body | ({"movement": text_at(item, "pspReference")} if event == "payout.returned" else {})]

    return read


def only_if(item: Mapping[str, Any], otherwise: str) -> None:
    if not is_success(item):
        raise NotRelevant(otherwise)


MEANINGS: dict[str, Callable[[Mapping[str, Any]], list[Body]]] = {
    "AUTHORISATION": authorisation,
    "CAPTURE": captured,
    "CAPTURE_FAILED": capture_failed,
    "CANCELLATION": ended("payment.voided"),
    "TECHNICAL_CANCEL": ended("payment.voided"),
    "CANCEL_OR_REFUND": cancel_or_refund,
    "EXPIRE": ended("payment.expired"),
    "OFFER_CLOSED": ended("payment.expired"),
    "REFUND": refund("refund.processed"),
    "REFUND_WITH_DATA": refund("refund.processed"),
    "POSTPONED_REFUND": refund("refund.submitted"),
    "REFUND_FAILED": refund_undone("refund.failed"),
    "VOID_PENDING_REFUND": refund_undone("refund.failed"),
    "REFUNDED_REVERSED": refund_undone("refund.reversed"),
    "PAYOUT_THIRDPARTY": payout("payout.settled"),
    "PAYOUT_DECLINE": payout("payout.failed"),
    "PAYOUT_EXPIRE": payout("payout.failed"),
    "PAIDOUT_REVERSED": payout("payout.returned"),
    **DISPUTES,
}
NOT_RELEVANT = {
    "AUTHORISATION_ADJUSTMENT": "we do not adjust authorisations",
    "AUTORESCUE": "retries are ours, not Adyen's",
    "CANCEL_AUTORESCUE": "retries are ours, not Adyen's",
    "INFORMATION_SUPPLIED": "our own answer to a dispute",
    "ISSUER_COMMENTS": "the issuer's comments move nothing",
    "MANUAL_REVIEW_ACCEPT": "what follows from a review is told by its own event",
    "MANUAL_REVIEW_REJECT": "what follows from a review is told by its own event",
    "ORDER_CLOSED": "partial orders are not offered",
    "ORDER_OPENED": "partial orders are not offered",
    "RECURRING_CONTRACT": "the token came with the answer to our call",
    "REPORT_AVAILABLE": "reports are fetched by their own job, not from here",
}
