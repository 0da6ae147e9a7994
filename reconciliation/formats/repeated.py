"""A statement whose balances hold only without one of two equal lines is loaded: the second line is kept, never posted, and a case."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from reconciliation.formats.values import BankLine, Check, Reader, ReadResult


def forgive_repeated(result: ReadResult, read_again: Callable[[], Reader]) -> ReadResult:
    """The result with its balance checks held, where each that fails is off by exactly one line that stands twice; else as it was.

    Only a file that fails is read once more.
    """
    failed = [check for check in result.checks if not check.ok]
    if not failed or any(check.name != "opening_closing" for check in failed):
        return result
    repeated = _repeated(read_again())
    by_place = {statement.line_number: repeated.get(statement.index, set()) for statement in result.statements}
    checks = tuple(_held(check, by_place) for check in result.checks)
    return replace(result, checks=checks)


def identity(line: BankLine) -> tuple[Any, ...]:
    """What makes two lines equal: as queries.duplicate_lines asks the database."""
    return (
        line.amount_minor,
        line.currency,
        line.booking_date,
        line.bank_reference,
        line.end_to_end_id,
        line.customer_reference,
        line.narrative,
    )


def _repeated(reader: Reader) -> dict[int, set[int]]:
    """Statement index -> amounts of lines that stand in it more than once."""
    seen: Counter[tuple[Any, ...]] = Counter()
    for line in reader:
        if isinstance(line, BankLine) and line.status == "BOOK":
            seen[(line.statement_index, *identity(line))] += 1
    found: dict[int, set[int]] = {}
    for (index, amount, *_), count in seen.items():
        if count > 1:
            found.setdefault(index, set()).add(amount)
    return found


def _held(check: Check, by_place: dict[int, set[int]]) -> Check:
    if check.ok or not (isinstance(check.expected, int) and isinstance(check.actual, int)):
        return check
    over = check.expected - check.actual
    explained = any(over in amounts and check.where.endswith(f"line {place}") for place, amounts in by_place.items())
    return replace(check, ok=True, where=f"{check.where}: without a line that stands twice") if explained else check
