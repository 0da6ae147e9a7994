"""Posting rules of deposits and payouts in another currency than the wallet's (L15; POSTINGS.md 3.3, 3.7). Pure (L8).

Sources are those of the first versions (deposits.py, payouts.py) with `conversion`: Conversion.as_source() of the quote that was
locked at the intent, or null where both currencies are one. Each rule makes the conversion again and refuses one that differs.
"""

from collections.abc import Mapping
from typing import Any

from cashier.postings import deposits, payouts
from ledger.fx import Conversion, RateError, read_conversion, received
from ledger.values import Line, credit, debit

Source = Mapping[str, Any]


def deposit_captured(source: Source) -> list[Line]:
    """Charged in C1, wallet in C2: Dr clearing[m] C1 g, Cr fee_income[e] C1 f, Cr fx[e] C1 g - f; Dr fx[e] C2 a, Cr playable[p] C2 a.

    Reads what deposit_captured@1 reads, in C1 (`asset`); what stood in pending stood there in C1. Raises RateError.
    """
    first = deposits.deposit_captured(source)
    if not source["conversion"]:
        return first
    charged = source["gross_minor"] - source["player_fee_minor"]
    conversion = _required(source, charged)
    # One fee line, one pending line: only what went to the wallet changes its currency.
    kept = [line for line in first if line.kind != "playable"]
    wallet = credit("playable", source["player"], conversion.to_asset, conversion.to_minor, ref=source["ref"])
    return [*kept, *received(conversion, entity=source["entity"], ref=source["ref"]), wallet]


def payout_settled(source: Source) -> list[Line]:
    """Wallet in C1, paid in C2: Dr locked[p] C1 a, Cr fee_income[e] C1 f, Cr fx[e] C1 a - f; Dr fx[e] C2 B, Cr clearing[m] C2 B.

    Reads what payout_settled@1 reads, in C1 (`asset`). Raises RateError.
    """
    if not source["conversion"]:
        return payouts.payout_settled(dict(source))
    conversion = _required(source, source["amount_minor"] - source["fee_minor"])
    return [
        debit("locked", source["player"], source["asset"], source["amount_minor"], ref=source["payout"]),
        *payouts.income(dict(source), credit),
        *received(conversion, entity=source["entity"], ref=source["payout"]),
        credit(source["paid_from"], source["payer"], conversion.to_asset, conversion.to_minor, ref=source["payout"]),
    ]


def _required(source: Source, converted_minor: int) -> Conversion:
    conversion = read_conversion(source["conversion"])
    if (conversion.from_asset, conversion.from_minor) != (source["asset"], converted_minor):
        told = f"{conversion.from_minor} {conversion.from_asset}"
        raise RateError(f"The conversion is of {told}, the posting of {converted_minor} {source['asset']}; convert that amount.")
    return conversion
