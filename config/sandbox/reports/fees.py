"""What the PSP charges for each row (docs/sandbox.md, Accounts)."""

from dataclasses import dataclass

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


def _share(gross_minor: int, basis_points: int) -> int:
    return half_up(gross_minor * basis_points, 10_000)
