"""What an event speaks of: which refund or payout of ours, by our id where the PSP says it, else by the PSP's own (W4)."""

from collections.abc import Callable
from typing import TypeVar

from django.db.models import QuerySet

from cashier.models import PayoutIntent, PspEvent, Refund
from cashier.operations.event_values import NotYet
from cashier.operations.told_amounts import PAYOUT, REFUND, RETURN, REVERSAL, Told, about_capture
from ledger.ids import BadPublicId

Row = TypeVar("Row", Refund, PayoutIntent)
KINDS = {"refund.reversed": REVERSAL, "payout.returned": RETURN}


def kind_of(event: PspEvent) -> str:
    """What movement of a refund or payout it speaks of."""
    return KINDS.get(event.event, REFUND if event.event.startswith("refund.") else PAYOUT)


def told_in(event: PspEvent) -> Told:
    """The amount that it states; of a payout that was not paid there is none."""
    return Told(None if event.event == "payout.failed" else event.amount_minor, event.currency)


def about_told(event: PspEvent) -> str:
    """What a case about its amount is named after: of a capture that which is told of it, else the event itself."""
    if event.event != "payment.captured" or not event.capture_ref:
        return event.public_id
    return about_capture(event.merchant_account, event.capture_ref, int(event.amount_minor or 0))


def find_named(event: PspEvent) -> Refund | PayoutIntent | None:
    """The refund or payout that it names; None where it names none that we know."""
    finders: dict[str, Callable[[PspEvent], Refund | PayoutIntent]] = {"refund": find_refund, "payout": find_payout}
    find = finders.get(event.event.partition(".")[0])
    try:
        return find(event) if find else None
    except NotYet:
        return None


def find_refund(event: PspEvent) -> Refund:
    """By our id where the PSP names it, else by its own. Raises NotYet."""
    return _find(Refund.objects.select_related("merchant_account"), event, event.refund_ref, "refund")


def find_payout(event: PspEvent) -> PayoutIntent:
    """By our id where the PSP names it, else by its own. Raises NotYet."""
    return _find(PayoutIntent.objects.all(), event, event.payout_ref, "payout")


def _find(rows: QuerySet[Row], event: PspEvent, psp_ref: str, name: str) -> Row:
    try:
        found = rows.filter(pk=rows.model.id_of(event.own_ref)).first() if event.own_ref else None
    except BadPublicId:
        found = None
    if found is None and psp_ref:
        found = rows.filter(merchant_account=event.merchant_account, psp_ref=psp_ref).first()
    if found is None:
        raise NotYet(f"no {name} {event.own_ref or psp_ref}")
    return found
