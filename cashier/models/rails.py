"""The rail catalogue (C23): what the cashier must know of each method before it may be offered.

Times are data: `expiry_minutes` ends an intent that nobody finishes (C18), `window_days` is how long after its business
day a payment may appear on a settlement report, `authorised_days` how long an authorisation can be captured (C5).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rail:
    method: str
    name: str
    has_authorization: bool
    manual_capture: bool
    refundable: bool
    is_returnable: bool
    expiry_minutes: int
    pending_days: int
    authorised_days: int
    window_days: int = 3
    bank_method: str = "batch_net"


RAILS: dict[str, Rail] = {
    rail.method: rail
    for rail in (
        Rail("card", "Card", True, True, True, False, expiry_minutes=30, pending_days=1, authorised_days=7),
        Rail("wallet_card", "Wallet card", True, True, True, False, expiry_minutes=30, pending_days=1, authorised_days=7),
        Rail("paybybank", "Pay by bank", False, False, True, False, expiry_minutes=60, pending_days=3, authorised_days=0),
        Rail("directdebit", "Direct debit", False, False, True, True, expiry_minutes=60, pending_days=5, authorised_days=0, window_days=5),
        Rail("localmethod", "Local method", False, False, True, True, expiry_minutes=60, pending_days=2, authorised_days=0),
    )
}


class UnknownMethod(ValueError):
    """The method is not in the rail catalogue."""


def get_rail(method: str) -> Rail:
    """The rail of a method. Raises UnknownMethod."""
    try:
        return RAILS[method]
    except KeyError:
        raise UnknownMethod(method) from None


def name_of(method: str) -> str:
    """As people say it: "Pay by bank". Of a method that is not in the catalogue, its own word."""
    return RAILS[method].name if method in RAILS else method.replace("_", " ").capitalize()
