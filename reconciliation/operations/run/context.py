"""What every step of a run is given."""

from dataclasses import dataclass
from datetime import date, datetime

from cashier.models import BankAccount, MerchantAccount
from reconciliation.models import ReconciliationRun


@dataclass(frozen=True, slots=True)
class MerchantRun:
    """A run over one merchant account. `date` is the last business date that it looks at."""

    run: ReconciliationRun
    account: MerchantAccount
    date: date
    now: datetime


@dataclass(frozen=True, slots=True)
class BankRun:
    """A run over one bank account."""

    run: ReconciliationRun
    account: BankAccount
    date: date
    now: datetime


def currencies_of(account: MerchantAccount) -> list[str]:
    """Currencies that the account settles: its own list, or where that is empty (it takes all) those that it pays to a bank."""
    return sorted(set(account.currencies) or set(account.settlement_routes.values_list("currency", flat=True)))
