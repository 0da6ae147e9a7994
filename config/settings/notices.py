"""What a lower floor tells an upper one: kind of notice -> dotted path of the operation that hears it."""

NOTICE_HANDLERS: dict[str, str] = {
    "case.raise": "reconciliation.operations.raise_case",
    "late_money.settled": "reconciliation.operations.late_money.hear_late_money",
    # The PSP's dispute events: hear_event(event=PspEvent, actor=, now=).
    "dispute.inquiry": "disputes.operations.hear_event",
    "dispute.inquiry_closed": "disputes.operations.hear_event",
    "dispute.opened": "disputes.operations.hear_event",
    "dispute.debited": "disputes.operations.hear_event",
    "dispute.credited": "disputes.operations.hear_event",
    "dispute.won": "disputes.operations.hear_event",
    "dispute.lost": "disputes.operations.hear_event",
    "dispute.accepted": "disputes.operations.hear_event",
    "dispute.expired": "disputes.operations.hear_event",
    "dispute.withdrawn": "disputes.operations.hear_event",
    "dispute.auto_refunded": "disputes.operations.hear_event",
    # A chargeback line without posting: open_dispute_from_line(merchant_account=, capture_id=, provider_case_id=, amount_minor=,
    # currency=, occurred_at=, now=, is_reversal=, ordinal=, psp_reference=) -> "dp_…:<ordinal>".
    "dispute.found_on_line": "disputes.operations.open_dispute_from_line",
    # A gate of payouts asks how many disputes of a player are open: (player_id=) -> int.
    "player.open_disputes": "disputes.queries.count_open_disputes",
    # Whose brand's thresholds of four eyes hold: (player_id=) -> the brand's code, or an empty text.
    "player.brand": "cashier.queries.brands.brand_of",
    # What sales cost by their settlement lines, which routing learns from: (since=) -> rows.
    "routing.fees": "reconciliation.queries.observed_fees.observed_fees",
    # Which of these are no reason codes, where a rail names its usual exceptions: (codes=) -> list.
    "reason_codes.unknown": "reconciliation.queries.reasons.unknown_codes",
    # A shadow of a posting rule depends on rail or brand: (intent=, player=) -> ledger.shadowing.Scope; and which there are: () ->
    # (rails, brand codes).
    "posting.scope": "cashier.queries.posting_scope.scope_of_posting",
    "posting.scopes": "cashier.queries.posting_scope.known_scopes",
    # An event was written into the outbox, in the transaction at hand: () -> None.
    "outbox.written": "cashier.operations.outgoing.wake_dispatcher",
}
