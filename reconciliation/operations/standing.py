"""What decisions on cases and days rest on, as it stands now, in words (S1)."""

from typing import Any

from ledger.ids import from_public
from ledger.money import money_text
from reconciliation.models import DailyClose, ExceptionCase
from reconciliation.queries.totals import journal_range


def look_at_case(payload: dict[str, Any]) -> dict[str, str]:
    """What the case says; what its plan would post is worked out again by the decision itself."""
    case = ExceptionCase.objects.get(pk=from_public(payload["case"], ExceptionCase.PREFIX))
    amount = money_text(case.amount_minor, case.currency)
    return {"Case": case.label, "Reason code": case.reason_id, "At stake": amount}


def look_at_close(payload: dict[str, Any]) -> dict[str, str]:
    """The version of the day, and the postings that it has."""
    close = DailyClose.objects.select_related("entity").get(pk=from_public(payload["close"], DailyClose.PREFIX))
    journal = journal_range(close.entity, close.business_date)
    return {
        "Version": str(close.version),
        "Postings of the day": str(journal["transactions"]),
        "Last posting": journal["last"] or "none",
        "Overrides": str(len(close.overrides)),
    }
