"""Providers' minor units in ours (ISO 4217, L4): each provider has currencies of its own mind. Pure.

Adyen: docs.adyen.com/development-resources/currency-codes; Stripe: docs.stripe.com/currencies (zero-decimal and special cases).
"""

from typing import Any

from cashier.webhooks.canonical import UnreadableBody
from ledger.money import UnknownAsset, get_asset

EXPONENTS: dict[str, dict[str, int]] = {
    "adyen": {"CLP": 2, "CVE": 0, "IDR": 0, "ISK": 2},
    "stripe": {"ISK": 2, "MGA": 0, "UGX": 2},
}


def amount_of(provider: str, value: Any, currency: Any) -> dict[str, Any] | None:
    """{minor_units, currency} in our units; None where the provider states none. Raises UnreadableBody.

    `value`: whole minor units as a number or as text (Adyen sends both).
    """
    if value is None or not currency:
        return None
    if not isinstance(currency, str) or isinstance(value, bool) or not isinstance(value, int | str):
        raise UnreadableBody("the amount is not whole minor units with a currency")
    code, digits = currency.upper(), str(value)
    if not digits.removeprefix("-").isascii() or not digits.removeprefix("-").isdigit() or len(digits) > 24:
        raise UnreadableBody("the amount is not whole minor units")
    return {"minor_units": in_our_units(provider, abs(int(digits)), code), "currency": code}


def in_our_units(provider: str, minor: int, currency: str) -> int:
    """The same money with our exponent. Raises UnreadableBody for an unknown currency, or where a part of a unit is left."""
    try:
        ours: int = get_asset(currency).exponent
    except UnknownAsset as error:
        raise UnreadableBody(f"unknown currency {currency[:16]!r}") from error
    theirs = EXPONENTS.get(provider, {}).get(currency, ours)
    scaled, rest = divmod(minor * int(10**ours), int(10**theirs))
    if rest:
        raise UnreadableBody(f"{minor} of {currency} is not whole in our unit")
    return scaled
