"""Posting rules of batches and transfers in another currency than was charged (L15; POSTINGS.md 3.7). Pure (L8).

Sources are those of the first versions (postings.py) with what the other side stated of its conversion.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ledger.fx import RateError, rounding_line
from ledger.values import Line, credit, debit
from reconciliation import postings

Source = Mapping[str, Any]


def batch_settled(source: Source) -> list[Line]:
    """A batch with items charged in other currencies: Dr fx[e] C1 gross, Cr clearing[m] C1 gross, Cr fx[e] C2 base; Dr or Cr rounding[e].

    Reads what batch_settled@1 reads, and `rates` [{asset, gross_minor, base_minor, lines, rate, mid, spread, source, quoted_at,
    rounding, fraction}]: which rate the PSP stated for how much of each asset ("" where it stated none); they must make up `foreign`.
    `rounding_minor`: base amounts less what the PSP paid of them, whole units, at most one per line and `rounding_cap_minor`.
    Raises RateError.
    """
    _require_rates(source)
    first = postings.batch_settled(source)
    lines = sum(rate["lines"] for rate in source["rates"])
    return [*first, *rounding_line(
        source["rounding_minor"], source["currency"], entity=source["entity"], ref=source["batch"], units=lines,
        cap_minor=source["rounding_cap_minor"],
    )]  # fmt: skip


def batch_settled_rounded(source: Source) -> list[Line]:
    """A batch whose PSP rounded some fees or conversions to the other minor unit: Dr or Cr rounding[e], by what was rounded.

    Reads what batch_settled@2 reads, and `rounded` [{what, minor, lines, cap_minor}]: what the PSP took more than the exact amount
    rounds to (negative: less), at most one unit a line and the cap; fees and bases of the source are without it. Raises RateError.
    """
    lines = batch_settled(source)
    currency, e, ref = source["currency"], source["entity"], source["batch"]
    for each in source["rounded"]:
        lines += rounding_line(each["minor"], currency, entity=e, ref=ref, units=each["lines"], cap_minor=each["cap_minor"])
    return lines


def batch_settled_converted(source: Source) -> list[Line]:
    """A batch of a PSP that converted what it holds for us. Of what left this currency: Dr fx[e]; of what came in: Cr fx[e].

    Reads what batch_settled@3 reads, the parts of it that are not needed left out, and `conversions` [{other, lines, minor, other_minor,
    source, quoted_at}]: what moved in the batch's currency against which other (signed: positive came in). The other leg is posted with
    its own currency's batch: each balances by itself, and the position of both stands in `fx`. Raises RateError.
    """
    _require_two_sides(source["conversions"])
    lines = batch_settled_rounded({"rates": [], "rounding_minor": 0, "rounding_cap_minor": 0, "rounded": [], **source})
    for each in source["conversions"]:
        side = credit if each["minor"] > 0 else debit
        lines += [side("fx", source["entity"], source["currency"], abs(each["minor"]), ref=source["batch"])] if each["minor"] else []
    return lines


def batch_settled_legacy(source: Source) -> list[Line]:
    """A batch with items from before our time: what they gave us is of other books, Cr outside[e]; what they took, Dr outside[e].

    Reads what batch_settled@4 reads, `conversions` left out where there are none, and `legacy_minor` (signed in our favour).
    """
    lines = batch_settled_converted({"conversions": [], **source})
    side, minor = (credit, source["legacy_minor"]) if source["legacy_minor"] > 0 else (debit, -source["legacy_minor"])
    return [*lines, side("outside", source["entity"], source["currency"], minor, ref=source["batch"])] if minor else lines


def line_identified(source: Source) -> list[Line]:
    """A line in suspense that was charged in another currency finds its item: as its batch would have posted it, had it been known.
    Suspense is left in C2; Dr fx[e] C1 gross, Cr clearing[m] C1 gross; Cr fx[e] C2 base (turned for a debit line).

    Reads what line_identified@1 reads in the currency C2 of the batch, `entity`, and `rates` with the one row of the line, as
    batch_settled@2 reads it; its `gross_minor` is signed as the line's. Raises RateError.
    """
    m, e, currency, amount = source["merchant_account"], source["entity"], source["currency"], source["amount_minor"]
    (rate,) = source["rates"]
    if rate["base_minor"] != -amount:
        raise RateError(f"{source['line']}: {-amount} minor units wait in suspense, its rate is of {rate['base_minor']}; state its own.")
    return [
        *_waited(source),
        Line("fx", e, currency, amount, source["line"]),
        Line("fx", e, rate["asset"], rate["gross_minor"], source["line"]),
        Line("clearing", m, rate["asset"], -rate["gross_minor"], source["item"]),
    ]


def leg_identified(source: Source) -> list[Line]:
    """A leg of the PSP's own conversion that waited in suspense for the other: Dr fx[e] of what left this currency, Cr of what came in.

    Reads `entity`, `merchant_account`, `currency`, `amount_minor` (what stands in suspense, signed), `line`, and `conversions` with the
    one row of the leg, as batch_settled@4 reads it. Raises RateError.
    """
    _require_two_sides(source["conversions"])
    return [*_waited(source), Line("fx", source["entity"], source["currency"], source["amount_minor"], source["line"])]


def _waited(source: Source) -> list[Line]:
    return [Line("suspense", source["merchant_account"], source["currency"], -source["amount_minor"], source["line"])]


def _require_two_sides(conversions: Any) -> None:
    for each in conversions:
        if not each["minor"] and each["other_minor"]:
            raise RateError(f"{each['other']}: nothing of this currency stands against what was converted; state both legs.")


def bank_settlement_matched(source: Source) -> list[Line]:
    """The bank converts on arrival: Dr fx[e] C2 n, Cr in_transit[m] C2 n; Dr bank[b] C3 r, Dr bank_fees[b] C3 c, Cr fx[e] C3 r + c.

    Reads what bank_settlement_matched@1 reads in the bank's currency C3, amounts above zero, and `sent` {currency, amount_minor, rate,
    mid, spread, source, quoted_at, rounding, fraction}: what left the PSP in C2 and the rate that the bank stated.
    """
    sent, ref = source["sent"], source["line"]
    if sent["currency"] == source["currency"]:
        raise RateError(f"The bank was sent {source['currency']} and booked it: nothing is converted, post BANK_SETTLEMENT_MATCHED@1.")
    arrived = source["amount_minor"] + source["charge_minor"]
    charge = source["charge_minor"]
    fees = [debit("bank_fees", source["bank_account"], source["currency"], charge, ref=ref, label="transfer")] if charge else []
    return [
        debit("fx", source["entity"], sent["currency"], sent["amount_minor"], ref=source["batch"]),
        credit("in_transit", source["merchant_account"], sent["currency"], sent["amount_minor"], ref=source["batch"]),
        debit("bank", source["bank_account"], source["currency"], source["amount_minor"], ref=ref),
        *fees,
        credit("fx", source["entity"], source["currency"], arrived, ref=source["batch"]),
    ]


def _require_rates(source: Source) -> None:
    told: Counter[tuple[str, str]] = Counter()
    for rate in source["rates"]:
        told[rate["asset"], "gross"] += rate["gross_minor"]
        told[rate["asset"], "base"] += rate["base_minor"]
    for asset, gross, base in source["foreign"]:
        told[asset, "gross"] -= gross
        told[asset, "base"] -= base
    if any(told.values()):
        raise RateError(f"{source['batch']}: the rates do not make up the items charged in other currencies; state one per line.")
