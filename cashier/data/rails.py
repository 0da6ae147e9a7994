"""The rail catalogue that the product comes with (C23): rows in force, and rows that are not finished and so offer nothing."""

from typing import Any

from ledger.shadowing import SIGN_OFF

Body = dict[str, Any]

_ANSWERS = {"CAPTURED": "CAPTURED", "PENDING": "PENDING", "ACTION_REQUIRED": "ACTION_REQUIRED", "DECLINED": "FAILED", "REFUSED": "FAILED"}
_CARD_ANSWERS = {"APPROVED": "AUTHORIZED", **_ANSWERS}
_PROVED = (
    "The postings of deposits and refunds, each story line for line (tests/stories)",
    "One graph for every rail, drawn in docs/states; corrections are edges of their own",
    "One contract for every provider: a key asked twice charges once (tests/cashier/psp)",
    "Credited by the capture alone, never on a PSP's word that it will come (tests/cashier/operations)",
    "Its lines pair by rule, and each code is found alone and mixed (docs/matching.md, tests/simulation)",
    "A playbook and a text for the player for each usual exception (docs/exceptions.md)",
    "Gates, limits, payer checks and frozen facts as docs/risk.md tells them",
)
SIGNED = dict(zip(SIGN_OFF, _PROVED, strict=True))


def _row(name: str, finality: str, times: tuple[int, int, int, int, int], exceptions: str, **other: Any) -> Body:
    """`times`: expected and expiry in minutes, pending and authorised days, window in bank days."""
    expected, expiry, pending, authorised, window = times
    return {
        "name": name, "finality": finality, "match_key": "psp_object", "bank_method": "batch_net", "has_authorization": False,
        "manual_capture": False, "refundable": True, "expected_minutes": expected, "expiry_minutes": expiry, "pending_days": pending,
        "authorised_days": authorised, "window_days": window, "status_map": _ANSWERS, "usual_exceptions": exceptions.split(), **other,
    }  # fmt: skip


_CARD: Body = {"has_authorization": True, "manual_capture": True, "status_map": _CARD_ANSWERS}
_CARD_EXCEPTIONS = "CAPTURE_NOT_SETTLED FEE_DIFFERS DUPLICATE_PSP_CAPTURE CHARGEBACK_NOT_BOOKED"
_BANK_EXCEPTIONS = "ABNORMAL_PENDING LEDGER_CREDIT_MISSING_PSP_SUCCESS PAYER_NAME_MISMATCH"
_RETURNED = "DEPOSIT_RETURNED ABNORMAL_PENDING"
_DIRECT_DEBIT_TIMES = (3 * 24 * 60, 60, 5, 0, 5)

LIVE: dict[str, Body] = {
    method: {**row, "sign_off": SIGNED}
    for method, row in {
        "card": _row("Card", "capture", (1, 30, 1, 7, 2), _CARD_EXCEPTIONS, **_CARD),
        "wallet_card": _row("Wallet card", "capture", (1, 30, 1, 7, 2), _CARD_EXCEPTIONS, **_CARD),
        "paybybank": _row("Pay by bank", "acceptance", (5, 60, 3, 0, 2), _BANK_EXCEPTIONS),
        "directdebit": _row("Direct debit", "return_window", _DIRECT_DEBIT_TIMES, _RETURNED),
        "localmethod": _row("Local method", "return_window", (24 * 60, 60, 2, 0, 3), _RETURNED),
    }.items()
}
# Nobody has signed these off, and of some nothing here can post or match the money yet.
UNFINISHED: dict[str, Body] = {
    "ach": _row("ACH debit", "return_window", _DIRECT_DEBIT_TIMES, _RETURNED),
    "rtp": _row("Real-time payment", "acceptance", (1, 60, 1, 0, 1), _BANK_EXCEPTIONS, match_key="end_to_end_id", bank_method="single"),
    "onramp": _row("On-ramp", "acceptance", (15, 60, 1, 0, 3), "ABNORMAL_PENDING", refundable=False),
    "onchain": _row(
        "On-chain", "confirmations", (30, 24 * 60, 2, 0, 0), "CHAIN_REORGED CHAIN_UNDERPAID CHAIN_WRONG_ASSET", refundable=False,
        match_key="transaction_hash", bank_method="chain",
    ),
}  # fmt: skip
