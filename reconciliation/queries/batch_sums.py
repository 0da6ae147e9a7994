"""What a settlement batch comes to, by what becomes of each line."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from reconciliation.bulk.parts import FEE_FOR
from reconciliation.matching.sql import BATCH_SUMS, LEGACY_SUMS
from reconciliation.models import SettlementBatch

_ROUNDED = frozenset({"checkout_breakdown"})  # reports whose rows may miss the payout by a hundredth
_ITEM_KINDS = frozenset({"sale", "refund", "payout", "chargeback", "reversal"})


@dataclass(slots=True)
class Sums:
    """What a batch comes to, by what becomes of each line. Minor units of its net currency, as the PSP states them.

    `lines`: how many lines are behind each figure, by its name: sent, carried, bounced, withheld, released, unidentified, legacy,
    foreign, converted, fees, and the kinds of `items`.
    """

    payout_minor: int = 0
    carried_minor: int = 0
    bounced_minor: int = 0
    withheld_minor: int = 0
    released_minor: int = 0
    unidentified_minor: int = 0
    legacy_minor: int = 0
    items: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # by kind, "reversal:refund" and the like
    converted_minor: int = 0
    foreign: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    fees: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    totals: dict[str, dict[str, int]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def read_sums(batch: SettlementBatch, waiting: Sequence[int]) -> Sums:
    """Sum the lines of a batch by what becomes of them; `waiting`: ids of those that have no item."""
    sums = Sums()
    with connection.cursor() as cursor:
        cursor.execute(BATCH_SUMS, {"batch": batch.pk, "bucket": batch.bucket, "waiting": list(waiting)})
        for row in cursor.fetchall():
            _add(sums, batch.currency, row)
        cursor.execute(LEGACY_SUMS, {"batch": batch.pk, "bucket": batch.bucket})
        for row in cursor.fetchall():
            _take_out_legacy(sums, batch.currency, row)
    _round(sums, batch)
    _take_out_tax(sums, batch)
    return sums


def _take_out_legacy(sums: Sums, currency: str, row: tuple[Any, ...]) -> None:
    """What is from before our time stands behind no item of ours."""
    kind, reverses, charged, count, *numbers = row
    gross, net, commission, markup, scheme, interchange, *_ = map(int, numbers)
    base = net + commission + markup + scheme + interchange
    named = f"{kind}:{reverses}" if reverses else kind
    if charged != currency:
        left = sums.foreign.pop(charged)
        if (rest := [left[0] - gross, left[1] - base]) != [0, 0]:
            sums.foreign[charged] = rest
    else:
        sums.items[named] -= base
    sums.lines["foreign" if charged != currency else named] -= count
    sums.legacy_minor += base
    sums.lines["legacy"] += count


def _take_out_tax(sums: Sums, batch: SettlementBatch) -> None:
    """Tax on fees is a fee of its own kind (POSTINGS.md section 1); the report's lines have it inside what they cost."""
    for kind, minor in batch.taxes.items():
        sums.fees[kind] -= minor
        sums.fees["tax"] += minor


def _round(sums: Sums, batch: SettlementBatch) -> None:
    """Where the PSP told the payout apart from its rows, what is told is sent; the hundredth between them is a fee (told_payouts.py)."""
    difference = sums.payout_minor - batch.payout_minor
    if difference and batch.source_file.source in _ROUNDED:
        sums.fees["rounding"] += difference
        sums.payout_minor = batch.payout_minor


def _add(sums: Sums, currency: str, row: tuple[Any, ...]) -> None:
    kind, reverses, charged, has_item, bounced, count, *numbers = row
    gross, net, commission, markup, scheme, interchange, credits, debits, with_fees = map(int, numbers)
    named = f"{kind}:{reverses}" if reverses else kind
    total = sums.totals.setdefault(named, {"count": 0, "debit_minor": 0, "credit_minor": 0})
    total["count"] += count
    total["debit_minor"] += debits
    total["credit_minor"] += credits
    if kind != "reserve":  # a fee that is held, or given back, with its payment is a part of what is held
        _add_fees(sums, kind, {"processing": commission, "markup": markup, "scheme": scheme, "interchange": interchange})
        sums.lines["fees"] += count if kind == "fee" else with_fees
    base = net + commission + markup + scheme + interchange
    if kind == "transfer":  # what a transfer costs is no part of what is sent
        sums.bounced_minor += base if bounced else 0
        sums.payout_minor -= 0 if bounced else base
        sums.lines["bounced" if bounced else "sent"] += count
    elif kind == "balance_transfer":
        sums.carried_minor += base
        sums.lines["carried"] += count
    elif kind == "reserve":
        sums.withheld_minor += debits
        sums.released_minor += credits
        sums.lines["withheld" if debits else "released"] += count
    elif kind == "fee":
        sums.fees["fixed"] -= base
    elif kind == "fx" and has_item:  # paired with its other leg
        sums.converted_minor += base
        sums.lines["converted"] += count
    elif kind in _ITEM_KINDS and has_item and charged != currency:
        sums.foreign[charged][0] += gross
        sums.foreign[charged][1] += base
        sums.lines["foreign"] += count
    elif kind in _ITEM_KINDS and has_item:
        sums.items[named] += base
        sums.lines[named] += count
    else:  # no item: it stands in `suspense`, line by line
        sums.unidentified_minor += base
        sums.lines["unidentified"] += count


def _add_fees(sums: Sums, kind: str, columns: dict[str, int]) -> None:
    for name, minor in columns.items():
        if minor:
            sums.fees[FEE_FOR.get(kind, name)] += minor
