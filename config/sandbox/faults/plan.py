"""Fault plans: which codes, how many a day, from a profile's name or from an object (docs/sandbox.md, Driving it)."""

import random
from collections.abc import Mapping
from typing import Any

from config.sandbox.messages import Refused
from config.sandbox.profile import make_profile, share_of

CODES = (
    "LEDGER_CREDIT_MISSING_PSP_SUCCESS",
    "PSP_SUCCESS_AFTER_TERMINAL",
    "PAYOUT_PAID_NOT_RECORDED",
    "PAYOUT_RETURNED",
    "PAYOUT_AMOUNT_DIFFERS",
    "WITHDRAWAL_SENT_PSP_NOT_PAID",
    "CUTOFF_DIFFERENCE",
    "REFUND_AMOUNT_DIFFERS",
    "REFUND_MISSING_AT_PSP",
    "REFUND_PAID_TWICE",
    "REFUND_REVERSED",
    "REFUND_AND_CHARGEBACK_BOTH_PAID",
    "STATUS_DIFFERS",
    "PAYOUT_PAID_TWICE",
    "PAYOUT_PAID_AFTER_RELEASE",
    "CHARGEBACK_NOT_BOOKED",
    "CHARGEBACK_AMOUNT_DIFFERS",
    "CHARGEBACK_LINE_MISSING",
    "CHARGEBACK_REVERSAL_NOT_BOOKED",
    "CAPTURE_FAILED_AFTER_CREDIT",
    "CREDITED_ON_AUTHORISATION",
    "CURRENCY_DIFFERS",
    "DEPOSIT_RETURNED",
    "WRONG_MERCHANT_ACCOUNT",
    "REFUND_UNKNOWN_TO_PLATFORM",
    "DUPLICATE_PSP_CAPTURE",
    "DUPLICATE_PSP_LINE",
    "GROSS_AMOUNT_DIFFERS",
    "CAPTURE_NOT_SETTLED",
    "LEDGER_CREDIT_WITHOUT_PSP",
    "PSP_LINE_UNKNOWN_REFERENCE",
    "UNKNOWN_LINE_TYPE",
    "FEE_UNEXPECTED",
    "FEE_DIFFERS",
    "FX_RATE_DIFFERS",
    "ROUNDING_DIFFERENCE",
    "CHARGEBACK_FEE_NOT_BOOKED",
    "PSP_FUNDS_HELD",
    "EVENT_UNKNOWN_REFERENCE",
    "ABNORMAL_PENDING",
    "PAYER_NAME_MISMATCH",
    "FILE_REFUSED",
    "SETTLEMENT_BATCH_UNBALANCED",
    "SETTLEMENT_REPORT_RESTATED",
    "SETTLEMENT_REPORT_GAP",
    "SOURCE_FILE_LATE",
    "PSP_BALANCE_DIFFERS",
    "RESERVE_DIFFERS",
    "RESERVE_RELEASE_OVERDUE",
    "STATEMENT_GAP",
    "BANK_ENTRY_REVERSED",
    "BANK_LINE_DUPLICATED",
    "SETTLEMENT_SPLIT_OR_MERGED",
    "SETTLEMENT_TRANSFER_RETURNED",
    "BANK_SETTLEMENT_AMOUNT_DIFFERS",
    "PSP_SUCCESS_MISSING_BANK_SETTLEMENT",
    "BANK_CREDIT_UNIDENTIFIED",
    "BANK_DEBIT_UNIDENTIFIED",
)
# Of these a payout, a file, or a bank account's day, carries one; a share of them means little.
FEW = frozenset(CODES[CODES.index("FILE_REFUSED") :])
# `codes` for the days closed, `events` and `calls` for what runs.
PROFILES: dict[str, dict[str, Any]] = {
    "none": {"codes": {}},
    "default": {"codes": {code: {"count": 1} if code in FEW else {"share": 0.001, "min": 1, "max": 3} for code in CODES}},
    "hostile": {
        "codes": {code: {"share": 0.5, "min": 1, "max": 3} if code in FEW else {"share": 0.01, "min": 2, "max": 25} for code in CODES},
        "events": {"dup": 0.05, "retimed": 0.03, "reorder": 0.03, "late": 0.01},
        "calls": {"timeout_before": 0.005, "timeout_after": 0.005, "error": 0.01, "error_after": 0.01},
    },
}


def make_plan(body: Mapping[str, Any]) -> dict[str, Any]:
    """{profile, seed, only?, share?} -> {seed, codes: {code: rule}, events: {modifier: share}, calls: {fault: share}}.

    Raises Refused 400.
    """
    profile = named_profile(body.get("profile", "default"))
    running = make_profile(profile, seed=body.get("seed", 0))
    rules = {code: _rule(code, rule) for code, rule in _object(profile.get("codes", {})).items()}
    if "share" in body:
        rules = {code: {"share": share_of(body["share"]), "min": 1} for code in rules}
    only = body.get("only") or []
    wanted = [only] if isinstance(only, str) else only
    if wanted:
        rules = {_known(code): rules.get(code, {"count": 1}) for code in wanted}
    return {**running, "codes": rules}


def named_profile(profile: Any) -> Any:
    """The profile of this name; an object is one itself. Raises Refused 400."""
    if not isinstance(profile, str):
        return profile
    if profile not in PROFILES:
        raise Refused(400, "INVALID_PROFILE", f"profile must be one of {sorted(PROFILES)} or an object")
    return PROFILES[profile]


def how_many(rule: Mapping[str, Any], *, candidates: int, random_source: random.Random) -> int:
    """How many of `candidates` a rule hits. A fraction of one is drawn; min and max bound it."""
    if "count" in rule:
        return min(int(rule["count"]), candidates)
    exact = float(rule["share"]) * candidates
    drawn = int(exact) + (random_source.random() < exact - int(exact))
    return min(candidates, int(rule.get("max", candidates)), max(drawn, int(rule.get("min", 0))))


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused(400, "INVALID_PROFILE", 'codes is an object, for example {"FEE_UNEXPECTED": {"count": 1}}')
    return value


def _rule(code: str, rule: Any) -> dict[str, Any]:
    _known(code)
    if isinstance(rule, dict) and isinstance(rule.get("count"), int) and rule["count"] >= 0:
        return {"count": rule["count"]}
    if isinstance(rule, dict) and "share" in rule:
        bounds = {name: int(rule[name]) for name in ("min", "max") if name in rule}
        return {"share": share_of(rule["share"]), **bounds}
    raise Refused(400, "INVALID_PROFILE", f'{code} needs {{"count": n}} or {{"share": 0..1, "min"?, "max"?}}')


def _known(code: str) -> str:
    if code not in CODES:
        raise Refused(400, "INVALID_PROFILE", f"the sandbox can't inject {code}")
    return code
