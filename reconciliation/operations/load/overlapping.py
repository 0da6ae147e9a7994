"""Lists of bank lines (CSV) whose days are loaded already. They have no number by which the same one would be known, and most of their
lines no reference: each line must be told apart from those that are there, or the file is refused (R2, R8)."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cashier.models import BankAccount
from reconciliation.formats import BankLine, FormatRefused, Reader, Statement
from reconciliation.models import BankLine as Loaded
from reconciliation.models import BankStatement, SourceFile

_SAME = ("amount_minor", "currency", "bank_reference", "end_to_end", "narrative")


@dataclass(frozen=True, slots=True)
class Shared:
    """The day on which the loaded list ends and this one begins. `places`: of the lines in this file that are loaded already;
    `opening_minor`: what the others go on from."""

    day: date
    places: frozenset[int]
    opening_minor: int
    of: str


def find_shared(found: Statement, account: BankAccount, source_file: SourceFile, read_again: Callable[[], Reader]) -> Shared | None:
    """What of the statement is loaded already; None where nothing is. Reads the file again only where a day is shared.

    Raises FormatRefused where days are loaded already and their lines can't be told apart from these.
    """
    beside = _beside(found, account, source_file)
    _refuse_within(found, account, [each for each in beside if _is_within(found, each)])
    touching = [each for each in beside if not _is_within(found, each)]
    before = [each for each in touching if each.closing_date == found.opening_date]
    day = found.opening_date if before else found.closing_date
    if not touching or day is None or (found.number and found.opening_date != found.closing_date):
        return None
    loaded = Counter(_key(line) for line in Loaded.objects.filter(bank_account=account, booked_date=day))
    moved = sum(key[0] * count for key, count in loaded.items())
    last = next((each for each in before if each.closing_minor == (found.opening_minor or 0) + moved), None)
    places = _places(loaded, found.index, day, read_again()) if last and loaded and not found.number else None
    if last and places:
        return Shared(day, places, last.closing_minor, last.source_file.name)
    if loaded and not any(_goes_on(found, each) for each in touching):
        raise _refuse_day(found, account, day, touching[0])
    return None


def _beside(found: Statement, account: BankAccount, source_file: SourceFile) -> list[BankStatement]:
    """Statements with a day of this one's; of a numbered statement only lists, for numbers tell other statements apart."""
    if found.opening_date is None or found.closing_date is None:
        return []
    days = {"opening_date__lte": found.closing_date, "closing_date__gte": found.opening_date}
    rows = BankStatement.objects.filter(bank_account=account, **days).exclude(source_file=source_file).select_related("source_file")
    return list((rows.filter(number="") if found.number else rows).order_by("-closing_date", "-pk"))


def _is_within(found: Statement, each: BankStatement) -> bool:
    """Whether more than a day at the end of one and the beginning of the other is of both."""
    days = (each.opening_date, each.closing_date, found.opening_date, found.closing_date)
    first, last, opening, closing = (day or date.min for day in days)
    return first < closing and last > opening


def _goes_on(found: Statement, each: BankStatement) -> bool:
    return bool(found.opening_minor == each.closing_minor or found.closing_minor == each.opening_minor)


def _refuse_within(found: Statement, account: BankAccount, beside: Sequence[BankStatement]) -> None:
    if not beside or any(_goes_on(found, each) for each in beside):
        return
    last = beside[0].closing_date
    then = f"ask the bank for a list from {last} on, of which lines that are loaded are passed over"
    message = (
        f"days of {account.code} from {found.opening_date} to {found.closing_date} are loaded already, up to {last} from"
        f" {beside[0].source_file.name}; {then}"
    )
    raise FormatRefused("statement_loaded", message, line=found.line_number)


def _places(loaded: Counter[Any], index: int, day: date, reader: Reader) -> frozenset[int] | None:
    """Where the loaded lines of the day stand in the file; None where one of them does not, or where they are all of the statement."""
    left, places, others = loaded.copy(), set[int](), 0
    for place, line in enumerate(reader):
        if not isinstance(line, BankLine) or line.status != "BOOK" or line.statement_index != index:
            continue
        key = _key_of(line)
        if line.booking_date == day and left[key] > 0:
            left[key] -= 1
            places.add(place)
        else:
            others += 1
    return frozenset(places) if others and not left.total() else None


def _key(line: Loaded) -> tuple[Any, ...]:
    return tuple(getattr(line, name) for name in _SAME)


def _key_of(line: BankLine) -> tuple[Any, ...]:
    """The same of a line as it is loaded (bulk.text_rows.bank_rows)."""
    said = line.narrative or " ".join(detail.narrative for detail in line.details)
    return line.amount_minor, line.currency, line.bank_reference, line.end_to_end_id or line.customer_reference, said


def _refuse_day(found: Statement, account: BankAccount, day: date, loaded: BankStatement) -> FormatRefused:
    then = "after" if loaded.closing_date == day else "before"
    message = (
        f"lines of {day} of {account.code} are loaded already from {loaded.source_file.name}, and these do not go on from them; ask the"
        f" bank for the days {then} {day}, or where that file has only a part of {day}, for a list from {day} on with the same lines again"
    )
    return FormatRefused("statement_loaded", message, line=found.line_number)
