"""What must hold before a day may be signed (D2): each item found by the system, what is missing named. Reads only.

The order is the order on the screen. No check's cost grows with the age of the books: each reads the day, what came after it, or
what is open now.
"""

from collections.abc import Callable
from datetime import date, datetime

from ledger.models import LegalEntity
from reconciliation.queries.checklist.books import (
    audit_is_sealed,
    books_are_proved,
    books_balance,
    proof_is_due,
    receivables_are_known,
    suspense_is_explained,
)
from reconciliation.queries.checklist.frozen import checks_are_frozen
from reconciliation.queries.checklist.funds import money_on_its_way_is_named, players_are_covered, reserve_and_prefund_are_the_psps
from reconciliation.queries.checklist.items import CheckItem, Day
from reconciliation.queries.checklist.order import registers_are_in, runs_are_in_order
from reconciliation.queries.checklist.papers import (
    bank_equals_statement,
    day_is_over,
    lines_are_complete,
    reports_are_in,
    runs_are_done,
    statements_are_in,
)
from reconciliation.queries.checklist.quality import values_are_matched
from reconciliation.queries.checklist.work import approvals_are_decided, no_case_blocks, nothing_is_unknown

CHECKS: tuple[Callable[[Day], CheckItem], ...] = (
    day_is_over,
    reports_are_in,
    registers_are_in,
    statements_are_in,
    runs_are_done,
    runs_are_in_order,
    lines_are_complete,
    values_are_matched,
    bank_equals_statement,
    reserve_and_prefund_are_the_psps,
    money_on_its_way_is_named,
    players_are_covered,
    suspense_is_explained,
    receivables_are_known,
    nothing_is_unknown,
    approvals_are_decided,
    no_case_blocks,
    checks_are_frozen,
    books_balance,
    books_are_proved,
    audit_is_sealed,
)


def checklist(entity: LegalEntity, day: date, *, now: datetime) -> list[CheckItem]:
    """Every item of the day's checklist, in order."""
    at = Day(entity, day, now)
    return [check(at) for check in CHECKS]


__all__ = ["CHECKS", "CheckItem", "Day", "checklist", "proof_is_due", "runs_are_done"]
