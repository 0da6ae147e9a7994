"""Posting rules of money that is ours on its way: own payouts, own transfers, deposits straight to our bank, invoices, security deposits.

POSTINGS.md 3.1, 3.5, 3.6. Pure: a stored source in, lines out (L8). Sources name `bank_account` (ba_), `merchant_account` (ma_),
`currency`, `amount_minor` (above zero), `line` (the bank or PSP line), and `ref`: what is on its way (payout, transfer, deposit).
"""

from collections.abc import Mapping
from typing import Any

from ledger.values import Line, credit, debit

Source = Mapping[str, Any]


def bank_deposit_received(source: Source) -> list[Line]:
    """A transfer straight to our account, before deposit.captured on the bank's own rail: Dr bank[b] g, Cr clearing[m] g."""
    return [_at_bank(debit, source), _at_psp(credit, "clearing", source, ref=source["ref"])]


def bank_payout_left(source: Source) -> list[Line]:
    """An own payout is on the statement: Dr in_transit[b] a, Cr bank[b] a."""
    transit = debit("in_transit", source["bank_account"], source["currency"], source["amount_minor"], ref=source["ref"])
    return [transit, _at_bank(credit, source)]


def own_transfer_sent(source: Source) -> list[Line]:
    """A transfer to another own account leaves: Dr in_transit[k] t, Cr bank[b] t. Reads `to_account` (k)."""
    transit = debit("in_transit", source["to_account"], source["currency"], source["amount_minor"], ref=source["ref"])
    return [transit, _at_bank(credit, source)]


def own_transfer_arrived(source: Source) -> list[Line]:
    """It is on the other statement: Dr bank[k] t, Cr in_transit[k] t. `bank_account` is k."""
    transit = credit("in_transit", source["bank_account"], source["currency"], source["amount_minor"], ref=source["ref"])
    return [_at_bank(debit, source), transit]


def invoice_paid(source: Source) -> list[Line]:
    """A PSP's invoice that we pay, not netted: Dr fees[m] c, Cr bank[b] c. Reads `label` (the kind of fee)."""
    return [_at_psp(debit, "fees", source, ref=source["line"], label=source["label"]), _at_bank(credit, source)]


def security_deposit_sent(source: Source) -> list[Line]:
    """A security deposit leaves our bank for a PSP: Dr in_transit[m] t, Cr bank[b] t."""
    return [_at_psp(debit, "in_transit", source, ref=source["ref"]), _at_bank(credit, source)]


def top_up_sent(source: Source) -> list[Line]:
    """A top-up of a prefunded balance leaves our bank, as its line says: Dr in_transit[m] t, Cr bank[b] t. `top_up` repeats `ref`."""
    return security_deposit_sent(source)


def top_up_identified(source: Source) -> list[Line]:
    """The same, of a line that waited in suspense: Dr in_transit[m] t, Cr suspense[b] t."""
    transit = _at_psp(debit, "in_transit", source, ref=source["ref"])
    return [transit, credit("suspense", source["bank_account"], source["currency"], source["amount_minor"], ref=source["line"])]


def security_deposit_kept(source: Source) -> list[Line]:
    """The PSP states that it has it: Dr reserve[m] t, Cr in_transit[m] t."""
    return [_at_psp(debit, "reserve", source, ref=source["ref"]), _at_psp(credit, "in_transit", source, ref=source["ref"])]


def _at_bank(side: Any, source: Source) -> Line:
    line: Line = side("bank", source["bank_account"], source["currency"], source["amount_minor"], ref=source["line"])
    return line


def _at_psp(side: Any, kind: str, source: Source, *, ref: str, label: str = "") -> Line:
    line: Line = side(kind, source["merchant_account"], source["currency"], source["amount_minor"], ref=ref, label=label)
    return line
