"""What an answer to a dispute rests on, as it stands now, in words (S1)."""

from typing import Any

from disputes.models import Dispute
from ledger.money import money_text


def look_at_dispute(payload: dict[str, Any]) -> dict[str, str]:
    """Its stage, its amount, until when it is answered, and how many files are attached."""
    dispute = Dispute.objects.get(pk=Dispute.id_of(payload["dispute"]))
    return {
        "Dispute": str(dispute.state).replace("_", " ").lower(),
        "Amount": money_text(dispute.amount_minor, dispute.currency),
        "Answer by": dispute.answer_by.strftime("%d %b %Y %H:%M UTC") if dispute.answer_by else "no deadline",
        "Evidence": f"{dispute.evidence.count()} files",
    }
