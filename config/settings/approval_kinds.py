"""Kinds of acts that need a second person (S1): what executes them, who may decide, what the receipt shows."""

APPROVAL_KINDS: dict[str, dict[str, object]] = {
    "payout.approve": {
        "execute": "cashier.operations.payouts.review.approve_payout",
        "rejected": "cashier.operations.payouts.review.reject_payout",
        "preview": "cashier.operations.payouts.review.preview_payout",
        "permission": "cashier.approve_payout",
        "may_be_free": True,
        "look": "cashier.operations.standing.look_at_payout",
    },
    "dispute.submit": {
        "execute": "disputes.operations.answer.execute_answer",
        "rejected": "disputes.operations.answer.drop_answer",
        "permission": "disputes.approve_dispute",
        "look": "disputes.operations.standing.look_at_dispute",
    },
    "dispute.accept": {
        "execute": "disputes.operations.answer.execute_answer",
        "rejected": "disputes.operations.answer.drop_answer",
        "permission": "disputes.approve_dispute",
        "look": "disputes.operations.standing.look_at_dispute",
    },
    "ledger.adjustment": {
        "execute": "ledger.operations.adjustments.execute_adjustment",
        "preview": "ledger.operations.adjustments.preview_adjustment",
        "permission": "ledger.approve_adjustment",
        "look": "ledger.operations.adjustments.look_at_adjustment",
    },
    "ledger.write_off": {
        "execute": "ledger.operations.adjustments.execute_write_off",
        "preview": "ledger.operations.adjustments.preview_write_off",
        "permission": "ledger.approve_write_off",
        "look": "ledger.operations.adjustments.look_at_write_off",
    },
    "ledger.reversal": {
        "execute": "ledger.operations.reversals.execute_reversal",
        "preview": "ledger.operations.reversals.preview_reversal",
        "permission": "ledger.approve_reversal",
        "look": "ledger.operations.reversals.look_at_reversal",
    },
    "case.disposition": {
        "execute": "reconciliation.operations.casework.execute_disposition",
        "preview": "reconciliation.operations.casework.preview_disposition",
        "rejected": "reconciliation.operations.casework.drop_disposition",
        "permission": "reconciliation.approve_disposition",
        "look": "reconciliation.operations.standing.look_at_case",
    },
    "close.sign_off": {
        "execute": "reconciliation.operations.closing.execute_sign_off",
        "rejected": "reconciliation.operations.closing.drop_sign_off",
        "permission": "reconciliation.sign_close",
        "check": "reconciliation.operations.closing.check_signer",
        "look": "reconciliation.operations.standing.look_at_close",
    },
    "close.override": {
        "execute": "reconciliation.operations.closing.execute_override",
        "permission": "reconciliation.sign_close",
        "look": "reconciliation.operations.standing.look_at_close",
    },
    "close.reopen": {
        "execute": "reconciliation.operations.closing.execute_reopen",
        "permission": "reconciliation.reopen_close",
        "look": "reconciliation.operations.standing.look_at_close",
    },
    "refund.manual": {
        "execute": "cashier.operations.refunds_by_hand.execute_refund",
        "preview": "cashier.operations.refunds_by_hand.preview_refund",
        "permission": "cashier.refund_capture",
        "may_be_free": True,
        "look": "cashier.operations.standing.look_at_refund",
    },
    "bonus.grant": {
        "execute": "cashier.bonuses.by_hand.execute_grant",
        "preview": "cashier.bonuses.by_hand.preview_grant",
        "permission": "cashier.approve_bonus",
        "look": "cashier.operations.standing.look_at_grant",
    },
    "bonus.forfeit": {
        "execute": "cashier.bonuses.by_hand.execute_forfeit",
        "preview": "cashier.bonuses.by_hand.preview_forfeit",
        "permission": "cashier.approve_bonus",
        "look": "cashier.operations.standing.look_at_forfeit",
    },
    "threshold.change": {
        "execute": "ledger.operations.thresholds.execute_threshold",
        "permission": "ledger.approve_policy",
        "look": "ledger.operations.thresholds.look_at_threshold",
    },
    "role.grant": {
        "execute": "ledger.operations.staff.execute_roles",
        "permission": "ledger.approve_policy",
        "look": "ledger.operations.staff.look_at_roles",
    },
    "duty.change": {
        "execute": "ledger.operations.staff.execute_duty",
        "permission": "ledger.approve_policy",
        "look": "ledger.operations.staff.look_at_duty",
    },
    "captures.resume": {
        "execute": "cashier.operations.pauses.resume_captures",
        "permission": "cashier.pause_captures",
        "look": "cashier.operations.standing.look_at_pause",
    },
    "routing.activate": {
        "execute": "cashier.operations.routing.rules.activate_rules",
        "rejected": "cashier.operations.routing.rules.send_back_rules",
        "permission": "cashier.approve_routing",
        "look": "cashier.operations.routing.rules.look_at_rules",
    },
    "column_map.activate": {
        "execute": "reconciliation.operations.column_maps.activate_map",
        "rejected": "reconciliation.operations.column_maps.send_back_map",
        "permission": "reconciliation.approve_column_map",
        "look": "reconciliation.operations.column_maps.look_at_map",
    },
    "shadow.open": {
        "execute": "ledger.operations.shadows.execute_open",
        "permission": "ledger.approve_shadow",
        "look": "ledger.operations.shadows.look_at_open",
    },
    "shadow.stage": {
        "execute": "ledger.operations.shadows.execute_stage",
        "permission": "ledger.approve_shadow",
        "look": "ledger.operations.shadows.look_at_stage",
    },
    "merchant_account.change": {
        "execute": "cashier.operations.settings.execute_setting",
        "permission": "ledger.approve_policy",
        "look": "cashier.operations.settings.look_at_setting",
    },
    "call_guards.change": {
        "execute": "cashier.operations.settings.execute_setting",
        "permission": "ledger.approve_policy",
        "look": "cashier.operations.settings.look_at_setting",
    },
    "retry_cap.change": {
        "execute": "cashier.operations.settings.execute_setting",
        "permission": "ledger.approve_policy",
        "look": "cashier.operations.settings.look_at_setting",
    },
    "brand_licences.change": {
        "execute": "cashier.operations.settings.execute_setting",
        "permission": "ledger.approve_policy",
        "look": "cashier.operations.settings.look_at_setting",
    },
    "account_licences.change": {
        "execute": "cashier.operations.settings.execute_setting",
        "permission": "ledger.approve_policy",
        "look": "cashier.operations.settings.look_at_setting",
    },
    "payer_policy.change": {
        "execute": "cashier.operations.settings.execute_setting",
        "permission": "ledger.approve_policy",
        "look": "cashier.operations.settings.look_at_setting",
    },
    "fees.change": {
        "execute": "cashier.operations.settings.execute_setting",
        "permission": "ledger.approve_policy",
        "look": "cashier.operations.settings.look_at_setting",
    },
    "settlement_route.change": {
        "execute": "cashier.operations.settings.execute_setting",
        "permission": "ledger.approve_policy",
        "look": "cashier.operations.settings.look_at_setting",
    },
    "bank_details.change": {
        "execute": "cashier.operations.settings.execute_setting",
        "permission": "ledger.approve_policy",
        "look": "cashier.operations.settings.look_at_setting",
    },
    "payout_policy.change": {
        "execute": "cashier.operations.settings.execute_setting",
        "permission": "ledger.approve_policy",
        "look": "cashier.operations.settings.look_at_setting",
    },
    "outgoing_endpoint.change": {
        "execute": "cashier.operations.settings.execute_setting",
        "permission": "ledger.approve_policy",
        "look": "cashier.operations.settings.look_at_setting",
    },
    "limit.raise": {
        "execute": "cashier.operations.settings.execute_setting",
        "permission": "cashier.approve_limit",
        "expires_hours": 14 * 24,
        "look": "cashier.operations.settings.look_at_setting",
    },
    "dispute_policy.change": {
        "execute": "disputes.operations.settings.execute_setting",
        "permission": "ledger.approve_policy",
        "look": "disputes.operations.settings.look_at_setting",
    },
    "calendar.change": {
        "execute": "ledger.operations.calendars.execute_calendar",
        "permission": "ledger.approve_policy",
        "look": "ledger.operations.calendars.look_at_calendar",
    },
    "watch.change": {
        "execute": "reconciliation.operations.settings.execute_setting",
        "permission": "ledger.approve_policy",
        "look": "reconciliation.operations.settings.look_at_setting",
    },
}
