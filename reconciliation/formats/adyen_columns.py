"""Adyen's settlement details report as data: which column is what, which Type is which kind.

Both ways of loading share this truth: the streaming reader, and the SQL that normalises a COPYed raw file.
Source: docs.adyen.com/reporting/settlement-reconciliation/transaction-level/settlement-details-report, its journal types page, real files.
"""

# canonical name -> header as compared: lower case, single spaces. Column order and count vary per account.
REQUIRED: dict[str, str] = {
    "merchant_account": "merchant account",
    "psp_reference": "psp reference",
    "merchant_reference": "merchant reference",
    "created": "creation date",
    "zone": "timezone",
    "line_type": "type",
    "modification_reference": "modification reference",
    "gross_currency": "gross currency",
    "gross_debit": "gross debit (gc)",
    "gross_credit": "gross credit (gc)",
    "net_currency": "net currency",
    "net_debit": "net debit (nc)",
    "net_credit": "net credit (nc)",
    "batch_number": "batch number",
}
# Absent in some layouts: then empty on every line. Payment Fees (NC) and Gross Fees (NC) are Adyen's own totals: never added to the parts.
OPTIONAL: dict[str, str] = {
    "payment_method": "payment method",
    "exchange_rate": "exchange rate",
    "commission": "commission (nc)",
    "markup": "markup (nc)",
    "scheme_fee": "scheme fees (nc)",
    "interchange": "interchange (nc)",
    "payment_method_variant": "payment method variant",
    "modification_merchant_reference": "modification merchant reference",
    "booking_date": "booking date",
    "dispute_reference": "dispute reference",
}
FEES = ("commission", "markup", "scheme_fee", "interchange")
FEES_ALONE = "payment fees (nc)"  # read as commission where a layout has none of the four
# where digits of 13 to 19 places are ids, never looked at for card numbers
ID_COLUMNS = frozenset({"psp reference", "modification reference", "dispute reference", "arn", "batch number", "authorisation code"})

# Type, lower case without spaces -> (kind, what a reversal undoes). Any other Type is kept as `unknown`.
KINDS: dict[str, tuple[str, str]] = {
    "settled": ("sale", ""),
    "bulksettlement": ("sale", ""),
    "refunded": ("refund", ""),
    "paidout": ("payout", ""),
    "bppaidout": ("payout", ""),
    "chargeback": ("chargeback", ""),
    "secondchargeback": ("chargeback", ""),
    "chargebackreversed": ("reversal", "chargeback"),
    "refundedreversed": ("reversal", "refund"),
    "paidoutreversed": ("reversal", "payout"),
    "fee": ("fee", ""),
    "paymentcost": ("fee", ""),
    "authorisationschemefee": ("fee", ""),
    "misccosts": ("fee", ""),
    "invoicededuction": ("fee", ""),
    "depositcorrection": ("reserve", ""),
    "balancetransfer": ("balance_transfer", ""),
    "internalcompanypayout": ("balance_transfer", ""),
    "manualcorrected": ("adjustment", ""),
    "merchantpayout": ("transfer", ""),
    "bankinstructionreturned": ("transfer", ""),
    "matchedstatement": ("transfer", ""),
}
