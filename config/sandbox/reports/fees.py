"""What the PSP charges for each row (docs/sandbox.md, Accounts)."""

from dataclasses import dataclass, replace

from config.sandbox.reports.amounts import half_up

# Minor units of euros, pounds and dollars; of other currencies so many for each of them, that a fee is about as much everywhere.
SALE_MINOR, SPLIT_SALE_MINOR, REFUND_MINOR, PAYOUT_MINOR, CHARGEBACK_MINOR, PER_PAYMENT_MINOR = 10, 8, 10, 40, 1500, 2
FOLD = {"SEK": 10, "JPY": 2, "KWD": 3}
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


def fixed_minor(minor: int, currency: str) -> int:
    """A fixed fee of the price list, in the currency in which it is taken."""
    return minor * FOLD.get(currency, 1)


def fees_of(kind: str, *, gross_minor: int, pricing: str, currency: str = "EUR") -> Fees:
    """The fees of one row of Type `kind`, in the currency in which it is settled."""
    if kind == "Settled" and pricing == "blended":
        return Fees(commission=_share(gross_minor, 140) + fixed_minor(SALE_MINOR, currency))
    if kind == "Settled":
        markup = _share(gross_minor, 30) + fixed_minor(SPLIT_SALE_MINOR, currency)
        return Fees(markup=markup, scheme=_share(gross_minor, 12), interchange=_share(gross_minor, 20))
    fixed = fixed_minor(FIXED.get(kind, 0), currency)
    return Fees(commission=fixed) if pricing == "blended" else Fees(markup=fixed)


def with_extra(fees: Fees, extra_minor: int, *, pricing: str) -> Fees:
    """The same, and so much more in the column of the PSP's own fee."""
    if pricing == "blended":
        return replace(fees, commission=fees.commission + extra_minor)
    return replace(fees, markup=fees.markup + extra_minor)


def _share(gross_minor: int, basis_points: int) -> int:
    return half_up(gross_minor * basis_points, 10_000)
