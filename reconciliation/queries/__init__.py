"""Every read of reconciliation that is more than one filter deep."""

from reconciliation.queries.explain import Compared, explain, raw_line
from reconciliation.queries.proof import Term, ThreeWayProof, bank_residual, three_way_proof

__all__ = ["Compared", "Term", "ThreeWayProof", "bank_residual", "explain", "raw_line", "three_way_proof"]
