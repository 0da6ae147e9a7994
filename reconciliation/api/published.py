"""What the public events of reconciliation carry (A8, A9). Cases and closes are an entity's, so they name no brand."""

from ledger.outbox import Told
from reconciliation.api.bodies import case_body, close_body
from reconciliation.models import DailyClose, ExceptionCase


def case(row: ExceptionCase) -> Told:
    return Told(row.public_id, row.public_id, case_body(row))


def close(row: DailyClose) -> Told:
    """A day of an entity in one version."""
    return Told(row.public_id, row.public_id, close_body(row))
