"""What `ledger_prove` checks beside the ledger's own: dotted paths of functions () -> Check or list of Checks (L10)."""

PROOF_CHECKS: list[str] = [
    "ledger.proofs.shadows.shadows_stand_beside_what_posted",
    "cashier.proofs.pending_is_what_waits",
    "cashier.proofs.unconfirmed_mirrors_pending",
    "cashier.proofs.locked_is_named",
    "cashier.proofs.bonus_is_named",
    "cashier.proofs.captures_are_booked",
    "cashier.proofs.refunds_are_booked",
    "cashier.proofs.intents_sum_their_captures",
    "cashier.proofs.captures_sum_their_refunds",
    "cashier.proofs_of_checks.frozen_facts_are_whole",
    "cashier.proofs_of_items.payouts_are_booked",
    "cashier.proofs_of_items.taken_back_is_booked",
    "cashier.proofs_of_items.reversed_refunds_are_booked",
    "cashier.proofs_of_items.debts_are_named",
    "cashier.proofs_of_items.round_moves_are_booked",
    "disputes.proofs.dispute_movements_are_booked",
    "disputes.proofs.chargeback_clearing_is_named",
    "disputes.proofs.dispute_holds_are_named",
    "reconciliation.proofs.batches_relieved_their_items",
    "reconciliation.proofs.suspense_is_named",
    "reconciliation.proofs.bank_lines_are_booked",
    "reconciliation.proofs.lines_are_consumed_once",
    "reconciliation.proofs.residuals_are_of_the_proofs",
    "reconciliation.proofs_of_accounts.in_transit_is_named",
    "reconciliation.proofs_of_accounts.reserve_is_named",
    "reconciliation.proofs_of_accounts.bank_is_its_lines",
    "reconciliation.proofs_of_accounts.clearing_is_named",
]

# What upper floors bound to heads of the audit chain; asked by audit_verify.
AUDIT_CHECKS: list[str] = [
    "reconciliation.sealed_days.closes_are_bound",
    "reconciliation.queries.bundles.closes_have_bundles",
]
