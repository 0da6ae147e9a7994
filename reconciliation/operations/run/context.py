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
