"""A PSP's own conversions of what it holds for us: two lines of one payment, one in each currency (POSTINGS.md 3.7, L15).

Both legs are paired where nothing can be mistaken: exactly two lines that name one payment, money out in one currency, money in in
another. They then post to `fx`, each with its own batch; anything else waits in suspense.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from ledger.money import get_asset
from reconciliation.matching.facts import LineFacts
from reconciliation.models import Match, PspLine, SettlementBatch
from reconciliation.operations.run.context import MerchantRun

RULE = "conversion.payment@1"
KIND = "conversion"
_NAMESPACE = UUID("b8a7e5f2-6f0e-5d55-9d0b-5d2f4f1a7c11")
_DIGITS = Decimal("1e-12")


def pair_conversions(step: MerchantRun, batch: SettlementBatch, lines: Sequence[LineFacts]) -> None:
    """Pair what of these lines is a leg of a conversion with its other leg, whichever batch of the account that is in."""
    parents = sorted({line.psp_reference for line in lines if line.kind == "fx" and line.psp_reference})
    if not parents:
        return
    found = PspLine.objects.filter(batch__merchant_account=step.account, batch__version=1, kind="fx", psp_reference__in=parents)
    legs: dict[str, list[PspLine]] = {parent: [] for parent in parents}
    for leg in found.order_by("id"):
        legs[leg.psp_reference].append(leg)
    for parent, both in legs.items():
        if _are_two_sides(both) and not Match.objects.filter(line_kind="psp", line_id__in=[leg.pk for leg in both]).exists():
            _pair(step, parent, both)


def _are_two_sides(legs: Sequence[PspLine]) -> bool:
    if len(legs) != 2:
        return False
    one, other = legs
    return (
        one.net_currency != other.net_currency and (one.gross_minor > 0) != (other.gross_minor > 0) and all(leg.gross_minor for leg in legs)
    )


def _pair(step: MerchantRun, parent: str, legs: Sequence[PspLine]) -> None:
    out, into = sorted(legs, key=lambda leg: leg.gross_minor > 0)
    rate = _rate(out, into)
    item = uuid5(_NAMESPACE, f"{step.account.public_id}:{parent}")
    with transaction.atomic():
        for part, (leg, other) in enumerate(((out, into), (into, out))):
            compared: dict[str, Any] = {
                "payment": parent, "other_currency": other.net_currency, "other_minor": int(other.gross_minor), "other_line": other.pk,
                "rate": rate,
            }  # fmt: skip
            Match.objects.create(
                rule=RULE, line_kind="psp", line_id=leg.pk, item_kind=KIND, item_id=item, item_part=part, batch_id=leg.batch_id,
                run=step.run, currency=leg.net_currency, line_minor=leg.gross_minor, compared=compared, matched_at=step.now,
            )  # fmt: skip


def _rate(out: PspLine, into: PspLine) -> str:
    """Units of the currency that came in for one of the other: what both legs come to, for the report states none."""
    gave = Decimal(-int(out.gross_minor)).scaleb(-get_asset(out.net_currency).exponent)
    got = Decimal(int(into.gross_minor)).scaleb(-get_asset(into.net_currency).exponent)
    return format((got / gave).quantize(_DIGITS).normalize(), "f")
