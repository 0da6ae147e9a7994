"""The balance that a bank prints behind each line: oldest line first or newest first, on some lines or on all."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(slots=True)
class Breaks:
    """Lines at which a printed balance is not the one before and what moved between."""

    count: int = 0
    line: int = 0
    expected: int = 0
    actual: int = 0

    def note(self, line: int, expected: int, actual: int) -> None:
        if expected == actual:
            return
        self.count += 1
        if self.count == 1:
            self.line, self.expected, self.actual = line, expected, actual


@dataclass(slots=True)
class RunningBalance:
    """Both orders are followed while lines stream by; at the end the one that holds is the file's.

    Where both hold, as of an account that is swept to zero each day (100 in, 100 out), the days say which it is.
    """

    first: int | None = None
    last: int | None = None
    before: int = 0  # moved by the lines above the first printed balance
    at_first: int = 0
    at_last: int = 0
    since: int = 0  # moved by the lines below the last printed balance
    rising: Breaks = field(default_factory=Breaks)
    falling: Breaks = field(default_factory=Breaks)
    day: date = date.min
    days_rise: int = 0
    days_fall: int = 0

    def add(self, line: int, amount: int, balance: int | None, day: date) -> None:
        """One line, the balance printed behind it, None where there is none, and its day."""
        self.days_rise += self.day < day and self.day > date.min
        self.days_fall += self.day > day
        self.day = day
        if balance is None:
            if self.last is None:
                self.before += amount
            else:
                self.since += amount
            return
        if self.last is None:
            self.first, self.at_first = balance, amount
        else:
            self.rising.note(line, self.last + self.since + amount, balance)
            self.falling.note(line, self.last - self.at_last - self.since, balance)
        self.last, self.at_last, self.since = balance, amount, 0

    @property
    def is_oldest_first(self) -> bool:
        if self.rising.count == self.falling.count:
            return self.days_rise >= self.days_fall
        return self.rising.count < self.falling.count

    @property
    def breaks(self) -> Breaks:
        return self.rising if self.is_oldest_first else self.falling

    @property
    def opening(self) -> int | None:
        if self.first is None or self.last is None:
            return None
        return self.first - self.at_first - self.before if self.is_oldest_first else self.last - self.at_last - self.since

    @property
    def closing(self) -> int | None:
        if self.first is None or self.last is None:
            return None
        return self.last + self.since if self.is_oldest_first else self.first + self.before
