"""Balances, sums and controls of bank statements, the same for every bank format (R2)."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from reconciliation.formats.references import same_account
from reconciliation.formats.values import BankLine, Check, ReadResult, Statement, Total

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
    is_counted: bool = True  # `number` is one of a row of numbers, not just an id
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


@dataclass(frozen=True, slots=True)
class _Closed:
    """A statement of an account, where it stands for people, and where the check of its place after the one above it goes."""

    statement: Statement
    is_counted: bool
    where: str
    check: int


class StatementBook:
    """The statements of one file, closed one by one, and what they come to. Memory grows with statements, not with lines."""

    def __init__(self, account: Collection[str]) -> None:
        self._account = tuple(account)
        self._closed: dict[tuple[str, str], list[_Closed]] = {}
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
        above = self._closed.setdefault((statement.account_ref, statement.currency), [])
        below = _Closed(statement, tally.is_counted, tally.describe(), len(self.checks))
        if above:
            self.checks.append(_sequence(above[-1], below))
        above.append(below)
        self.statements.append(statement)
        for (currency, kind), (count, amount) in tally.booked.items():
            sums = self._totals.setdefault((currency, kind), [0, 0])
            sums[0] += count
            sums[1] += amount

    def result(self, encoding: str) -> ReadResult:
        """What a file came to, after its last statement. Banks put the oldest statement of an account first, or the newest."""
        checks = list(self.checks)
        for closed in self._closed.values():
            if _is_newest_first(closed):
                for above, below in pairwise(closed):
                    checks[below.check] = _sequence(below, above)
        return ReadResult(encoding, self.lines, tuple(self.statements), self.totals(), tuple(checks))

    def totals(self) -> tuple[Total, ...]:
        """Booked lines by kind and currency over the whole file."""
        return tuple(
            Total(kind, currency, count, amount if kind == "debit" else 0, amount if kind == "credit" else 0)
            for (currency, kind), (count, amount) in sorted(self._totals.items())
        )

    def _account_matches(self, tally: Tally) -> Check:
        ok = any(same_account(name, tally.account_ref) for name in self._account)
        where = tally.describe() if ok else f"{tally.describe()}: where the bank calls the account so, its name with us must be this"
        return Check("account_matches", ok, " or ".join(self._account), tally.account_ref, where)


def _opening_closing(tally: Tally) -> Check:
    """Opening plus booked lines is closing, all in one currency."""
    opening, closing, where = tally.opening, tally.closing, tally.describe()
    moved = tally.booked_of("credit")[1] - tally.booked_of("debit")[1]
    expected = opening.amount_minor + moved if opening else None
    if opening is None or closing is None:
        lacking = " and ".join(name for name, balance in (("opening", opening), ("closing", closing)) if balance is None)
        where = f"{where}: no {lacking} booked balance; ask the bank for a file that states it"
        return Check("opening_closing", False, expected, closing.amount_minor if closing else None, where)
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


def _is_newest_first(closed: list[_Closed]) -> bool:
    """Whether an account's statements stand in the file from the newest to the oldest: their days say it, else numbers and balances."""
    days = [each.statement.closing_date or date.min for each in closed]
    if any(above < below for above, below in pairwise(days)) or all(_sequence(*pair).ok for pair in pairwise(closed)):
        return False
    return days[0] > days[-1] or all(_sequence(below, above).ok for above, below in pairwise(closed))


def _sequence(before: _Closed, after: _Closed) -> Check:
    """The next statement of an account in one file goes on where the last ended, by number and by balance."""
    first, second = before.statement, after.statement
    if first.lines and first == replace(second, index=first.index, line_number=first.line_number):
        return Check("sequence", False, f"another than {first.number}", second.number, f"{after.where}: the same statement again")
    if before.is_counted and after.is_counted and not _follows(first, second):
        return Check("sequence", False, f"next after {first.number}", second.number, f"{after.where}: number")
    ok = first.closing_minor is None or second.opening_minor is None or first.closing_minor == second.opening_minor
    return Check("sequence", ok, first.closing_minor, second.opening_minor, f"{after.where}: opening against the closing before")


def _follows(before: Statement, after: Statement) -> bool:
    """Whether one printed number follows another. Banks that don't number print 0, a text, or the day; a new year starts at 1 again."""
    first, second = _NUMBER.fullmatch(before.number), _NUMBER.fullmatch(after.number)
    if not first or not second or not int(first[1]) or not int(second[1]):
        return True
    if first[1] == second[1]:
        return bool(first[2] and second[2]) and int(second[2]) == int(first[2]) + 1
    if _is_day(first[1], before.closing_date) and _is_day(second[1], after.closing_date):
        return True  # days without a statement leave gaps
    return int(second[1]) in (int(first[1]) + 1, 1) or _begins_year(first[1], second[1], after.closing_date)


def _is_day(number: str, closing: date | None) -> bool:
    """Whether a number is the closing day in digits: 20260106, 260106, 2026006, 26006 or 6."""
    return closing is not None and int(number) in {int(closing.strftime(form)) for form in ("%Y%m%d", "%y%m%d", "%Y%j", "%y%j", "%j")}


def _begins_year(first: str, second: str, closing: date | None) -> bool:
    """Whether numbers with the year before them go from one year to the first of the next: 25253 to 26001."""
    years = (closing.year, closing.year % 100) if closing else ()
    return any(re.fullmatch(f"{year}0*1", second) and re.match(str(year - 1), first) for year in years)
