"""A payout's row under lock."""

from uuid import UUID

from cashier.models import PayoutIntent


def lock_payout(payout_id: UUID) -> PayoutIntent:
    """The payout, its row locked until the transaction ends; what it points at is loaded, not locked. Raises DoesNotExist."""
    rows = PayoutIntent.objects.select_for_update(of=("self",)).select_related("player__brand", "entity", "instrument", "merchant_account")
    return rows.get(pk=payout_id)
