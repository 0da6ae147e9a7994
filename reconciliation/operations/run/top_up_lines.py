"""Bank lines that top up a balance at a PSP (POSTINGS.md 3.3): the money is on its way until the PSP says that it has it.

Recognised by what the line says alone: the reference of a top-up that the PSP has told of, with its amount; or the code of the one
account that pays from a prefund, beside a word for topping up. Everything else is for people.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cashier.models import MerchantAccount
from reconciliation.locks import lock_waiting
from reconciliation.matching.narrative import names_payer
from reconciliation.models import BankLine, Match
from reconciliation.operations.cases import resolve_by_key
from reconciliation.operations.run.bank_books import leave_suspense, match_line, post_line
from reconciliation.operations.run.context import BankRun
from reconciliation.operations.run.transfers import said_on
from reconciliation.queries.duplicate_lines import NO_REFERENCE
from reconciliation.queries.top_ups import arrived_alone, names_whole

RULE = "bank.top_up@1"
_WORD = re.compile(r"(?<![A-Z])(TOP[ -]?UP|PRE[ -]?FUND(ING)?)(?![A-Z])")


@dataclass(frozen=True, slots=True)
class TopUp:
    """Which account's balance a line tops up, under which reference. `said`: what of the line tells it."""

    account: MerchantAccount
    ref: str
    said: str


def find_top_up(step: BankRun, line: BankLine) -> TopUp | None:
    """The top-up that a debit line is; None where it says nothing of one, or could be of two accounts."""
    if line.amount_minor >= 0 or line.is_reversal:
        return None
    accounts = MerchantAccount.objects.filter(entity_id=step.account.entity_id, payout_funding=MerchantAccount.PayoutFunding.PREFUND)
    prefunded = list(accounts.order_by("code"))
    text = said_on(line)
    told = [(each, ref) for each in prefunded for ref in arrived_alone(each, line.currency, -int(line.amount_minor))]
    named = [(each, ref) for each, ref in told if names_whole(text, ref)]
    if len(named) == 1:
        return TopUp(*named[0], said="the PSP's reference of the top-up")
    if named or not _WORD.search(text.upper()):
        return None
    meant = [each for each in prefunded if names_payer(text, each.code)]
    if len(meant) != 1:
        return None
    waiting = [ref for each, ref in told if each == meant[0]]
    return TopUp(meant[0], waiting[0] if len(waiting) == 1 else _own_reference(line), said="the account's code and a word for topping up")


def post_top_up(step: BankRun, line: BankLine, top_up: TopUp) -> None:
    """top-up leaves the bank: Dr in_transit[m] t, Cr bank[b] t. Needs a transaction."""
    post_line(step, "TOP_UP_SENT@2", f"top_up.sent:{line.ref}", _source(step, line, top_up), line.booked_date)
    _match(step, line, top_up)


def identify_top_up(step: BankRun, line: BankLine) -> None:
    """A line that waited in suspense, and is told by now."""
    top_up = find_top_up(step, line)
    if top_up is None:
        return
    with transaction.atomic():
        item = lock_waiting("bank", line.pk)
        if item is None:
            return
        match, source = _match(step, line, top_up), _source(step, line, top_up)
        leave_suspense(step, line, item, by=match, rule="TOP_UP_SENT@3", source=source)
        resolve_by_key(
            f"BANK_DEBIT_UNIDENTIFIED:{line.ref}", rule="bank_line_came@1", text=f"It tops up {top_up.account.code}.", now=step.now
        )


def _source(step: BankRun, line: BankLine, top_up: TopUp) -> dict[str, Any]:
    return {
        "bank_account": step.account.public_id, "merchant_account": top_up.account.public_id, "currency": line.currency,
        "amount_minor": -int(line.amount_minor), "line": line.ref, "ref": top_up.ref, "top_up": top_up.ref,
    }  # fmt: skip


def _match(step: BankRun, line: BankLine, top_up: TopUp) -> Match:
    compared = {"narrative": line.narrative, "account": top_up.account.code, "top_up": top_up.ref, "said": top_up.said}
    return match_line(step, line, rule=RULE, item_kind="top_up", compared=compared)


def _own_reference(line: BankLine) -> str:
    """What our own order says, else the line itself."""
    given = line.end_to_end.strip()
    return f"topup:{given}"[:120] if given and given.upper() not in NO_REFERENCE else f"topup:{line.ref}"
