"""A chargeback that the PSP's register tells first: its dispute is opened as the PSP's notification would open it (X1, R4).

It only takes, as POSTINGS.md 3.4 lets an event or a line do; nothing is credited on the PSP's word. A notification or a settlement line
that comes later names the same case and movement, and books nothing more.
"""

from uuid import UUID

import structlog
from django.db import IntegrityError, transaction

from cashier.models import Capture
from ledger.actors import system_actor
from ledger.notices import tell
from ledger.refusals import Refused
from reconciliation.models import Activity
from reconciliation.operations.run.context import MerchantRun

log = structlog.get_logger(__name__)
REGISTER = system_actor("psp_register")  # not the engine: a line that comes later finds the movement booked, and is no case
FIRST = "chargeback"  # a second one belongs to a dispute that must be known


def open_from_register(step: MerchantRun, event: Activity, capture_id: UUID | None) -> str:
    """The movement that was booked ("dp_…:1"), or an empty text where a person has to look.

    That is where the register names no case of its own (a notification would name another, and the player would be debited twice), for
    a second chargeback, where no capture of this account and currency is meant, and where the dispute that we have says otherwise.
    """
    names_case = event.object_reference not in ("", event.psp_reference)
    if capture_id is None or not names_case or event.record_type.casefold() != FIRST or not _fits(step, event, capture_id):
        return ""
    try:
        with transaction.atomic():
            return str(
                tell(
                    "dispute.found_on_line",
                    merchant_account=step.account,
                    capture_id=capture_id,
                    provider_case_id=event.object_reference,
                    amount_minor=int(event.amount_minor),
                    currency=event.currency,
                    occurred_at=event.booked_at,
                    now=step.now,
                    psp_reference=event.psp_reference,
                    actor=REGISTER,
                )  # fmt: skip
                or ""
            )
    except (Refused, IntegrityError) as refusal:
        log.warning("chargeback of the register not booked", activity=event.pk, reason=str(refusal))
        return ""


def _fits(step: MerchantRun, event: Activity, capture_id: UUID) -> bool:
    held = Capture.objects.filter(pk=capture_id, merchant_account=step.account, currency=event.currency, state=Capture.State.SUCCEEDED)
    return held.filter(amount_minor__gte=event.amount_minor).exists()
