"""What a PSP or a bank has agreed with us, as data: the form of `fee_schedule` and `contract`, and what they come to. Pure (R12, R14).

`fee_schedule`: {fee kind: {"percent": "1.40", "fixed_minor": {"EUR": 10, "SEK": 100}, "percent_to": "1.60"}, "line_texts": […]}.
`percent_to` makes a band of it, for interchange and scheme fees. Kinds that are audited are those of FEE_KINDS; others only tell.

Minor units are of a currency, so what is agreed in them is said by currency, and holds for those that are named. A number alone is of
whatever currency: only an account of one currency may say it so.

`contract`: {"file_due": "11:00", "fx": {"SEK/EUR": {"rate": "0.0869", "tolerance_percent": "0.50"}},
"reserve": {"percent": "5.00", "days": 180, "grace_days": 5, "tolerance_minor": 0},
"rounding": {"batch_minor": {"EUR": 50}, "month_minor": {"EUR": 500}}, "fees": {"tolerance_minor": 0, "weekly_minor": {"EUR": 500}},
"players_money": true,
"ours_since": "2026-03-01T00:00:00+01:00"}. What is not agreed is left out, and nothing is held against it. `ours_since`: payments of the
account that were made before are of other books (R5). `players_money`: of a bank account, false where it is not kept for players; of a
merchant account, true where the licence lets its prefund count (D6).
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ledger.money import Asset, UnknownAsset, get_asset

FEE_KINDS = ("processing", "markup", "scheme", "interchange", "refund", "payout", "chargeback")
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?", re.ASCII)
_SECTIONS: dict[str, tuple[tuple[str, ...], ...]] = {  # section -> texts of percent, whole numbers, minor units
    "reserve": (("percent",), ("days", "grace_days"), ("tolerance_minor",)),
    "rounding": ((), (), ("batch_minor", "month_minor")),
    "fees": ((), (), ("tolerance_minor", "weekly_minor")),
}
_OF_A_FEE = {"percent", "percent_to", "fixed_minor"}
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


@dataclass(frozen=True, slots=True)
class RoundingCaps:
    """How much rounding may come to, minor units of one currency, per batch and per month."""

    batch_minor: int
    month_minor: int


@dataclass(frozen=True, slots=True)
class FeeMargins:
    """What fees may differ by, minor units of one currency: a line, and a week."""

    line_minor: int
    week_minor: int


def minor_in(agreed: Any, currency: str) -> int | None:
    """What was agreed in minor units, in this currency; None where it names others only."""
    found = agreed.get(currency) if isinstance(agreed, Mapping) else agreed
    return None if found is None else int(found)


def fee_term(schedule: Mapping[str, Any], kind: str, currency: str) -> FeeTerm | None:
    """The term of one kind of fee in one currency; None where the contract says nothing of it. "commission" is the older word."""
    row = schedule.get(kind) or (schedule.get("commission") if kind == "processing" else None)
    if not isinstance(row, Mapping) or not {"percent", "fixed_minor"} & set(row):
        return None
    fixed = minor_in(row.get("fixed_minor", 0), currency)
    return None if fixed is None else _term(row, fixed)


def known_cost(schedule: Mapping[str, Any], kind: str, currency: str) -> FeeTerm | None:
    """What is known of a kind's cost in a currency, to weigh one account against another: where the fixed part names others only, the
    percentage alone. An audit can't go by it."""
    row = schedule.get(kind)
    if not isinstance(row, Mapping) or not {"percent", "fixed_minor"} & set(row):
        return None
    return _term(row, minor_in(row.get("fixed_minor", 0), currency) or 0)


def _term(row: Mapping[str, Any], fixed_minor: int) -> FeeTerm:
    percent = Decimal(str(row.get("percent", "0")))
    return FeeTerm(percent, Decimal(str(row.get("percent_to", percent))), fixed_minor)


def fx_term(contract: Mapping[str, Any], charged: str, settled: str) -> FxTerm | None:
    """The agreed rate of a pair; None where none is agreed."""
    row = contract.get("fx", {}).get(f"{charged}/{settled}")
    return FxTerm(Decimal(row["rate"]), Decimal(row["tolerance_percent"])) if row else None


def reserve_term(contract: Mapping[str, Any]) -> ReserveTerm | None:
    """The rolling reserve; None where none is agreed."""
    row = contract.get("reserve")
    return ReserveTerm(Decimal(row["percent"]), row["days"], row.get("grace_days", 0)) if row else None


def reserve_margin(contract: Mapping[str, Any], currency: str) -> int:
    """What a batch's reserve may differ by, minor units; nothing where nothing is agreed for the currency."""
    return minor_in(contract.get("reserve", {}).get("tolerance_minor", 0), currency) or 0


def rounding_caps(contract: Mapping[str, Any], currency: str) -> RoundingCaps | None:
    """How much may be rounding; None where nothing may in this currency."""
    row = contract.get("rounding") or {}
    batch, month = (minor_in(row.get(name), currency) for name in ("batch_minor", "month_minor"))
    return None if batch is None or month is None else RoundingCaps(batch, month)


def fee_margins(contract: Mapping[str, Any], currency: str) -> FeeMargins:
    """What fees may differ by; nothing where nothing is agreed for the currency."""
    row = contract.get("fees", {})
    return FeeMargins(*(minor_in(row.get(name, 0), currency) or 0 for name in ("tolerance_minor", "weekly_minor")))


def keeps_players_money(contract: Mapping[str, Any], *, is_bank: bool) -> bool:
    """Whether what lies here covers what we owe players: in a bank account unless said otherwise, in a prefund only if said so (D6)."""
    return bool(contract.get("players_money", is_bank))


def ours_since(contract: Mapping[str, Any]) -> datetime | None:
    """Since when payments of the account are in these books; None where all are."""
    text = contract.get("ours_since")
    return datetime.fromisoformat(text) if text else None


def check_fee_schedule(schedule: Any, *, currencies: Collection[str] = ()) -> None:
    """Raises BadContract for a schedule that can't be computed with; kinds that are none of FEE_KINDS only tell.

    `currencies`: the account's. Where there are several, each fixed fee names those that it is of.
    """
    if not isinstance(schedule, dict):
        raise BadContract("A fee schedule is an object: fee kind to its percent and fixed_minor.")
    for kind in (*FEE_KINDS, "commission"):
        if kind in schedule:
            _check_fee(kind, schedule[kind], currencies)
    texts = schedule.get("line_texts", [])
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise BadContract("line_texts is a list of texts.")


def check_contract(contract: Any, *, is_bank: bool = False, currencies: Collection[str] = ()) -> None:
    """Raises BadContract for what can't be held against a report. Of a bank: the hour of its statements, whose money it keeps.

    `currencies`: the account's. Where there are several, each amount names those that it is of.
    """
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
            _check_section(name, contract[name], currencies)
    _check_rates(contract.get("fx", {}))


def _check_fee(kind: str, row: Any, currencies: Collection[str]) -> None:
    if not isinstance(row, dict) or set(row) - _OF_A_FEE:
        raise BadContract(f"{kind} is an object of percent, percent_to and fixed_minor.")
    for name in ("percent", "percent_to"):
        if name in row and not _is_percent(row[name]):
            raise BadContract(f'{name} of {kind} is text such as "1.40".')
    if "percent_to" in row and Decimal(row["percent_to"]) < Decimal(row.get("percent", "0")):
        raise BadContract(f"The band of {kind} ends before it begins.")
    _check_minor(f"fixed_minor of {kind}", row.get("fixed_minor", 0), currencies)


def _check_section(name: str, row: Any, currencies: Collection[str]) -> None:
    percents, numbers, amounts = _SECTIONS[name]
    known = {*percents, *numbers, *amounts}
    if not isinstance(row, dict) or set(row) - known or set(_NEEDED[name]) - set(row):
        raise BadContract(f"{name} is an object of {', '.join((*percents, *numbers, *amounts))}.")
    if any(not _is_percent(row[each]) for each in percents):
        raise BadContract(f'The percent of {name} is text such as "5.00".')
    if any(type(row[each]) is not int or row[each] < 0 for each in numbers if each in row):
        raise BadContract(f"Numbers of {name} are whole, not below zero.")
    for each in amounts:
        _check_minor(f"{each} of {name}", row.get(each, 0), currencies)


def _check_minor(what: str, agreed: Any, currencies: Collection[str]) -> None:
    """A number of minor units, or an object of them by currency. Zero is zero in every currency; of more, somebody must say of which."""
    named = agreed if isinstance(agreed, dict) else {}
    if any(type(minor) is not int or minor < 0 for minor in (named.values() if isinstance(agreed, dict) else [agreed])):
        raise BadContract(f'{what} is whole minor units, not below zero, by currency: {{"EUR": 10}}.')
    for currency in named:
        _known(currency)
    if agreed and not named and len(currencies) > 1:
        raise BadContract(f"{what} is {agreed} minor units of no currency; say of which: {_example(agreed, currencies)}.")


def _known(currency: str) -> Asset:
    try:
        return get_asset(currency)
    except UnknownAsset as error:
        raise BadContract(str(error)) from error


def _example(minor: int, currencies: Collection[str]) -> str:
    first, *others = sorted(currencies)
    return f'{{"{first}": {minor}, "{others[0]}": …}}'


def _check_rates(rates: Any) -> None:
    if not isinstance(rates, dict):
        raise BadContract('fx is an object of pairs, such as "SEK/EUR".')
    for pair, row in rates.items():
        first, _, second = pair.partition("/")
        if _known(first) == _known(second) or not isinstance(row, dict) or set(row) != {"rate", "tolerance_percent"}:
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
