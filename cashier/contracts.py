"""What a PSP or a bank has agreed with us, as data: the form of `fee_schedule` and `contract`, and what they come to. Pure (R12, R14).

`fee_schedule`: {fee kind: {"percent": "1.40", "fixed_minor": 10 or {"EUR": 10, "SEK": 100}, "percent_to": "1.60"}, "line_texts": […]}.
`percent_to` makes a band of it, for interchange and scheme fees. Kinds that are audited are those of FEE_KINDS; others only tell.

`contract`: {"file_due": "11:00", "fx": {"SEK/EUR": {"rate": "0.0869", "tolerance_percent": "0.50"}},
"reserve": {"percent": "5.00", "days": 180, "grace_days": 5, "tolerance_minor": 0},
"rounding": {"batch_minor": 50, "month_minor": 500}, "fees": {"tolerance_minor": 0, "weekly_minor": 500}, "players_money": true,
"ours_since": "2026-03-01T00:00:00+01:00"}. What is not agreed is left out, and nothing is held against it. `ours_since`: payments of the
account that were made before are of other books (R5). `players_money`: of a bank account, false where it is not kept for players; of a
merchant account, true where the licence lets its prefund count (D6).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ledger.money import get_asset

FEE_KINDS = ("processing", "markup", "scheme", "interchange", "refund", "payout", "chargeback")
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?", re.ASCII)
_SECTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # section -> texts of percent, whole numbers
    "reserve": (("percent",), ("days", "grace_days", "tolerance_minor")),
    "rounding": ((), ("batch_minor", "month_minor")),
    "fees": ((), ("tolerance_minor", "weekly_minor")),
}
_NEEDED = {"reserve": ("percent", "days"), "rounding": ("batch_minor", "month_minor"), "fees": ()}


class BadContract(ValueError):
    """The contract can't be read so; the message says what to mend."""


@dataclass(frozen=True, slots=True)
class FeeTerm:
    """What one kind of fee costs: from `percent` to `percent_to` of the gross, and a fixed part in minor units."""

    percent: Decimal
    percent_to: Decimal
    fixed_minor: int


@dataclass(frozen=True, slots=True)
class FxTerm:
    """One unit of the charged currency is agreed to be `rate` of the settled one, give or take `tolerance_percent`."""

    rate: Decimal
    tolerance_percent: Decimal


@dataclass(frozen=True, slots=True)
class ReserveTerm:
    """`percent` of a batch's sales is withheld, and given back `days` later; late after `grace_days` more."""

    percent: Decimal
    days: int
    grace_days: int
    tolerance_minor: int


@dataclass(frozen=True, slots=True)
class RoundingCaps:
    """How much rounding may come to, minor units, per batch and per month."""

    batch_minor: int
    month_minor: int


def fee_term(schedule: Mapping[str, Any], kind: str, currency: str) -> FeeTerm | None:
    """The term of one kind of fee in one currency; None where the contract says nothing of it. "commission" is the older word."""
    row = schedule.get(kind) or (schedule.get("commission") if kind == "processing" else None)
    if not isinstance(row, Mapping) or not {"percent", "fixed_minor"} & set(row):
        return None
    fixed = row.get("fixed_minor", 0)
    if isinstance(fixed, Mapping):
        if currency not in fixed:
            return None
        fixed = fixed[currency]
    percent = Decimal(str(row.get("percent", "0")))
    return FeeTerm(percent, Decimal(str(row.get("percent_to", percent))), int(fixed))


def fx_term(contract: Mapping[str, Any], charged: str, settled: str) -> FxTerm | None:
    """The agreed rate of a pair; None where none is agreed."""
    row = contract.get("fx", {}).get(f"{charged}/{settled}")
    return FxTerm(Decimal(row["rate"]), Decimal(row["tolerance_percent"])) if row else None


def reserve_term(contract: Mapping[str, Any]) -> ReserveTerm | None:
    """The rolling reserve; None where none is agreed."""
    row = contract.get("reserve")
    if not row:
        return None
    return ReserveTerm(Decimal(row["percent"]), row["days"], row.get("grace_days", 0), row.get("tolerance_minor", 0))


def rounding_caps(contract: Mapping[str, Any]) -> RoundingCaps | None:
    """How much may be rounding; None where nothing may."""
    row = contract.get("rounding")
    return RoundingCaps(row["batch_minor"], row["month_minor"]) if row else None


def keeps_players_money(contract: Mapping[str, Any], *, is_bank: bool) -> bool:
    """Whether what lies here covers what we owe players: in a bank account unless said otherwise, in a prefund only if said so (D6)."""
    return bool(contract.get("players_money", is_bank))


def ours_since(contract: Mapping[str, Any]) -> datetime | None:
    """Since when payments of the account are in these books; None where all are."""
    text = contract.get("ours_since")
    return datetime.fromisoformat(text) if text else None


def check_fee_schedule(schedule: Any) -> None:
    """Raises BadContract for a schedule that can't be computed with; kinds that are none of FEE_KINDS only tell."""
    if not isinstance(schedule, dict):
        raise BadContract("A fee schedule is an object: fee kind to its percent and fixed_minor.")
    for kind in (*FEE_KINDS, "commission"):
        if kind in schedule:
            _check_fee(kind, schedule[kind])
    texts = schedule.get("line_texts", [])
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise BadContract("line_texts is a list of texts.")


def check_contract(contract: Any, *, is_bank: bool = False) -> None:
    """Raises BadContract for what can't be held against a report. Of a bank: the hour of its statements, whose money it keeps."""
    known = {"file_due", "players_money"} if is_bank else {"file_due", "players_money", "ours_since", "fx", *_SECTIONS}
    if not isinstance(contract, dict) or set(contract) - known:
        raise BadContract(f"A contract is an object of {', '.join(sorted(known))}.")
    if "file_due" in contract and not (isinstance(contract["file_due"], str) and _HOUR.fullmatch(contract["file_due"])):
        raise BadContract('file_due is an hour of the entity\'s day, such as "11:00".')
    if not isinstance(contract.get("players_money", True), bool):
        raise BadContract("players_money is true or false.")
    if "ours_since" in contract and not _is_instant(contract["ours_since"]):
        raise BadContract('ours_since is an instant with its offset, such as "2026-03-01T00:00:00+01:00".')
    for name in _SECTIONS:
        if name in contract:
            _check_section(name, contract[name])
    _check_rates(contract.get("fx", {}))


def _check_fee(kind: str, row: Any) -> None:
    if not isinstance(row, dict):
        raise BadContract(f"{kind} is an object of percent and fixed_minor.")
    for name in ("percent", "percent_to"):
        if name in row and not _is_percent(row[name]):
            raise BadContract(f'{name} of {kind} is text such as "1.40".')
    if "percent_to" in row and Decimal(row["percent_to"]) < Decimal(row.get("percent", "0")):
        raise BadContract(f"The band of {kind} ends before it begins.")
    fixed = row.get("fixed_minor", 0)
    for currency, minor in fixed.items() if isinstance(fixed, dict) else [("", fixed)]:
        if type(minor) is not int:
            raise BadContract(f"fixed_minor of {kind} is whole minor units, or an object of them by currency.")
        if currency:
            get_asset(currency)


def _check_section(name: str, row: Any) -> None:
    percents, numbers = _SECTIONS[name]
    if not isinstance(row, dict) or set(row) - {*percents, *numbers} or set(_NEEDED[name]) - set(row):
        raise BadContract(f"{name} is an object of {', '.join((*percents, *numbers))}.")
    if any(not _is_percent(row[each]) for each in percents):
        raise BadContract(f'The percent of {name} is text such as "5.00".')
    if any(type(row[each]) is not int or row[each] < 0 for each in numbers if each in row):
        raise BadContract(f"Numbers of {name} are whole, not below zero.")


def _check_rates(rates: Any) -> None:
    if not isinstance(rates, dict):
        raise BadContract('fx is an object of pairs, such as "SEK/EUR".')
    for pair, row in rates.items():
        first, _, second = pair.partition("/")
        if get_asset(first) == get_asset(second) or not isinstance(row, dict) or set(row) != {"rate", "tolerance_percent"}:
            raise BadContract(f"{pair} has a rate and a tolerance_percent, of two currencies.")
        if not _is_percent(row["tolerance_percent"]) or not _is_rate(row["rate"]):
            raise BadContract(f'Rate and tolerance of {pair} are text such as "0.0869" and "0.50".')


def _is_instant(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_percent(value: Any) -> bool:
    return isinstance(value, str) and _PERCENT.fullmatch(value) is not None


def _is_rate(value: Any) -> bool:
    try:
        return isinstance(value, str) and Decimal(value).is_finite() and Decimal(value) > 0
    except InvalidOperation:
        return False
