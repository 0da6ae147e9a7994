"""Tables of disputes."""

from disputes.models.answers import DisputeAnswer
from disputes.models.disputes import Dispute, DisputeState
from disputes.models.evidence import Evidence
from disputes.models.movements import DisputeMovement
from disputes.models.policies import DisputePolicy

__all__ = ["Dispute", "DisputeAnswer", "DisputeMovement", "DisputePolicy", "DisputeState", "Evidence"]
