"""How a PSP tells of a dispute, for tests."""

from datetime import timedelta
from typing import Any

from cashier.models import Capture
from disputes.models import Dispute
from disputes.operations import Notice
from tests.house import TESTER, House


def notice(house: House, capture: Capture, amount_minor: int | None = None, **facts: Any) -> Notice:
    """A chargeback of the whole capture, told by webhook, first movement."""
    stated: dict[str, Any] = {
        "merchant_account": house.account,
        "capture_id": capture.id,
        "provider_case_id": "dsp_1",
        "amount_minor": capture.amount_minor if amount_minor is None else amount_minor,
        "currency": "EUR",
        "occurred_at": house.now,
        "told_by": "webhook",
        "scheme": "visa",
        "reason_code": "10.4",
        "answer_by": house.now + timedelta(days=14),
        **facts,
    }
    return Notice(**stated)


def by(house: House) -> dict[str, Any]:
    return {"actor": TESTER, "now": house.now}


def ending(house: House, dispute: Dispute, **facts: Any) -> dict[str, Any]:
    return {"dispute_id": dispute.id, "occurred_at": house.now, **by(house), **facts}
