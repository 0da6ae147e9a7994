"""How a story is told: steps of postings, each with the lines that an accountant expects."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledger.money import get_asset, parse_minor

Source = dict[str, Any]
LINE = re.compile(r"(Dr|Cr) (\w+)\[(\w+)\] (\w+) (\d+\.\d+)")
P, P2, M, B, B2, E, GAS, HOT = "pl_p", "pl_p2", "ma_m", "ba_b", "ba_b2", "le_e", "ba_gas", "ba_hot"
HOLDERS = {holder.partition("_")[2]: holder for holder in (P, P2, M, B, B2, E, GAS, HOT)}
NOVEMBER_20 = date(2025, 11, 20)

Expected = tuple[str, str, str, int]  # kind, holder, asset, signed minor units


@dataclass(frozen=True)
class Step:
    """One block: what is posted, and the lines to be seen. `netted`: accounts are compared by their sums, for a block that tells
    of several postings, or of one with lines on both sides of an account."""

    name: str
    postings: list[tuple[str, Source]]
    lines: list[Expected]
    netted: bool = False
    asked_date: date = NOVEMBER_20
    posted_date: date = NOVEMBER_20
    closes: tuple[date, ...] = ()


@dataclass(frozen=True)
class Row:
    """One row of POSTINGS.md section 3 that no story tells: the event's words, what is posted, the lines to be seen."""

    section: str
    words: str
    posting: tuple[str, Source]
    told: str


@dataclass(frozen=True)
class Story:
    """`after`: the sums that all blocks leave; accounts that are not named are zero."""

    number: int
    title: str
    steps: list[Step]
    after: list[Expected]
    extra: Source = field(default_factory=dict)


def lines(text: str) -> list[Expected]:
    """ "Dr clearing[m] EUR 51.00" per line; amounts become signed minor units."""
    told = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return [line_of(line) for line in told]


def line_of(text: str) -> Expected:
    match = LINE.fullmatch(text)
    assert match, text
    side, kind, holder, asset, told = match.groups()
    amount = parse_minor(told, get_asset(asset))
    return kind, HOLDERS[holder], asset, amount if side == "Dr" else -amount


def step(name: str, posting: tuple[str, Source], text: str, **options: Any) -> Step:
    """A block of one posting."""
    return Step(name, [posting], lines(text), **options)


def steps_as_one(name: str, postings: list[tuple[str, Source]], text: str, **options: Any) -> Step:
    """A block that tells of several postings by their sum."""
    return Step(name, postings, lines(text), netted=True, **options)


def start(text: str, name: str = "start", **options: Any) -> Step:
    """Balances that the story takes as given."""
    opening = [
        {"kind": kind, "holder": holder, "asset": asset, "amount_minor": amount, "ref": "start", "label": ""}
        for kind, holder, asset, amount in lines(text)
    ]
    return step(name, ("OPENING_BALANCE@1", {"lines": opening}), text, **options)


def batch(
    payout_minor: int, items: dict[str, int], fees: dict[str, int] | None = None, *, name: str = "1", withheld: int = 0, released: int = 0,
    carried: int = 0, suspense: list[list[Any]] | None = None, bounced: list[list[Any]] | None = None,
) -> tuple[str, Source]:  # fmt: skip
    """A settled batch."""
    return "BATCH_SETTLED@1", {
        "merchant_account": M, "entity": E, "currency": "EUR", "batch": f"batch:m:{name}:EUR", "carry": f"batch:m:{name}+:EUR",
        "payout_minor": payout_minor, "carried_minor": carried, "bounced": bounced or [], "items_minor": items, "foreign": [],
        "fees_minor": fees or {}, "reserve": {"withheld": withheld, "released": released}, "suspense": suspense or [],
    }  # fmt: skip


def transfer(amount_minor: int, *, name: str = "1", charge: int = 0) -> tuple[str, Source]:
    """The PSP's transfer on our bank statement; negative: it collects."""
    return "BANK_SETTLEMENT_MATCHED@1", {
        "bank_account": B, "merchant_account": M, "currency": "EUR", "amount_minor": amount_minor, "charge_minor": charge,
        "batch": f"batch:m:{name}:EUR", "line": f"line:{name}",
    }  # fmt: skip


def identified(amount_minor: int) -> tuple[str, Source]:
    """A line leaves suspense for its item; amount_minor is what stands in suspense, signed."""
    return "LINE_IDENTIFIED@1", {"merchant_account": M, "currency": "EUR", "amount_minor": amount_minor, "line": "line:x", "item": "cap_x"}


def captured(gross: int, *, fee: int = 0, seen: int = 0, player: str = P) -> tuple[str, Source]:
    return "DEPOSIT_CAPTURED@1", deposit(gross, player_fee_minor=fee, seen_minor=seen, player=player)


def deposit(gross: int, *, player: str = P, **facts: Any) -> Source:
    return {"entity": E, "player": player, "merchant_account": M, "asset": "EUR", "ref": "cap_1", "gross_minor": gross, **facts}


def refund(event: str, amount: int, **facts: Any) -> tuple[str, Source]:
    """event: SUBMITTED, PROCESSED, FAILED, REVERSED, FOUND."""
    source = {"entity": E, "player": P, "merchant_account": M, "asset": "EUR", "ref": "rf_1", "amount_minor": amount, **facts}
    return f"REFUND_{event}@1", source


def payout(event: str, **facts: Any) -> tuple[str, Source]:
    """event: REQUESTED, FAILED, SETTLED, RETURNED, PAID_AFTER_RELEASE."""
    source = {
        "entity": E,
        "player": P,
        "payout": "po_1",
        "asset": "EUR",
        "merchant_account": M,
        "payer": M,
        "paid_from": "clearing",
        **facts,
    }
    return f"PAYOUT_{event}@1", source


def played(amount: int) -> tuple[str, Source]:
    return "ROUND_DEBITED@1", {"player": P, "entity": E, "round": "gr_1", "asset": "EUR", "playable_minor": amount, "bonus_minor": 0}


def opened(amount: int, *, held: int = 0, playable: int = 0, receivable: int = 0, refunded: int = 0, fee: int = 0) -> tuple[str, Source]:
    """Our act on the wallet when a chargeback comes, with the split that was decided under lock."""
    return "CHARGEBACK_OPENED@1", dispute(
        amount_minor=amount, held_minor=held, playable_minor=playable, receivable_minor=receivable, refunded_minor=refunded, fee_minor=fee
    )


def debited(amount: int, movement: int = 1) -> tuple[str, Source]:
    return "CHARGEBACK_DEBITED@1", dispute(amount_minor=amount, movement=movement, taken_from="clearing")


def credited(amount: int, movement: int = 1) -> tuple[str, Source]:
    return "CHARGEBACK_CREDITED@1", dispute(amount_minor=amount, movement=movement)


def won(amount: int, *, receivable: int = 0, loss: int = 0, fee: int = 0, rest: int = 0) -> tuple[str, Source]:
    return "DISPUTE_WON@1", dispute(
        amount_minor=amount, receivable_minor=receivable, loss_minor=loss, fee_minor=fee, rest_minor=rest, credit_to="playable"
    )


def dispute(**facts: Any) -> Source:
    return {"dispute": "dp_1", "asset": "EUR", "player": P, "merchant_account": M, "entity": E, **facts}
