"""The magic tokens' grammar: tok_<behaviour>[.<modifier>…][~<anything>] (docs/sandbox.md)."""

from dataclasses import dataclass

DECLINES = {
    "decline_insufficient_funds": "insufficient_funds",
    "decline_do_not_honour": "do_not_honour",
    "decline_expired_card": "expired_card",
    "decline_invalid_cvv": "invalid_cvv",
    "decline_stolen_card": "stolen_card",
    "decline_lost_card": "lost_card",
    "decline_limit_exceeded": "limit_exceeded",
    "decline_issuer_unavailable": "issuer_unavailable",
    "decline_suspected_fraud": "suspected_fraud",
    "decline_invalid_card": "invalid_card",
    "decline_not_permitted": "not_permitted",
    "decline_generic": "declined",
}
SOFT_DECLINE = "decline_authentication_required"
BEHAVIOURS = frozenset(DECLINES) | {
    SOFT_DECLINE,
    "approve",
    "frictionless",
    "challenge",
    "challenge_abandon",
    "pending",
    "pending_fail",
    "pending_hold",
    "pending_forever",
    "timeout_before",
    "timeout_after",
    "error",
    "error_after",
    "slow",
}
PAYMENT_MODIFIERS = frozenset(
    {
        "dup",
        "reorder",
        "late",
        "lost",
        "retimed",
        "refund_fail",
        "refund_pending",
        "refund_reverse",
        "partial",
        "chargeback",
        "dispute_lost",
        "avs_mismatch",
    }
)
PAYOUT_MODIFIERS = frozenset(
    {"payout_fail", "payout_refuse", "payout_return", "payout_pending", "payout_timeout_before", "payout_timeout_after"}
)
MODIFIERS = PAYMENT_MODIFIERS | PAYOUT_MODIFIERS


class InvalidToken(ValueError):
    """No behaviour or modifier of this name."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token asks for."""

    behaviour: str
    modifiers: frozenset[str]

    def has(self, modifier: str) -> bool:
        """True where the token carries `modifier`."""
        return modifier in self.modifiers


def parse_token(text: str) -> Token:
    """Read a token; one of modifiers only approves. Raises InvalidToken."""
    words = text.partition("~")[0].removeprefix("tok_").split(".")
    behaviour, *modifiers = ["approve", *words] if words[0] in MODIFIERS else words
    if behaviour not in BEHAVIOURS or not MODIFIERS.issuperset(modifiers):
        raise InvalidToken(text[:80])
    return Token(behaviour=behaviour, modifiers=frozenset(modifiers))
