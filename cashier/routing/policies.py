"""A version of the rules as data: read, checked for its form, given out as values (C12)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from cashier.routing.conditions import VALUES, Conditions, as_conditions
from cashier.routing.splits import Split
from ledger.money import UnknownAsset, get_asset


class Effect(StrEnum):
    """What a rule does. Accounts are named in order for prefer; weight is a percentage of the value."""

    PREFER = "prefer"
    WEIGHT = "weight"
    EXCLUDE = "exclude"
    STEP_UP = "step_up"
    DECLINE = "decline"
    REVIEW = "review"


NAMES_ACCOUNTS = (Effect.PREFER, Effect.WEIGHT, Effect.EXCLUDE)
ENDS = (Effect.DECLINE, Effect.REVIEW)
# One US dollar is this much of each; a policy may state newer ones. A currency without a rate is always stepped up.
USD_RATES = {
    "USD": "1", "EUR": "0.92", "GBP": "0.79", "SEK": "10.6", "NOK": "10.9", "DKK": "6.9", "CHF": "0.88", "PLN": "3.95", "CZK": "23.2",
    "HUF": "365", "RON": "4.6", "BGN": "1.8", "CAD": "1.38", "AUD": "1.52", "NZD": "1.67", "JPY": "152", "KWD": "0.307", "BHD": "0.376",
    "BRL": "5.6", "MXN": "18.5", "INR": "84", "ZAR": "18", "TRY": "34", "SGD": "1.34", "HKD": "7.8",
}  # fmt: skip
_BIN = re.compile(r"\d{6,8}", re.ASCII)


class BadPolicy(ValueError):
    """The rules can't be so; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Rule:
    when: Conditions
    effect: Effect
    accounts: tuple[str, ...] = ()
    percent: int = 100


@dataclass(frozen=True, slots=True)
class Options:
    """step_up_usd: a card payment above it is stepped up, whatever the rules say (0: none). explore_percent: the share of payments
    that goes to an account drawn by lot. slow_above_ms, slow_percent: an account slower than that counts so much."""

    step_up_usd: int = 10_000
    explore_percent: int = 2
    slow_above_ms: int = 8_000
    slow_percent: int = 80
    usd_rates: Mapping[str, str] = field(default_factory=lambda: dict(USD_RATES))

    def usd_minor(self, amount_minor: int, currency: str) -> int | None:
        """In US cents, rounded up; None without a rate."""
        rate = self.usd_rates.get(currency)
        if rate is None:
            return None
        exact = Decimal(amount_minor).scaleb(2 - get_asset(currency).exponent) / Decimal(rate)
        return int(exact.to_integral_value(rounding="ROUND_CEILING"))


@dataclass(frozen=True, slots=True)
class Policy:
    rules: tuple[Rule, ...] = ()
    options: Options = field(default_factory=Options)
    splits: tuple[Split, ...] = ()
    version: int = 0


def read_policy(body: Mapping[str, Any], *, version: int = 0) -> Policy:
    """{"rules": [...], "options": {...}, "splits": [...]} to values. Raises BadPolicy with the place."""
    rules = tuple(_rule(number, row) for number, row in enumerate(_list(body.get("rules", []), "rules"), 1))
    splits = tuple(_split(row) for row in _list(body.get("splits", []), "splits"))
    if len({split.name for split in splits}) < len(splits):
        raise BadPolicy("Two splits have the same name.")
    return Policy(rules, _options(body.get("options", {})), splits, version)


def _list(value: Any, name: str) -> Sequence[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise BadPolicy(f"{name} is a list of objects.")
    return value


def _rule(number: int, row: Mapping[str, Any]) -> Rule:
    place = f"Rule {number}"
    unknown = set(row) - {"when", "effect", "accounts", "percent"}
    if unknown or row.get("effect") not in list(Effect):
        raise BadPolicy(f"{place}: not known: {', '.join(sorted(unknown)) or row.get('effect')}.")
    effect, accounts = Effect(row["effect"]), tuple(row.get("accounts", ()))
    if (effect in NAMES_ACCOUNTS) != bool(accounts):
        raise BadPolicy(f"{place}: {effect} names {'one account at least' if effect in NAMES_ACCOUNTS else 'no accounts'}.")
    if len(set(accounts)) < len(accounts):
        raise BadPolicy(f"{place}: an account is named twice.")
    return Rule(_conditions(place, row.get("when", {})), effect, accounts, _whole(place, "percent", row.get("percent", 100), 1, 1000))


def _conditions(place: str, row: Mapping[str, Any]) -> Conditions:
    unknown = set(row) - {*VALUES, "amount_from_minor", "amount_to_minor", "bin_from", "bin_to"}
    if unknown:
        raise BadPolicy(f"{place}: no condition is called {', '.join(sorted(unknown))}.")
    for name in VALUES:
        if not isinstance(row.get(name, []), list) or not all(isinstance(value, str) and value for value in row.get(name, [])):
            raise BadPolicy(f"{place}: {VALUES[name]} is a list of words.")
    when = as_conditions(row)
    _check_currencies(place, when)
    _check_ranges(place, when)
    return when


def _check_currencies(place: str, when: Conditions) -> None:
    try:
        for code in when.currency:
            get_asset(code)
    except UnknownAsset as error:
        raise BadPolicy(f"{place}: {error}") from error
    has_amount = when.amount_from_minor is not None or when.amount_to_minor is not None
    if has_amount and len(when.currency) != 1:
        raise BadPolicy(f"{place}: an amount is of one currency: name it.")


def _check_ranges(place: str, when: Conditions) -> None:
    for name in ("amount_from_minor", "amount_to_minor"):
        if (value := getattr(when, name)) is not None:
            _whole(place, "amount", value, 0, 10**15)
    low, high = when.amounts
    if high is not None and low > high:
        raise BadPolicy(f"{place}: no amount is at least its lower and at most its upper end.")
    for text in (when.bin_from, when.bin_to):
        if text and not _BIN.fullmatch(text):
            raise BadPolicy(f"{place}: a BIN has six to eight digits.")
    if (when.bin_to and not when.bin_from) or when.bins[0] > when.bins[1]:
        raise BadPolicy(f"{place}: the range of BINs begins after its end.")


def _split(row: Mapping[str, Any]) -> Split:
    name = row.get("name", "")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9-]{1,32}", name):
        raise BadPolicy("A split has a name of small letters, digits and hyphens.")
    place, accounts = f"Split {name}", tuple(row.get("accounts", ()))
    if not accounts or set(row) - {"name", "percent", "accounts", "when", "guard_tries", "guard_points"}:
        raise BadPolicy(f"{place}: names the accounts of its arm B, a percent, its conditions and its guardrail, nothing else.")
    return Split(
        name=name,
        percent=_whole(place, "percent", row.get("percent"), 1, 50),
        accounts=accounts,
        when=_conditions(place, row.get("when", {})),
        guard_tries=_whole(place, "guard_tries", row.get("guard_tries", 100), 20, 1_000_000),
        guard_points=_whole(place, "guard_points", row.get("guard_points", 3), 1, 50),
    )


def _options(row: Mapping[str, Any]) -> Options:
    known = {"step_up_usd": 10**9, "explore_percent": 20, "slow_above_ms": 120_000, "slow_percent": 100}
    unknown = set(row) - {*known, "usd_rates"}
    if unknown:
        raise BadPolicy(f"No option is called {', '.join(sorted(unknown))}.")
    given: dict[str, Any] = {name: _whole("Options", name, row[name], 0, most) for name, most in known.items() if name in row}
    if "usd_rates" in row:
        given["usd_rates"] = {code: _rate(code, text) for code, text in row["usd_rates"].items()}
    return Options(**given)


def _rate(code: str, text: Any) -> str:
    try:
        get_asset(code)
        rate = Decimal(text) if isinstance(text, str) else Decimal(0)
    except (UnknownAsset, InvalidOperation) as error:
        raise BadPolicy(f"The rate of {code} can't be read.") from error
    if not rate.is_finite() or rate <= 0:
        raise BadPolicy(f"The rate of {code} is decimal text above zero.")
    return str(text)


def _whole(place: str, name: str, value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise BadPolicy(f"{place}: {name} is a whole number from {least} to {most:,}.")
    return value
