"""What the PSP charges for each row (docs/sandbox.md, Accounts)."""

from dataclasses import dataclass, replace

from config.sandbox.reports.amounts import half_up

REFUND_MINOR, PAYOUT_MINOR, CHARGEBACK_MINOR, PER_PAYMENT_MINOR = 10, 40, 1500, 2
FIXED = {"Refunded": REFUND_MINOR, "PaidOut": PAYOUT_MINOR, "Chargeback": CHARGEBACK_MINOR}


@dataclass(frozen=True, slots=True)
class Fees:
    """The four fee columns in minor units, positive = a cost to the merchant."""

    commission: int = 0
    markup: int = 0
    scheme: int = 0
    interchange: int = 0

    @property
    def total(self) -> int:
        """Their sum."""
        return self.commission + self.markup + self.scheme + self.interchange


def fees_of(kind: str, *, gross_minor: int, pricing: str) -> Fees:
    """The fees of one row of Type `kind`."""
    if kind == "Settled" and pricing == "blended":
        return Fees(commission=_share(gross_minor, 140) + 10)
    if kind == "Settled":
        return Fees(markup=_share(gross_minor, 30) + 8, scheme=_share(gross_minor, 12), interchange=_share(gross_minor, 20))
    fixed = FIXED.get(kind, 0)
    return Fees(commission=fixed) if pricing == "blended" else Fees(markup=fixed)


def with_extra(fees: Fees, extra_minor: int, *, pricing: str) -> Fees:
    """The same, and so much more in the column of the PSP's own fee."""
    if pricing == "blended":
        return replace(fees, commission=fees.commission + extra_minor)
    return replace(fees, markup=fees.markup + extra_minor)


def _share(gross_minor: int, basis_points: int) -> int:
    return half_up(gross_minor * basis_points, 10_000)
