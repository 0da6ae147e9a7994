"""Adyen's refusal reasons, error codes, checks and currencies as ours (C14, C15).

Facts: docs.adyen.com/development-resources/refusal-reasons, /error-codes, /currency-codes; merchant advice codes of Mastercard.
"""

from cashier.psp.base import Retry

# refusalReasonCode
REFUSAL_REASONS: dict[str, str] = {
    "2": "do_not_honour",
    "3": "call_issuer",
    "4": "psp_unavailable",
    "5": "blocked_card",
    "6": "expired_card",
    "7": "invalid_amount",
    "8": "invalid_card",
    "9": "issuer_unavailable",
    "10": "not_permitted",
    "11": "authentication_failed",
    "12": "insufficient_funds",
    "14": "suspected_fraud",
    "15": "cancelled_by_player",
    "16": "cancelled_by_player",
    "17": "invalid_pin",
    "18": "pin_tries_exceeded",
    "19": "invalid_pin",
    "20": "suspected_fraud",
    "21": "psp_unavailable",
    "22": "suspected_fraud",
    "23": "not_permitted",
    "24": "invalid_cvv",
    "25": "not_permitted",
    "26": "revoked",
    "27": "generic_decline",
    "28": "limit_exceeded",
    "29": "limit_exceeded",
    "31": "suspected_fraud",
    "32": "invalid_address",
    "33": "invalid_pin",
    "34": "account_closed",
    "35": "account_closed",
    "36": "invalid_card",
    "37": "psp_unavailable",
    "38": "authentication_required",
    "39": "authentication_failed",
    "40": "card_not_supported",
    "41": "suspected_fraud",
    "42": "authentication_failed",
    "46": "account_closed",
}
# The issuer's own answer where it says more than Adyen's reason ("43 : Stolen card").
RAW_REASONS: dict[str, str] = {
    "04": "pick_up_card",
    "07": "pick_up_card",
    "14": "invalid_card",
    "1A": "authentication_required",
    "41": "lost_card",
    "43": "stolen_card",
    "51": "insufficient_funds",
    "54": "expired_card",
    "57": "not_permitted",
    "59": "suspected_fraud",
    "61": "limit_exceeded",
    "62": "not_permitted",
    "65": "authentication_required",
    "91": "issuer_unavailable",
    "R0": "revoked",
    "R1": "revoked",
}
# refusalReason, where an older API gives the text alone.
REFUSAL_TEXTS: dict[str, str] = {
    "acquirer error": "4",
    "blocked card": "5",
    "expired card": "6",
    "fraud": "20",
    "invalid card number": "8",
    "issuer unavailable": "9",
    "not enough balance": "12",
    "not supported": "10",
    "refused": "2",
}
# errorCode of a request that was refused.
ERROR_CODES: dict[str, str] = {
    "100": "invalid_amount",
    "101": "invalid_card",
    "103": "invalid_cvv",
    "129": "expired_card",
    "137": "invalid_amount",
    "138": "currency_not_supported",
    "167": "not_found",
    "702": "invalid_request",
    "800": "invalid_token",
    "803": "invalid_token",
    "905": "not_offered",
    "906": "invalid_request",
}
IN_PROGRESS = "704"  # the first request under this key is still on its way
# merchantAdviceCode: what the scheme says of another try; it wins over the class of the code.
ADVICE: dict[str, Retry] = {
    "01": Retry.FIX_DATA,
    "02": Retry.SAME_LATER,
    "03": Retry.NEVER,
    "04": Retry.NEVER,
    "21": Retry.NEVER,
    "24": Retry.SAME_LATER,
    "25": Retry.SAME_LATER,
    "26": Retry.SAME_LATER,
    "27": Retry.SAME_LATER,
    "28": Retry.SAME_LATER,
    "29": Retry.SAME_LATER,
    "30": Retry.SAME_LATER,
}
# Number at the front of avsResult: (street, postal code).
ADDRESS_RESULTS: dict[str, tuple[bool | None, bool | None]] = {
    "1": (True, False),
    "2": (False, False),
    "6": (False, True),
    "7": (True, True),
    "9": (True, None),
    "10": (False, None),
    "12": (True, None),
    "13": (False, None),
    "14": (None, True),
    "15": (None, True),
    "16": (None, False),
    "17": (None, False),
    "19": (False, True),
    "20": (True, True),
    "22": (True, False),
    "23": (False, True),
    "24": (True, True),
    "25": (True, False),
    "26": (False, False),
}
# Number at the front of cvcResult.
SECURITY_CODES: dict[str, str] = {"0": "U", "1": "M", "2": "N", "3": "P", "4": "S", "5": "U", "6": "P"}
# Currencies that Adyen counts otherwise than ISO 4217.
EXPONENTS: dict[str, int] = {"CLP": 2, "CVE": 0, "IDR": 0, "ISK": 2}
