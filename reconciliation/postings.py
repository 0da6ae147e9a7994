"""Posting rules of settlement reports and bank statements (POSTINGS.md 3.5, 3.6). Pure: a stored source in, lines out (L8).

Every source names its parties by public id: `entity` (le_), `merchant_account` (ma_), `bank_account` (ba_). Amounts are minor
units, signed where said: positive as the PSP or bank states it in our favour.
"""

from collections.abc import Mapping
from typing import Any

from ledger.values import Line

Source = Mapping[str, Any]


def batch_settled(source: Source) -> list[Line]:
    """A whole batch, in one net currency: what the PSP sends is in transit, items relieve clearing, the rest has its own place.

    Reads `currency`, `batch` and `carry` (references); `payout_minor` sent to us (negative: collected); `carried_minor` what balance
    transfer rows add up to; `bounced` [[reference, minor]]; `items_minor` {kind: gross}; `foreign` [[currency, gross, base]] items
    charged in another currency, base in `currency`; `fees_minor` {fee kind: cost}; `reserve` {withheld, released};
    `suspense` [[reference, minor]] lines without item.
    """
    m, e, currency = source["merchant_account"], source["entity"], source["currency"]
    lines = [
        _line("in_transit", m, currency, source["payout_minor"], ref=source["batch"]),
        _line("in_transit", m, currency, -source["carried_minor"], ref=source["carry"]),
        *(_line("in_transit", m, currency, -minor, ref=ref) for ref, minor in source["bounced"]),
        *(_line("fees", m, currency, minor, ref=source["batch"], label=kind) for kind, minor in sorted(source["fees_minor"].items())),
        _line("reserve", m, currency, source["reserve"]["withheld"], ref=source["batch"]),
        _line("reserve", m, currency, -source["reserve"]["released"], ref=source["batch"]),
        *_clearing(source),
        *(_line("suspense", m, currency, -minor, ref=ref) for ref, minor in source["suspense"]),
    ]
    for charged, gross, base in source["foreign"]:
        lines += [
            _line("fx", e, charged, gross, ref=source["batch"]),
            _line("clearing", m, charged, -gross, ref=source["batch"]),
            _line("fx", e, currency, -base, ref=source["batch"]),
        ]
    return [line for line in lines if line.amount_minor]


def _clearing(source: Source) -> list[Line]:
    """One line for all that gave money, one for all that took it; matches keep the items."""
    amounts = source["items_minor"].values()
    gave, took = sum(a for a in amounts if a > 0), sum(a for a in amounts if a < 0)
    m, currency, ref = source["merchant_account"], source["currency"], source["batch"]
    return [_line("clearing", m, currency, -gave, ref=ref), _line("clearing", m, currency, -took, ref=ref)]


def line_identified(source: Source) -> list[Line]:
    """A line leaves suspense for its item. Reads `amount_minor` (what stands in suspense, signed), `line`, `item` (references)."""
    m, currency, amount = source["merchant_account"], source["currency"], source["amount_minor"]
    return [
        _line("suspense", m, currency, -amount, ref=source["line"]),
        _line("clearing", m, currency, amount, ref=source["item"]),
    ]


def line_outside(source: Source) -> list[Line]:
    """A line leaves suspense because it is of other books: from before our time. Reads `amount_minor` (what stands in suspense, signed)."""
    m, currency, amount = source["merchant_account"], source["currency"], source["amount_minor"]
    return [
        _line("suspense", m, currency, -amount, ref=source["line"]),
        _line("outside", source["entity"], currency, amount, ref=source["line"]),
    ]


def line_unmatched(source: Source) -> list[Line]:
    """A person took a match apart: back to suspense, never out of in_transit. Reads `gross_minor` (signed), `item`, `line`."""
    m, currency, gross = source["merchant_account"], source["currency"], source["gross_minor"]
    return [
        _line("clearing", m, currency, gross, ref=source["item"]),
        _line("suspense", m, currency, -gross, ref=source["line"]),
    ]


def line_unmatched_outside(source: Source) -> list[Line]:
    """The same of a line that was taken for one of other books. Reads `gross_minor` (signed), `line`."""
    currency, gross = source["currency"], source["gross_minor"]
    return [
        _line("outside", source["entity"], currency, gross, ref=source["line"]),
        _line("suspense", source["merchant_account"], currency, -gross, ref=source["line"]),
    ]


def bank_opened(source: Source) -> list[Line]:
    """First statement of an account. Reads `opening_minor`, signed."""
    opening = source["opening_minor"]
    return [
        _line("bank", source["bank_account"], source["currency"], opening, ref="opening"),
        _line("outside", source["entity"], source["currency"], -opening, ref="opening"),
    ]


def bank_settlement_matched(source: Source) -> list[Line]:
    """A PSP's transfer, or what it collects. Reads `amount_minor` (signed), `charge_minor` stated by the bank, `batch`, `line`."""
    b, m, currency = source["bank_account"], source["merchant_account"], source["currency"]
    amount, charge = source["amount_minor"], source["charge_minor"]
    lines = [
        _line("bank", b, currency, amount, ref=source["line"]),
        _line("bank_fees", b, currency, charge, ref=source["line"], label="transfer"),
        _line("in_transit", m, currency, -(amount + charge), ref=source["batch"]),
    ]
    return [line for line in lines if line.amount_minor]


def bank_settlements_matched(source: Source) -> list[Line]:
    """One transfer of a PSP that pays several batches. Reads what bank_settlement_matched reads, and in place of `batch`
    `parts` [[merchant account, batch, minor]]: what it pays of each; they come to amount and charge."""
    b, currency, ref = source["bank_account"], source["currency"], source["line"]
    amount, charge = source["amount_minor"], source["charge_minor"]
    lines = [
        _line("bank", b, currency, amount, ref=ref),
        _line("bank_fees", b, currency, charge, ref=ref, label="transfer"),
        *_paid(source, -1),
    ]
    return [line for line in lines if line.amount_minor]


def bank_charge(source: Source) -> list[Line]:
    """A charge, or interest, by the bank's transaction code. Reads `amount_minor` (signed: a charge is negative), `label`."""
    return _against(source, "bank_fees", source["bank_account"], label=source["label"])


def bank_outside(source: Source) -> list[Line]:
    """Known, but not of these books. Reads `amount_minor`, signed."""
    return _against(source, "outside", source["entity"])


def bank_to_suspense(source: Source) -> list[Line]:
    """Not identified at the end of the run. Reads `amount_minor`, signed."""
    return _against(source, "suspense", source["bank_account"])


def bank_identified(source: Source) -> list[Line]:
    """Identified later. Reads `amount_minor` (what stands in suspense, signed), `line`, `charge_minor`, `to` [kind, holder, reference]."""
    b, currency = source["bank_account"], source["currency"]
    amount, charge = source["amount_minor"], source["charge_minor"]
    kind, holder, reference = source["to"]
    lines = [
        _line("suspense", b, currency, -amount, ref=source["line"]),
        _line("bank_fees", b, currency, charge, ref=source["line"], label="transfer"),
        _line(kind, holder, currency, amount - charge, ref=reference),
    ]
    return [line for line in lines if line.amount_minor]


def bank_identified_as_several(source: Source) -> list[Line]:
    """Identified later as one transfer that pays several batches. Reads what bank_identified reads, and in place of `to` `parts`
    [[merchant account, batch, minor]] (signed as the bank line: money in positive)."""
    b, currency, ref = source["bank_account"], source["currency"], source["line"]
    lines = [
        _line("suspense", b, currency, -source["amount_minor"], ref=ref),
        _line("bank_fees", b, currency, source["charge_minor"], ref=ref, label="transfer"),
        *_paid(source, -1),
    ]
    return [line for line in lines if line.amount_minor]


def bank_several_unmatched(source: Source) -> list[Line]:
    """A person took a match apart in which the bank kept a charge, or one line paid several batches: each is on its way again, the
    charge is given up, the line is back in suspense. Reads `amount_minor` (signed), `charge_minor`, `line`, `parts`."""
    b, currency, ref = source["bank_account"], source["currency"], source["line"]
    lines = [
        *_paid(source, 1),
        _line("bank_fees", b, currency, -source["charge_minor"], ref=ref, label="transfer"),
        _line("suspense", b, currency, -source["amount_minor"], ref=ref),
    ]
    return [line for line in lines if line.amount_minor]


def _paid(source: Source, sign: int) -> list[Line]:
    """What is, or was, on its way of each batch."""
    return [_line("in_transit", m, source["currency"], sign * minor, ref=batch) for m, batch, minor in source["parts"]]


def bank_unmatched(source: Source) -> list[Line]:
    """A person took a match apart: back to suspense, never out of bank. Reads `amount_minor` (signed), `batch`, `line`."""
    currency, amount = source["currency"], source["amount_minor"]
    return [
        _line("in_transit", source["merchant_account"], currency, amount, ref=source["batch"]),
        _line("suspense", source["bank_account"], currency, -amount, ref=source["line"]),
    ]


def _against(source: Source, kind: str, holder: str, *, label: str = "") -> list[Line]:
    """The bank line against one other account."""
    currency, amount, ref = source["currency"], source["amount_minor"], source["line"]
    return [
        _line("bank", source["bank_account"], currency, amount, ref=ref),
        _line(kind, holder, currency, -amount, ref=ref, label=label),
    ]


def _line(kind: str, holder: str, asset: str, amount_minor: int, *, ref: str, label: str = "") -> Line:
    """A signed line: debit positive, credit negative."""
    return Line(kind, holder, asset, amount_minor, ref, label)
