"""Every read of reconciliation that is more than one filter deep."""

from reconciliation.queries.explain import Compared, explain, raw_line
from reconciliation.queries.proof import Term, ThreeWayProof, three_way_proof
from reconciliation.queries.residuals import bank_residuals, merchant_residuals

__all__ = ["Compared", "Term", "ThreeWayProof", "bank_residuals", "explain", "merchant_residuals", "raw_line", "three_way_proof"]
