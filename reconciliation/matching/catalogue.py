"""What a version of the matching rules may choose (R5, R15): which rules there are, in which order they may stand, and the bounds of
each parameter. The bounds keep R5: a rule never pairs by guess, whatever a version says. Pure.

A rule is code, named here; which rules are on, their order within a group and their parameters are data. A rule whose code changes
gets a new name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Value = Any  # int, bool, list[str] or None: JSON
REPORTS = ("adyen_sdr", "checkout_payouts", "csv_psp", "mollie_settlement", "paypal_stl", "stripe_payout")
_CODE = re.compile(r"[A-Z0-9]{4,12}", re.ASCII)


def _small(label: str) -> str:
    return label[0].lower() + label[1:]


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from `least` to `most`; None allowed where `may_be_none`. `why`: what a value outside would risk."""

    name: str
    label: str
    default: int | None
    least: int
    most: int
    why: str
    may_be_none: bool = False

    def problem(self, value: Value) -> str:
        if value is None and self.may_be_none or type(value) is int and self.least <= value <= self.most:
            return ""
        bounds = f"is {self.least}" if self.least == self.most else f"is a whole number from {self.least} to {self.most}"
        return f"{_small(self.label)} {bounds}{' or none' if self.may_be_none else ''}: {self.why}"


@dataclass(frozen=True, slots=True)
class YesNo:
    """A condition that may be asked for besides."""

    name: str
    label: str
    default: bool

    def problem(self, value: Value) -> str:
        return "" if isinstance(value, bool) else f"{_small(self.label)} is yes or no"


@dataclass(frozen=True, slots=True)
class Words:
    """A list of words, each once: of `offered`, or, where that is empty, banks' codes of 4 to 12 letters and digits."""

    name: str
    label: str
    default: tuple[str, ...]
    why: str
    offered: tuple[str, ...] = ()

    def problem(self, value: Value) -> str:
        is_list = isinstance(value, list) and all(isinstance(word, str) for word in value) and len(set(value)) == len(value) <= 40
        if not is_list:
            return f"{_small(self.label)} is a list of words, each once, 40 at most"
        bad = [word for word in value if not (word in self.offered if self.offered else _CODE.fullmatch(word))]
        return f"{_small(self.label)}: {', '.join(bad)} can't be one: {self.why}" if bad else ""


Parameter = Number | YesNo | Words


@dataclass(frozen=True, slots=True)
class Kind:
    """One rule of the code. `group`: rules of one group may change places; groups stand in the order of GROUPS."""

    name: str
    group: str
    title: str
    pairs: str
    parameters: tuple[Parameter, ...] = ()
    is_fixed: bool = False

    def defaults(self) -> dict[str, Value]:
        return {each.name: list(each.default) if isinstance(each, Words) else each.default for each in self.parameters}


# Group -> whether one of its rules at least must be on: without any, every such line would be a case.
GROUPS: Mapping[str, bool] = {
    "sale": True,
    "refund": True,
    "refund reversal": True,
    "payout": True,
    "payout return": True,
    "dispute": True,
    "bank line twice": True,
    "bank line by reference": True,
    "bank line by batch": False,
    "bank line by amount": False,
    "bank line of several payouts": False,
    "further bank lines": False,
    "bank's own lines": False,
    "top-up": True,
    "sale without the PSP's id": False,
}

_SHORT = "a shorter reference may stand in a text by chance"
_REFERENCE = Number("shortest_reference", "Shortest PSP reference", 1, 1, 64, "an empty reference says nothing")


def _tolerance(why: str) -> Number:
    return Number("tolerance_minor", "Tolerance in minor units", 0, 0, 0, why)


_SEVERAL = Number("most_payouts", "Payouts at most", 5, 2, 5, "more than 5 are for people (R5)")
_EXACT = _tolerance("with a reference in one currency a difference is never passed over, it is a case (R5)")

KINDS: tuple[Kind, ...] = (
    Kind("sale.object", "sale", "Sale by the PSP's capture id", "our intent, the PSP's capture id and the currency agree",
         (_REFERENCE, _EXACT)),
    Kind("sale.reference", "sale", "Sale by our capture", "our capture's id and the currency agree, no other PSP id is known of it",
         (_EXACT,)),
    Kind("refund.object", "refund", "Refund by the PSP's refund id",
         "the PSP's refund id and the currency agree; our id too where it is there",
         (_REFERENCE, YesNo("needs_our_reference", "Our refund's id must be there too", False), _EXACT)),
    Kind("refund.reference", "refund", "Refund by our refund", "our refund's id and the currency agree, no other PSP id is known of it",
         (_EXACT,)),
    Kind("refund_reversal.reference", "refund reversal", "Refund that came back",
         "our refund's id, or the PSP's id of it, and the currency agree",
         (YesNo("needs_our_reference", "Our refund's id must be there", False), _EXACT)),
    Kind("payout.reference", "payout", "Payout by our payout", "our payout's id and the currency agree, no other PSP id is known of it",
         (YesNo("needs_psp_reference", "The PSP's payout id must agree too", False), _EXACT)),
    Kind("payout_return.reference", "payout return", "Payout that came back", "our payout's id and the currency agree", (_EXACT,)),
    Kind("dispute.case", "dispute", "Chargeback by the PSP's dispute", "our payment and the PSP's dispute id agree", is_fixed=True),
    Kind("bank.duplicate", "bank line twice", "Line that the bank states twice", "the bank's id, amount, day and text are the same",
         is_fixed=True),
    Kind("bank.transfer_reference", "bank line by reference", "Payout by its transfer reference",
         "the text has the payout's TX…XT reference",
         (Number("shortest_digits", "Fewest digits of the reference", 5, 5, 20, _SHORT),)),
    Kind("bank.payout_reference", "bank line by reference", "Payout by the PSP's own reference",
         "the text has the payout's reference as a whole word",
         (Number("shortest_reference", "Shortest reference", 8, 8, 64, _SHORT),)),
    Kind("bank.batch_and_account", "bank line by batch", "Payout by batch number and account",
         "the text has the batch number as a whole word after “batch”, and the account's code",
         (Number("shortest_number", "Fewest digits of the batch number", 1, 1, 12, "a batch has a number"),
          Number("shortest_account", "Shortest code of the account", 1, 1, 64, "an account has a code"),
          Number("most_difference_minor", "Amount off by at most, minor units", None, 0, 10**12,
                 "none: any difference is paired, and is a case", may_be_none=True))),
    Kind("bank.payer_and_amount", "bank line by amount", "Payout by payer, amount and day",
         "the PSP's known payer, the exact amount, from the payout's day to its due day, one line and one payout alone",
         (Words("sources", "Reports whose payouts it may find", ("stripe_payout",), "it is no report that states payouts", REPORTS),
          Number("days_after_due", "Days after the due day", 0, 0, 5, "a longer window finds the next payout of the same amount"),
          _tolerance("an amount that is the key is exact (R5)"))),
    Kind("bank.payouts_named", "bank line of several payouts", "Several payouts that the text names",
         "the text names every payout of one PSP, and they are the exact sum; turned off, they wait for a person", (_SEVERAL,)),
    Kind("bank.payer_and_sum", "bank line of several payouts", "Several payouts by payer and sum",
         "the PSP's known payer, consecutive payouts of one account, the only choice that comes to it; turned off, they wait for a person",
         (_SEVERAL, _tolerance("an amount that is the key is exact (R5)"))),
    Kind("bank.part_of_payout", "further bank lines", "Further part of a payout",
         "the text has the reference of a payout that came in part",
         (Number("most_parts", "Parts at most", 5, 2, 5, "more than 5 parts are for people (R5)"),)),
    Kind("bank.charge_code", "bank's own lines", "Bank's own charges and interest", "the bank's transaction code is one of these",
         (Words("charges", "Codes of charges", ("CHRG", "COMM", "FEES", "NCHG", "NCOM"), "a code has 4 to 12 capital letters and digits"),
          Words("interest", "Codes of interest", ("INTR", "NINT"), "a code has 4 to 12 capital letters and digits"))),
    Kind("bank.top_up", "top-up", "Top-up of a balance at a PSP",
         "the reference of a top-up that the PSP has told of, or the account's code beside a word for topping up", is_fixed=True),
    Kind("sale.only_capture", "sale without the PSP's id", "Sale by our payment's only capture",
         "our intent and the currency agree, the report gives no id of the capture, and there is one alone", (_EXACT,)),
)  # fmt: skip

BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
_PLACE = {group: place for place, group in enumerate(GROUPS)}


def place_of(kind: Kind) -> int:
    """Of its group: rules by reference stand before those by batch number, and those before the amount (R5)."""
    return _PLACE[kind.group]
