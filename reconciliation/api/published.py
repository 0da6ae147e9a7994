"""What the public events of reconciliation carry (A8, A9). Cases and closes are an entity's, so they name no brand."""

from typing import Any

from ledger.outbox import Told
from reconciliation.api.bodies import case_body, close_body
from reconciliation.models import Alert, DailyClose, ExceptionCase


def case(row: ExceptionCase) -> Told:
    return Told(row.public_id, row.public_id, case_body(row))


def close(row: DailyClose) -> Told:
    """A day of an entity in one version."""
    return Told(row.public_id, row.public_id, close_body(row))


def alert(row: Alert) -> Told:
    """What was noticed, and what it says now."""
    return Told(row.public_id, row.public_id, alert_body(row))


def alert_body(row: Alert) -> dict[str, Any]:
    return {
        "id": row.public_id, "watch": row.watch_id, "about": row.about, "sentence": row.sentence, "facts": row.facts, "state": row.state,
        "case_id": row.case_ref or None, "noticed_at": row.noticed_at, "last_at": row.last_at, "passed_at": row.passed_at,
    }  # fmt: skip
