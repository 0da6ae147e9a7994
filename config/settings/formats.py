"""Name of a report format -> dotted path of its reader. To add a format: a module in reconciliation/formats and a line here."""

REPORT_FORMATS: dict[str, str] = {
    "adyen_accounting": "reconciliation.formats.adyen_accounting.AdyenAccountingReader",
    "adyen_sdr": "reconciliation.formats.adyen_sdr.AdyenSdrReader",
    "bai2": "reconciliation.formats.bai2.Bai2Reader",
    "camt053": "reconciliation.formats.camt053.Camt053Reader",
    "csv_bank": "reconciliation.formats.csv_bank.CsvBankReader",
    "csv_psp": "reconciliation.formats.csv_psp.CsvPspReader",
    "checkout_breakdown": "reconciliation.formats.checkout_breakdown.CheckoutBreakdownReader",
    "checkout_payouts": "reconciliation.formats.checkout_payouts.CheckoutPayoutsReader",
    "mollie_settlement": "reconciliation.formats.mollie_settlement.MollieSettlementReader",
    "mt940": "reconciliation.formats.mt940.Mt940Reader",
    "paypal_stl": "reconciliation.formats.paypal_stl.PaypalStlReader",
    "psp_balances": "reconciliation.formats.psp_balances.PspBalancesReader",
    "stripe_payout": "reconciliation.formats.stripe_payout.StripePayoutReader",
}
