"""How a case may end, as its page offers it: the suggested disposition with why, and the others, each with its receipt (E4)."""

from dataclasses import dataclass

from django.db import transaction

from ledger.admin.frames import Page, Receipt, receipt_of
from ledger.admin.frames.text import money_text
from ledger.refusals import Refused
from reconciliation.models import CaseState, ExceptionCase
from reconciliation.models.cases import UNDECIDED_STATES
from reconciliation.operations.casework import Disposition, allowed_dispositions, preview_of
from reconciliation.operations.casework.refusals import TargetNeeded

NEEDS_TARGET = ("identify_line",)
NOT_NOW = "The books hold nothing open under this case's references that this could move."


@dataclass(frozen=True, slots=True)
class Ending:
    """One allowed disposition: `receipt` where it posts, `refusal` in words where it can't be done now.

    `needs_target`: a person must name the record that is meant; before that nobody knows what it posts.
    """

    disposition: Disposition
    receipt: Receipt | None
    refusal: str
    needs_target: bool = False

    @property
    def is_possible(self) -> bool:
        return not self.refusal


def endings_of(case: ExceptionCase, page: Page) -> list[Ending]:
    """Every allowed disposition with what it would post now. Read once per page; what planning locks or makes is rolled back."""
    key = f"endings:{case.pk}"
    if key not in page.memo:
        page.memo[key] = [_ending(case, each) for each in allowed_dispositions(case)]
    found: list[Ending] = page.memo[key]
    return found


def suggested(case: ExceptionCase, page: Page) -> Ending | None:
    """The first in the reason code's order that can be done now and needs no further word from a person."""
    if case.state not in UNDECIDED_STATES:
        return None
    open_now = [each for each in endings_of(case, page) if each.is_possible and not each.needs_target]
    resting = case.state == CaseState.WAITING
    return next((each for each in open_now if not (resting and each.disposition.rests_days)), None)


def label_of(ending: Ending, case: ExceptionCase) -> str:
    """`Propose: credit the deposit 50.00 EUR`, or `Resolve: …` where no money moves."""
    verb = ending.disposition.verb
    words = f"{verb[0].lower()}{verb[1:]}"
    if ending.disposition.rests_days:
        days = f"{ending.disposition.rests_days} days"
        return f"Wait {days}" if ending.disposition.name == "wait_for_timing" else f"{verb}, look again in {days}"
    if not ending.disposition.moves_money:
        return verb if ending.disposition.name == "no_action" else f"Resolve: {words}"
    return f"Propose: {words} {money_text(amount_of(ending, case), case.currency)}"


def amount_of(ending: Ending, case: ExceptionCase) -> int:
    """What the ending moves: the larger side of its receipt, else what is at risk."""
    if ending.receipt is None or not ending.receipt.lines:
        return int(case.amount_minor)
    return sum(line.debit_minor or 0 for line in ending.receipt.lines)


def _ending(case: ExceptionCase, disposition: Disposition) -> Ending:
    if not disposition.moves_money:
        return Ending(disposition, Receipt(not_done="Nothing is posted: no account changes."), "")
    if disposition.name in NEEDS_TARGET:
        return Ending(disposition, None, "", needs_target=True)
    try:
        with transaction.atomic():
            lines = preview_of(case, disposition.name)
            transaction.set_rollback(True)
    except TargetNeeded:
        return Ending(disposition, None, "", needs_target=True)
    except Refused as refusal:
        return Ending(disposition, None, refusal.message or NOT_NOW)
    return Ending(disposition, receipt_of(lines, not_done="Nothing is posted before a second person approves."), "")
