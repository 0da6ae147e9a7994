"""What a check gives, and what it is given."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from cashier.models import BankAccount, MerchantAccount
from ledger.calendar import day_bounds
from ledger.models import LegalEntity
from reconciliation.models import CloseState, DailyClose
from reconciliation.queries.balances import Balance, balances_at
from reconciliation.queries.checklist.busy import accounts_busy_on

SHOWN = 20
NAMED = 1000  # more is no list that two people could let pass


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One item: a figure in words, how many things are missing, and the first of them by name, one line each, for people.

    `name` is stable; overrides and links go by it. `named`: all that is missing, what an override covers.
    """

    name: str
    title: str
    figure: str
    missing: tuple[str, ...] = field(default=())
    count: int = 0
    named: tuple[str, ...] = field(default=(), repr=False)

    @property
    def ok(self) -> bool:
        return not self.count

    def as_dict(self) -> dict[str, Any]:
        """As it is stored on the close and shown: {name, title, figure, missing, count, ok}."""
        plain = {name: value for name, value in asdict(self).items() if name != "named"}
        return {**plain, "missing": list(self.missing), "ok": self.ok}


def check_item(name: str, title: str, figure: str, missing: Sequence[str] = (), *, count: int | None = None) -> CheckItem:
    """An item of what is missing; `count` where more is missing than is named."""
    many = len(missing) if count is None else count
    return CheckItem(name, title, figure, tuple(missing[:SHOWN]), many, tuple(missing[:NAMED]))


class Day:
    """One business day of one entity, as the checks see it: `now` is the moment of looking."""

    def __init__(self, entity: LegalEntity, day: date, now: datetime) -> None:
        self.entity = entity
        self.date = day
        self.now = now

    @property
    def start(self) -> datetime:
        return day_bounds(self.entity, self.date)[0]

    @property
    def end(self) -> datetime:
        return day_bounds(self.entity, self.date)[1]

    @cached_property
    def last_signed(self) -> DailyClose | None:
        """The newest signed day before this one."""
        signed = DailyClose.objects.filter(entity=self.entity, business_date__lt=self.date, state=CloseState.SIGNED_OFF, reopened_at=None)
        return signed.order_by("-business_date").first()

    @cached_property
    def balances(self) -> list[Balance]:
        """Balances at the day's end, read once."""
        return balances_at(self.entity.pk, self.date)

    @cached_property
    def banks(self) -> list[BankAccount]:
        """Bank accounts of the entity that are active, or hold money in the books at the day's end all the same, by code; asked once."""
        holders = {row.holder for row in self.balances if row.kind == "bank"}
        accounts = BankAccount.objects.filter(entity=self.entity).order_by("code")
        return [account for account in accounts if account.is_active or account.public_id in holders]

    @cached_property
    def busy_accounts(self) -> list[MerchantAccount]:
        """Merchant accounts that moved money on the day, by code; asked once."""
        return accounts_busy_on(self.entity, self.date)


def capped(rows: QuerySet[Any]) -> tuple[list[Any], int]:
    """The rows that can be named, and how many there are."""
    first = list(rows[: NAMED + 1])
    return first[:NAMED], len(first) if len(first) <= NAMED else rows.count()


def of_words(there: int, expected: int, what: str) -> str:
    """ "2 of 3 accounts"."""
    return f"{there} of {expected} {what if expected == 1 else what + 's'}"
