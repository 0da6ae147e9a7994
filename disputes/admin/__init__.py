"""Pages of disputes."""

from disputes.admin import chips
from disputes.admin.disputes import DisputeAdmin

__all__ = ["DisputeAdmin", "chips"]
