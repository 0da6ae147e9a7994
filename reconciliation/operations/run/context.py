"""What every step of a run is given."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

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


def rows_of(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a read."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
