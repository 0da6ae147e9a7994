"""The one list of decline codes (C15): what each means, whose fault it is, and what may be done next.

Each provider's codes are mapped to these in the `codes.py` of its package. One that nobody mapped becomes generic_decline (or
invalid_request, where the request itself was refused); the provider's own code stays beside it. Facts: ISO 8583 response
codes, and the providers' published lists. docs/psps.md publishes the list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cashier.psp.base import Outcome, PspResult, Retry


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
    Decline("try_again_later", "the issuer asks to try again later", Fault.ISSUER, Retry.SAME_LATER),
    Decline("do_not_honour", "the issuer declines and gives no reason", Fault.ISSUER, Retry.OTHER_PSP),
    Decline("generic_decline", "declined, no reason given", Fault.ISSUER, Retry.OTHER_PSP),
    Decline("call_issuer", "the player must ask the issuer", Fault.PLAYER, Retry.OTHER_PSP),
    Decline("issuer_unavailable", "the issuer could not be reached", Fault.ISSUER, Retry.OTHER_PSP),
    Decline("psp_unavailable", "the provider could not process it", Fault.PSP, Retry.OTHER_PSP),
    Decline("duplicate_transaction", "the same amount on the same card a moment ago", Fault.US, Retry.SAME_LATER),
    Decline("authentication_required", "the issuer wants a challenge", Fault.ISSUER, Retry.STEP_UP),
    Decline("authentication_failed", "the challenge was not passed", Fault.PLAYER, Retry.STEP_UP),
    Decline("cancelled_by_player", "the player gave it up", Fault.PLAYER, Retry.SAME_LATER),
    Decline("expired_card", "the card has expired", Fault.PLAYER, Retry.FIX_DATA),
    Decline("invalid_cvv", "the security code is wrong", Fault.PLAYER, Retry.FIX_DATA),
    Decline("invalid_pin", "the PIN is wrong", Fault.PLAYER, Retry.FIX_DATA),
    Decline("invalid_address", "the address or postal code is wrong", Fault.PLAYER, Retry.FIX_DATA),
    Decline("invalid_card", "no such card or account", Fault.PLAYER, Retry.FIX_DATA),
    Decline("card_replaced", "the issuer has newer card data", Fault.PLAYER, Retry.FIX_DATA),
    Decline("invalid_token", "the provider does not know the token", Fault.US, Retry.FIX_DATA),
    Decline("invalid_amount", "the amount can't be taken", Fault.US, Retry.FIX_DATA),
    Decline("invalid_request", "the provider refused the request itself", Fault.US, Retry.NEVER),
    Decline("not_offered", "this provider does not offer it", Fault.US, Retry.OTHER_PSP),
    Decline("currency_not_supported", "not in this currency at this merchant account", Fault.US, Retry.OTHER_PSP),
    Decline("card_not_supported", "this kind of card is not taken here", Fault.PSP, Retry.OTHER_PSP),
    Decline("stolen_card", "reported stolen", Fault.PLAYER, Retry.NEVER),
    Decline("lost_card", "reported lost", Fault.PLAYER, Retry.NEVER),
    Decline("pick_up_card", "the issuer wants the card kept", Fault.PLAYER, Retry.NEVER),
    Decline("blocked_card", "the issuer has blocked the card", Fault.PLAYER, Retry.NEVER),
    Decline("pin_tries_exceeded", "too many wrong PINs", Fault.PLAYER, Retry.NEVER),
    Decline("suspected_fraud", "the issuer or the provider suspects fraud", Fault.ISSUER, Retry.NEVER),
    Decline("revoked", "the player has revoked the permission to charge", Fault.PLAYER, Retry.NEVER),
    Decline("do_not_try_again", "the issuer forbids another try", Fault.ISSUER, Retry.NEVER),
    Decline("not_permitted", "the card or account may not be used for this", Fault.ISSUER, Retry.NEVER),
    Decline("account_closed", "the account is closed", Fault.PLAYER, Retry.NEVER),
    Decline("test_payment", "a test card at a live account, or the reverse", Fault.US, Retry.NEVER),
    Decline("blocked_by_rule", "our own routing rules decline it", Fault.US, Retry.NEVER),
    Decline("amount_too_high", "above what is left to capture or refund", Fault.US, Retry.NEVER),
    Decline("wrong_state", "the object is in a state that does not allow it", Fault.US, Retry.NEVER),
    Decline("not_found", "the provider does not know the object", Fault.US, Retry.NEVER),
)

DECLINES: dict[str, Decline] = {entry.code: entry for entry in _ENTRIES}


def get_decline(code: str) -> Decline:
    """The entry of a normalised code; generic_decline for one that the list does not have."""
    return DECLINES.get(code, DECLINES["generic_decline"])


def normal_code(raw: str, table: Mapping[str, str], *, unknown: str = "generic_decline") -> str:
    """Our code for a provider's by its table; "" stays "", one that nobody mapped becomes `unknown`."""
    return table.get(raw, unknown) if raw else ""


def refused(code: str, *, provider_code: str = "", raw: Mapping[str, Any] | None = None) -> PspResult:
    """The request itself was refused: nothing was executed."""
    return PspResult(
        outcome=Outcome.REFUSED, decline_code=code, retry=get_decline(code).retry, raw=dict(raw or {}), provider_code=provider_code
    )


def not_offered() -> PspResult:
    """The provider does not offer this; no call was made (C16)."""
    return refused("not_offered")
