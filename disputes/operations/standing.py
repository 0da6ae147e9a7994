"""What an answer to a dispute rests on, as it stands now, in words (S1)."""

from typing import Any

from disputes.models import Dispute
from ledger.money import format_major, get_asset


def look_at_dispute(payload: dict[str, Any]) -> dict[str, str]:
    """Its stage, its amount, until when it is answered, and how many files are attached."""
    dispute = Dispute.objects.get(pk=Dispute.id_of(payload["dispute"]))
    return {
        "Dispute": str(dispute.state).replace("_", " ").lower(),
        "Amount": f"{format_major(int(dispute.amount_minor), get_asset(dispute.currency))} {dispute.currency}",
        "Answer by": dispute.answer_by.strftime("%d %b %Y %H:%M UTC") if dispute.answer_by else "no deadline",
        "Evidence": f"{dispute.evidence.count()} files",
    }
