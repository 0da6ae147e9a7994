"""Which merchant accounts may take a payment."""

from cashier.models import Brand, MerchantAccount


def list_eligible_accounts(*, brand: Brand, currency: str, method: str, region: str) -> list[MerchantAccount]:
    """Active accounts of the brand that take this currency and method in this region, captures not paused, by rank then code.

    An empty list of regions, currencies or methods on an account means all.
    """
    accounts = MerchantAccount.objects.filter(brands=brand, is_active=True, captures_paused=False).order_by("rank", "code")
    return [
        account
        for account in accounts
        if _takes(account.currencies, currency) and _takes(account.methods, method) and (not region or _takes(account.regions, region))
    ]


def get_open_account(code: str) -> MerchantAccount | None:
    """The active merchant account of a code."""
    return MerchantAccount.objects.filter(code=code, is_active=True).first()


def _takes(allowed: list[str], wanted: str) -> bool:
    return not allowed or wanted in allowed
