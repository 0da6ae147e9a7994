"""Currencies of a merchant account."""

from cashier.models import MerchantAccount


def currencies_of(account: MerchantAccount) -> list[str]:
    """Currencies that the account settles: its own list, or where that is empty (it takes all) those that it pays to a bank."""
    return sorted(set(account.currencies) or set(account.settlement_routes.values_list("currency", flat=True)))
