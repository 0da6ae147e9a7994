"""What every step of a run is given."""

from dataclasses import dataclass, field
from datetime import date, datetime

from cashier.models import BankAccount, MerchantAccount
from reconciliation.matching.ruleset import DEFAULT, RuleSet
from reconciliation.models import ReconciliationRun


@dataclass(frozen=True, slots=True)
class MerchantRun:
    """A run over one merchant account. `date` is the last business date that it looks at; `rules` those that it began with (R15)."""

    run: ReconciliationRun
    account: MerchantAccount
    date: date
    now: datetime
    rules: RuleSet = field(default=DEFAULT)


@dataclass(frozen=True, slots=True)
class BankRun:
    """A run over one bank account, by the rules that it began with."""

    run: ReconciliationRun
    account: BankAccount
    date: date
    now: datetime
    rules: RuleSet = field(default=DEFAULT)
