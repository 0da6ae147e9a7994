"""Minor units as a provider counts them. Where its number of decimals is not ours (ISO 4217), amounts are shifted, never rounded."""

from collections.abc import Mapping

from cashier.psp.base import PspError
from ledger.money import get_asset


class NotRepresentable(ValueError):
    """The amount has digits that this provider can't take."""


def to_provider(amount_minor: int, currency: str, exponents: Mapping[str, int]) -> int:
    """Our minor units as the provider's; `exponents` holds the currencies that it counts otherwise. Raises NotRepresentable."""
    shift = exponents.get(currency, _ours(currency)) - _ours(currency)
    if shift >= 0:
        return amount_minor * int(10**shift)
    whole, rest = divmod(amount_minor, int(10**-shift))
    if rest:
        raise NotRepresentable(f"{amount_minor} {currency} has more decimals than the provider takes")
    return whole


def from_provider(amount: int, currency: str, exponents: Mapping[str, int]) -> int:
    """The provider's minor units as ours. Raises PspError for digits that our currency does not have."""
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise PspError(f"an amount that is no whole number: {amount!r}")
    shift = exponents.get(currency, _ours(currency)) - _ours(currency)
    if shift <= 0:
        return amount * int(10**-shift)
    whole, rest = divmod(amount, int(10**shift))
    if rest:
        raise PspError(f"{amount} {currency} has more decimals than the currency")
    return whole


def _ours(currency: str) -> int:
    return get_asset(currency).exponent
