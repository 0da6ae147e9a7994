"""The magic tokens' grammar: tok_<behaviour>[.<modifier>…][~<anything>] (docs/sandbox.md).

The tables are the grammar and its explanation in one: the parser knows what stands here, the page shows it.
"""

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
# What can happen to a call, whatever it is about; a profile gives shares of them to tokens that name none (config.sandbox.profile).
CALL_FAULTS = {
    "timeout_before": "the first request is lost: no answer, no charge; a repeat is executed",
    "timeout_after": "charged, and no answer; a repeat with the same key gets it",
    "error": "the first request is answered 500 and not charged; a repeat is executed",
    "error_after": "charged, then answered 502; a repeat with the same key gets the answer",
    "slow": "approved after 2 seconds",
}
BEHAVIOURS: dict[str, str] = {
    "approve": "authorised, captured at once with auto; with amount 0 the card is only verified, which sends no event",
    "frictionless": "3-DS 2 without challenge: approved, ECI 05, CAVV, DS transaction id",
    "challenge": "ACTION_REQUIRED with a URL; the page approves or fails it",
    "challenge_abandon": "the same, but its page never ends it (posting to it answers 200 and leaves it open)",
    "challenge_outage": "the page takes the payer's word and then is out of order: it, the lookup and every call about this payment"
    " are answered 503 for 5 seconds, and its events come after that",
    **{name: f"declined with {code}" for name, code in DECLINES.items()},
    SOFT_DECLINE: "soft decline: the first attempt of a reference is declined with authentication_required, the next is challenged",
    "pending": "PENDING, captured by event a second later (pay-by-bank)",
    "pending_fail": "PENDING, failed by event a second later",
    "pending_hold": "PENDING until the day is closed: then failed by event, or the object of a fault",
    "pending_forever": "PENDING for good",
    **CALL_FAULTS,
}
EVENT_MODIFIERS = {
    "dup": "each event three times",
    "reorder": "captured before authorised",
    "late": "events 5 seconds late",
    "lost": "events never sent",
    "retimed": "each event a second time with a new event id and time, same object",
}
PAYMENT_MODIFIERS = {
    **EVENT_MODIFIERS,
    "refund_fail": "its refunds are accepted, then failed by event",
    "refund_pending": "its refunds succeed only after some seconds",
    "refund_reverse": "its refunds are processed, then reversed",
    "partial": "captures at most half of what is asked with auto",
    "chargeback": "disputed a second after capture",
    "dispute_lost": "evidence loses its disputes; else it wins",
    "avs_mismatch": "the address check says no match",
    "payer": "the rail names the payer: what stands after ~, with _ for a space, as in tok_approve.payer~Ada_Lovelace",
    "payer_other": "the rail names another payer than any player: Robin Thirdparty, with an IBAN",
    "once": "a decline declines a payment's first try only, at whatever account",
}
PAYOUT_MODIFIERS = {
    "payout_fail": "accepted, then failed by event",
    "payout_refuse": "refused at once",
    "payout_return": "settled, then returned by event",
    "payout_pending": "pending until the day is closed, then paid with its event, or the object of a fault",
    "payout_timeout_before": "the first request is lost; a repeat is executed",
    "payout_timeout_after": "taken, and no answer; a repeat with the same key gets it",
}
OTHER_PAYER, OTHER_IBAN = "Robin Thirdparty", "NL13TEST0123456789"
MODIFIERS = frozenset({*PAYMENT_MODIFIERS, *PAYOUT_MODIFIERS})


class InvalidToken(ValueError):
    """No behaviour or modifier of this name."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token asks for. `payer`: the name that the rail gives, empty for none."""

    behaviour: str
    modifiers: frozenset[str]

    payer: str = ""

    def has(self, modifier: str) -> bool:
        """True where the token carries `modifier`."""
        return modifier in self.modifiers


def parse_token(text: str) -> Token:
    """Read a token; one of modifiers only approves. Raises InvalidToken."""
    told, _, rest = text.partition("~")
    words = told.removeprefix("tok_").split(".")
    behaviour, *modifiers = ["approve", *words] if words[0] in MODIFIERS else words
    if behaviour not in BEHAVIOURS or not MODIFIERS.issuperset(modifiers):
        raise InvalidToken(text[:80])
    payer = OTHER_PAYER if "payer_other" in modifiers else rest.partition("~")[0].replace("_", " ") if "payer" in modifiers else ""
    return Token(behaviour=behaviour, modifiers=frozenset(modifiers), payer=payer)
