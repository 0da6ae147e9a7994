"""The sandbox's decline codes as ours: it uses our list, but for these."""

from cashier.psp.declines import DECLINES

DECLINE_CODES: dict[str, str] = {
    **{code: code for code in DECLINES},
    "declined": "generic_decline",
    "PAYMENT_UNKNOWN": "not_found",
    "DISPUTE_UNKNOWN": "not_found",
    "NOT_FOUND": "not_found",
    "AMOUNT_TOO_HIGH": "amount_too_high",
    "CURRENCY_NOT_SUPPORTED": "currency_not_supported",
    "NOT_AUTHORIZED": "wrong_state",
    "NOTHING_TO_VOID": "wrong_state",
    "WRONG_STATE": "wrong_state",
    "DESTINATION_INVALID": "invalid_token",
    "PAYOUT_REFUSED": "not_permitted",
}
