"""A second word of a PSP on one object, where its first came to nothing (W3, C3).

"No second effect" holds for what had an effect. A wrong event that moved nothing does not keep the right one out: that one is applied
by the normal path, which asks before it credits. Else it is a contradiction: kept, and a case.
"""

from cashier.models import Capture, PspEvent, PspEventWork
from cashier.operations.event_objects import find_named, kind_of, told_in
from cashier.operations.event_payments import find_attempt, find_capture, find_intent
from cashier.operations.event_values import AMOUNT_DIFFERS, BadEvent, NotYet
from cashier.operations.told_amounts import differs
from ledger.ids import BadPublicId


def is_right_after_wrong(event: PspEvent) -> bool:
    """Whether an event that contradicts an earlier one says what we asked for, and the earlier one moved nothing.

    Raises NotYet while that one has not come to its end.
    """
    if not fits(event):
        return False
    first = PspEventWork.objects.get(pk=PspEvent.id_of(event.contradicts))
    if first.state in PspEventWork.OPEN_STATES:
        raise NotYet("another amount was told before, and that event is not applied yet")
    return first.state == PspEventWork.State.DEAD or first.outcome == AMOUNT_DIFFERS


def fits(event: PspEvent) -> bool:
    """Whether its amount is that of our own record. Of a dispute we have none: its amount is the PSP's to say."""
    if event.event.startswith("payment."):
        return fits_payment(event)
    row = find_named(event)
    if row is None or row.merchant_account_id != event.merchant_account_id:
        return False
    return not differs(kind_of(event), row, told_in(event))


def fits_payment(event: PspEvent) -> bool:
    """As the capture that it names, by the PSP's id or by ours; where we know none, as the attempt."""
    try:
        attempt = find_attempt(event, find_intent(event))
    except (NotYet, BadEvent):  # it names nothing of ours
        return False
    asked = find_capture(event) or own_capture(event) or attempt
    return event.amount_minor == asked.amount_minor and event.currency in ("", asked.currency)


def own_capture(event: PspEvent) -> Capture | None:
    try:
        return Capture.objects.filter(pk=Capture.id_of(event.own_ref), merchant_account=event.merchant_account).first()
    except BadPublicId:
        return None
