"""Stripe's itemised payout reconciliation report as data: which column is what, which reporting category is which kind.

docs.stripe.com/reports/payout-reconciliation, docs.stripe.com/reports/reporting-categories, and the SDK's list of types. The user chooses
the columns; those in `required` are needed to read a row.
"""

from reconciliation.formats.csv_table import Columns

COLUMNS = Columns(
    what="Stripe payout reconciliation report",
    headers={
        "balance_transaction": ("balance_transaction_id",),
        "source": ("source_id",),
        "payment": ("payment_intent_id",),
        "charge": ("charge_id",),
        "refund": ("refund_id",),
        "dispute": ("dispute_id",),
        "created": ("created",),
        "created_utc": ("created_utc",),
        "available": ("available_on",),
        "available_utc": ("available_on_utc",),
        "payout": ("automatic_payout_id", "payout_id"),
        "effective": ("automatic_payout_effective_at", "payout_expected_arrival_date"),
        "effective_utc": ("automatic_payout_effective_at_utc",),
        "currency": ("currency",),
        "gross": ("gross",),
        "fee": ("fee",),
        "net": ("net",),
        "category": ("reporting_category",),
        "type": ("type",),
        "description": ("description",),
        "charged": ("customer_facing_amount",),
        "charged_currency": ("customer_facing_currency",),
        "merchant_reference": ("payment_metadata[merchant_reference]",),
        "capture_reference": ("payment_metadata[capture_reference]",),
        "refund_reference": ("refund_metadata[merchant_reference]",),
        "method": ("payment_method_type",),
        "card_brand": ("card_brand",),
        "trace": ("trace_id",),
        "trace_status": ("trace_id_status",),
    },
    required=frozenset({"payout", "currency", "gross", "fee", "net", "category"}),
    ids=frozenset({"balance_transaction", "source", "payment", "charge", "refund", "dispute", "payout", "trace"}),
    filled=frozenset({"gross", "net"}),
)
METADATA = "payment_metadata["

TAXES = frozenset({"tax", "tax_fee"})  # categories that are tax on what Stripe charges, and nothing else
# Reporting category, or type where there is none -> (kind, what a reversal undoes). Any other is kept as `unknown`.
KINDS: dict[str, tuple[str, str]] = {
    "charge": ("sale", ""),
    "payment": ("sale", ""),
    "refund": ("refund", ""),
    "payment_refund": ("refund", ""),
    "refund_failure": ("reversal", "refund"),
    "dispute": ("chargeback", ""),
    "dispute_reversal": ("reversal", "chargeback"),
    "fee": ("fee", ""),
    "stripe_fee": ("fee", ""),
    "stripe_fx_fee": ("fee", ""),
    "network_cost": ("fee", ""),
    "tax": ("fee", ""),
    "tax_fee": ("fee", ""),
    "payout": ("transfer", ""),
    "payout_reversal": ("transfer", "transfer"),
    "payout_failure": ("transfer", "transfer"),
    "payout_cancel": ("transfer", "transfer"),
    "risk_reserved_funds": ("reserve", ""),
    "reserve_hold": ("reserve", ""),
    "reserve_release": ("reserve", ""),
    "reserved_funds": ("reserve", ""),
    "reserve_transaction": ("reserve", ""),
    "payment_network_reserve_hold": ("reserve", ""),
    "payment_network_reserve_release": ("reserve", ""),
    "adjustment": ("adjustment", ""),
    "adjustments": ("adjustment", ""),
    "other_adjustment": ("adjustment", ""),
    "charge_failure": ("adjustment", ""),
    "payment_failure_refund": ("adjustment", ""),  # a payment that failed after it was counted: it takes money
    "payment_reversal": ("adjustment", ""),
    "partial_capture_reversal": ("adjustment", ""),
    "currency_conversion": ("fx", ""),
}
