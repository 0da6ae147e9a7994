"""Balances, sums and controls of bank statements, the same for every bank format (R2)."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from reconciliation.formats.references import same_account
from reconciliation.formats.values import BankLine, Check, Statement, Total

_NUMBER = re.compile(r"0*(\d{1,18})(?:/0*(\d{1,9}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Balance:
    """A printed balance: signed minor units, credit positive."""

    amount_minor: int
    currency: str
    on: date


@dataclass(frozen=True, slots=True)
class Stated:
    """What a bank says its statement holds. None: not said. Sums are unsigned but `net_minor`."""

    where: str
    count: int | None = None
    credit_count: int | None = None
    debit_count: int | None = None
    sum_minor: int | None = None
    credit_minor: int | None = None
    debit_minor: int | None = None
    net_minor: int | None = None


@dataclass(slots=True)
class Tally:
    """One statement while its lines stream by. Sums are over booked lines of the statement's currency."""

    index: int
    line_number: int
    account_ref: str = ""
    number: str = ""
    currency: str = ""
    opening: Balance | None = None
    closing: Balance | None = None
    stated: list[Stated] = field(default_factory=list)
    lines: int = 0
    booked: dict[tuple[str, str], list[int]] = field(default_factory=dict)  # (currency, kind) -> [count, absolute sum]
    unbooked: list[int] = field(default_factory=lambda: [0, 0, 0, 0])  # credits, debits, sum of credits, sum of debits

    def add(self, line: BankLine) -> None:
        """Counts a line; only booked ones have moved the balance."""
        self.lines += 1
        amount = abs(line.amount_minor)
        if line.status == "BOOK":
            sums = self.booked.setdefault((line.currency, line.kind), [0, 0])
            sums[0] += 1
            sums[1] += amount
        elif line.kind != "unknown":
            debit = line.kind == "debit"
            self.unbooked[debit] += 1
            self.unbooked[2 + debit] += amount

    def booked_of(self, kind: str) -> tuple[int, int]:
        """Number and absolute sum of booked lines of a kind in the statement's currency."""
        count, amount = self.booked.get((self.currency, kind), (0, 0))
        return count, amount

    def close(self) -> Statement:
        if not self.currency:
            known = [balance.currency for balance in (self.opening, self.closing) if balance]
            self.currency = next(iter([*known, *(currency for currency, _ in self.booked)]), "")
        return Statement(
            index=self.index,
            account_ref=self.account_ref,
            number=self.number,
            currency=self.currency,
            opening_minor=self.opening.amount_minor if self.opening else None,
            closing_minor=self.closing.amount_minor if self.closing else None,
            lines=self.lines,
            line_number=self.line_number,
            opening_date=self.opening.on if self.opening else None,
            closing_date=self.closing.on if self.closing else None,
        )

    def describe(self) -> str:
        number = f", number {self.number}" if self.number else ""
        return f"statement {self.index} (account {self.account_ref}{number}), line {self.line_number}"


class StatementBook:
    """The statements of one file, closed one by one, and what they come to. Memory grows with statements, not with lines."""

    def __init__(self, account: Collection[str]) -> None:
        self._account = tuple(account)
        self._last: dict[tuple[str, str], Statement] = {}
        self._totals: dict[tuple[str, str], list[int]] = {}
        self.statements: list[Statement] = []
        self.checks: list[Check] = []

    @property
    def lines(self) -> int:
        return sum(statement.lines for statement in self.statements)

    def close(self, tally: Tally) -> None:
        """Closes a statement and adds its checks."""
        statement = tally.close()
        if self._account:
            self.checks.append(self._account_matches(tally))
        self.checks.append(_opening_closing(tally))
        self.checks.extend(_stated(tally))
        key = (statement.account_ref, statement.currency)
        if key in self._last:
            self.checks.append(_sequence(self._last[key], statement, tally.describe()))
        self._last[key] = statement
        self.statements.append(statement)
        for (currency, kind), (count, amount) in tally.booked.items():
            sums = self._totals.setdefault((currency, kind), [0, 0])
            sums[0] += count
            sums[1] += amount

    def totals(self) -> tuple[Total, ...]:
        """Booked lines by kind and currency over the whole file."""
        return tuple(
            Total(kind, currency, count, amount if kind == "debit" else 0, amount if kind == "credit" else 0)
            for (currency, kind), (count, amount) in sorted(self._totals.items())
        )

    def _account_matches(self, tally: Tally) -> Check:
        ok = any(same_account(name, tally.account_ref) for name in self._account)
        return Check("account_matches", ok, " or ".join(self._account), tally.account_ref, tally.describe())


def _opening_closing(tally: Tally) -> Check:
    """Opening plus booked lines is closing, all in one currency."""
    opening, closing, where = tally.opening, tally.closing, tally.describe()
    moved = tally.booked_of("credit")[1] - tally.booked_of("debit")[1]
    expected = opening.amount_minor + moved if opening else None
    if opening is None or closing is None:
        lacking = " and ".join(name for name, balance in (("opening", opening), ("closing", closing)) if balance is None)
        return Check("opening_closing", False, expected, closing.amount_minor if closing else None, f"{where}: no {lacking} booked balance")
    strange = {opening.currency, closing.currency, *(currency for currency, _ in tally.booked)} - {tally.currency}
    if strange:
        where = f"{where}: {', '.join(sorted(strange))} on an account in {tally.currency}"
    return Check("opening_closing", not strange and expected == closing.amount_minor, expected, closing.amount_minor, where)


def _stated(tally: Tally) -> list[Check]:
    """The bank's own counts and sums against ours: over booked lines, or over all lines, for banks count either way."""
    (credits, credit), (debits, debit) = tally.booked_of("credit"), tally.booked_of("debit")
    more_credits, more_debits, more_credit, more_debit = tally.unbooked
    checks = []
    for said in tally.stated:
        where = f"{tally.describe()}: {said.where}"
        counts = (
            (said.count, credits + debits, more_credits + more_debits),
            (said.credit_count, credits, more_credits),
            (said.debit_count, debits, more_debits),
        )
        sums = (
            (said.sum_minor, credit + debit, more_credit + more_debit),
            (said.credit_minor, credit, more_credit),
            (said.debit_minor, debit, more_debit),
            (said.net_minor, credit - debit, more_credit - more_debit),
        )
        checks += [Check("line_count", say in (own, own + more), say, own, where) for say, own, more in counts if say is not None]
        checks += [Check("control_total", say in (own, own + more), say, own, where) for say, own, more in sums if say is not None]
    return checks


def _sequence(before: Statement, after: Statement, where: str) -> Check:
    """The next statement of an account in one file goes on where the last ended, by number and by balance."""
    if not _follows(before.number, after.number):
        return Check("sequence", False, f"next after {before.number}", after.number, f"{where}: number")
    ok = before.closing_minor is None or after.opening_minor is None or before.closing_minor == after.opening_minor
    return Check("sequence", ok, before.closing_minor, after.opening_minor, f"{where}: opening against the closing before")


def _follows(before: str, after: str) -> bool:
    """Whether one printed number follows another. Banks that don't number print 0 or a text; a new year starts at 1 again."""
    first, second = _NUMBER.fullmatch(before), _NUMBER.fullmatch(after)
    if not first or not second or not int(first[1]) or not int(second[1]):
        return True
    if first[1] == second[1]:
        return bool(first[2] and second[2]) and int(second[2]) == int(first[2]) + 1
    return int(second[1]) in (int(first[1]) + 1, 1)
