"""What `ledger_prove` checks beside the ledger's own: dotted paths of functions () -> Check or list of Checks (L10)."""

PROOF_CHECKS: list[str] = []
