"""Pages of disputes."""

from disputes.admin import chips
from disputes.admin.disputes import DisputeAdmin
from disputes.admin.policies import DisputePolicyAdmin

__all__ = ["DisputeAdmin", "DisputePolicyAdmin", "chips"]
