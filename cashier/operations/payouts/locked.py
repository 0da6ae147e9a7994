"""A payout's row under lock."""

from uuid import UUID

from cashier.models import PayoutIntent, Player


def lock_payout(payout_id: UUID) -> PayoutIntent:
    """The payout, its row locked until the transaction ends; what it points at is loaded, not locked. Raises DoesNotExist.

    Player and instrument are read behind the lock: rows joined to one whose lock was waited for are as they were before the wait.
    """
    rows = PayoutIntent.objects.select_for_update(of=("self",)).select_related("entity", "merchant_account")
    payout = rows.get(pk=payout_id)
    payout.player = Player.objects.select_related("brand").get(pk=payout.player_id)
    return payout
