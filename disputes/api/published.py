"""What the public events of disputes carry (A8, A9): the dispute as the API's lists show it."""

from disputes.api.bodies import dispute_body
from disputes.models import Dispute
from ledger.outbox import Told


def dispute(row: Dispute) -> Told:
    """A dispute has an order of its own: it lives for months, and its intent waits for nobody."""
    return Told(row.public_id, row.public_id, dispute_body(row), row.player.brand.code)
