"""What a settlement line proves of a dispute (POSTINGS.md 3.5, first row): the platform's own event, by its own key, comes first."""

from datetime import datetime
from typing import Any
from uuid import UUID

from cashier.models import MerchantAccount
from disputes.models import Dispute
from disputes.operations.money import credit_dispute, debit_dispute
from disputes.operations.opening import Notice
from ledger.actors import Actor, system_actor

ACTOR = system_actor("settlement_lines")


def open_dispute_from_line(
    *,
    merchant_account: MerchantAccount,
    capture_id: UUID,
    provider_case_id: str,
    amount_minor: int,
    currency: str,
    occurred_at: datetime,
    now: datetime,
    is_reversal: bool = False,
    ordinal: int = 1,
    psp_reference: str = "",
    payload_sha256: str = "",
    actor: Actor = ACTOR,
    **facts: Any,
) -> str:
    """Book the chargeback (or with is_reversal the credit) that a line states, opening the dispute where there is none.

    `ordinal`: which chargeback (or reversal) line of this case it is, from 1, over all reports: it is the movement's number, the
    same that a webhook gives, so whoever comes second books nothing more. `amount_minor` is above zero; `provider_case_id` is empty
    where the report names no case.
    Returns what the line's clearing entry must clear against: "dp_…:<movement>". Raises DisputeAmountDiffers, DisputeCurrencyDiffers,
    DisputeOfAnotherPayment, DisputeNotNamed, Capture.DoesNotExist.
    """
    notice = Notice(
        merchant_account=merchant_account,
        capture_id=capture_id,
        provider_case_id=provider_case_id,
        amount_minor=amount_minor,
        currency=currency,
        occurred_at=occurred_at,
        told_by=Dispute.OpenedBy.LINE,
        movement=ordinal,
        psp_ref=psp_reference,
        payload_sha256=payload_sha256,
    )
    book = credit_dispute if is_reversal else debit_dispute
    return f"{book(notice, actor=actor, now=now).public_id}:{ordinal}"
