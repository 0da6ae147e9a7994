"""Provider name -> dotted path of its adapter. To add a provider: a package in cashier/psp and a line here."""

PSP_ADAPTERS: dict[str, str] = {
    "sandbox": "cashier.psp.sandbox.SandboxAdapter",
    "adyen": "cashier.psp.adyen.AdyenAdapter",
    "generic": "cashier.psp.generic.GenericAdapter",
    "stripe": "cashier.psp.stripe.StripeAdapter",
}
