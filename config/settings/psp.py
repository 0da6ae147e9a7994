"""Provider name -> dotted path of its adapter. To add a provider: a package in cashier/psp and a line here."""

PSP_ADAPTERS: dict[str, str] = {
    "sandbox": "cashier.psp.sandbox.SandboxAdapter",
    "adyen": "cashier.psp.adyen.AdyenAdapter",
    "generic": "cashier.psp.generic.GenericAdapter",
    "stripe": "cashier.psp.stripe.StripeAdapter",
}

# A provider's own webhooks, /webhooks/psp/<name>/<merchant_account>: name -> the module that verifies, splits and normalises them.
WEBHOOK_CONNECTORS: dict[str, str] = {
    "stripe": "cashier.webhooks.stripe",
    "adyen": "cashier.webhooks.adyen",
    "generic": "cashier.webhooks.generic",
    "sandbox": "cashier.webhooks.sandbox",
    "hooks": "cashier.webhooks.hooks",
}
