"""What `ledger_prove` checks beside the ledger's own: dotted paths of functions () -> Check or list of Checks (L10)."""

PROOF_CHECKS: list[str] = [
    "cashier.proofs.pending_is_what_waits",
    "cashier.proofs.unconfirmed_mirrors_pending",
    "cashier.proofs.locked_is_named",
    "cashier.proofs.bonus_is_named",
    "cashier.proofs.captures_are_booked",
    "cashier.proofs.refunds_are_booked",
    "cashier.proofs.intents_sum_their_captures",
    "reconciliation.proofs.batches_relieved_their_items",
    "reconciliation.proofs.suspense_is_named",
    "reconciliation.proofs.bank_lines_are_booked",
    "reconciliation.proofs.lines_are_consumed_once",
]
