"""Row locks of disputes, always in this order: intent, captures (the cashier's), dispute, then payouts and wallet."""

from uuid import UUID

from cashier.models import Capture
from cashier.operations.disputed import lock_disputed_capture
from disputes.models import Dispute


def lock_dispute(dispute_id: UUID) -> tuple[Dispute, Capture]:
    """The dispute and its capture, both rows locked; needs an open transaction. Raises Dispute.DoesNotExist."""
    capture = lock_disputed_capture(capture_id=Dispute.objects.values_list("capture_id", flat=True).get(pk=dispute_id))
    rows = Dispute.objects.select_for_update(of=("self",)).select_related("merchant_account", "player__brand", "entity")
    return rows.get(pk=dispute_id), capture
