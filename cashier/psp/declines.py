"""The one list of decline codes (C15): what each means, whose fault it is, and what may be done next.

Each adapter maps its provider's codes to these. Facts: ISO 8583 response codes, and the providers' published lists.
"""

from dataclasses import dataclass
from enum import StrEnum

from cashier.psp.base import Retry


class Fault(StrEnum):
    """Who can do something about it."""

    PLAYER = "player"
    ISSUER = "issuer"
    PSP = "psp"
    US = "us"


@dataclass(frozen=True, slots=True)
class Decline:
    """One entry of the list."""

    code: str
    meaning: str
    fault: Fault
    retry: Retry


_ENTRIES = (
    Decline("insufficient_funds", "the account does not hold the amount", Fault.PLAYER, Retry.SAME_LATER),
    Decline("limit_exceeded", "above the card's limit of amount or count", Fault.PLAYER, Retry.SAME_LATER),
    Decline("do_not_honour", "the issuer declines and gives no reason", Fault.ISSUER, Retry.OTHER_PSP),
    Decline("generic_decline", "declined, no reason given", Fault.ISSUER, Retry.OTHER_PSP),
    Decline("issuer_unavailable", "the issuer could not be reached", Fault.ISSUER, Retry.OTHER_PSP),
    Decline("psp_unavailable", "the provider could not process it", Fault.PSP, Retry.OTHER_PSP),
    Decline("authentication_required", "the issuer wants a challenge", Fault.ISSUER, Retry.STEP_UP),
    Decline("authentication_failed", "the challenge was not passed", Fault.PLAYER, Retry.STEP_UP),
    Decline("expired_card", "the card has expired", Fault.PLAYER, Retry.FIX_DATA),
    Decline("invalid_cvv", "the security code is wrong", Fault.PLAYER, Retry.FIX_DATA),
    Decline("invalid_card", "no such card or account", Fault.PLAYER, Retry.FIX_DATA),
    Decline("invalid_token", "the provider does not know the token", Fault.US, Retry.FIX_DATA),
    Decline("invalid_request", "the provider refused the request itself", Fault.US, Retry.NEVER),
    Decline("currency_not_supported", "not in this currency at this merchant account", Fault.US, Retry.OTHER_PSP),
    Decline("stolen_card", "reported stolen", Fault.PLAYER, Retry.NEVER),
    Decline("lost_card", "reported lost", Fault.PLAYER, Retry.NEVER),
    Decline("suspected_fraud", "the issuer or the provider suspects fraud", Fault.ISSUER, Retry.NEVER),
    Decline("not_permitted", "the card or account may not be used for this", Fault.ISSUER, Retry.NEVER),
    Decline("account_closed", "the account is closed", Fault.PLAYER, Retry.NEVER),
    Decline("amount_too_high", "above what is left to capture or refund", Fault.US, Retry.NEVER),
    Decline("wrong_state", "the object is in a state that does not allow it", Fault.US, Retry.NEVER),
    Decline("not_found", "the provider does not know the object", Fault.US, Retry.NEVER),
)

DECLINES: dict[str, Decline] = {entry.code: entry for entry in _ENTRIES}


def get_decline(code: str) -> Decline:
    """The entry of a normalised code; generic_decline for one that the list does not have."""
    return DECLINES.get(code, DECLINES["generic_decline"])
