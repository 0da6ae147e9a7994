"""Bank lines that waited in suspense and are known by now: their report came after the statement (R5, R8; POSTINGS.md 3.6)."""

from django.db import transaction

from reconciliation.locks import lock_batches, lock_expected, lock_waiting
from reconciliation.models import BankLine, Match, SettlementBatch, SuspenseItem
from reconciliation.models.files import BatchState
from reconciliation.operations.cases import resolve_by_key
from reconciliation.operations.run.bank import pair, pair_part, tell_all_parts
from reconciliation.operations.run.bank_books import holders, leave_suspense
from reconciliation.operations.run.bank_cases import resolve_identified
from reconciliation.operations.run.bank_waiting import expected_batches, lines_in_suspense
from reconciliation.operations.run.context import BankRun
from reconciliation.operations.run.merged import find_merge, identify_merge
from reconciliation.operations.run.parts import CODE, find_begun, find_parted
from reconciliation.operations.run.top_up_lines import identify_top_up
from reconciliation.operations.run.transfers import find_batch, find_closed_by_amount, is_exact


def identify_in_suspense(step: BankRun) -> None:
    """Take lines out of suspense for which a batch, or several, are known by now (BANK_IDENTIFIED): by their text, or by payer and
    amount once their windows have closed. What a person took apart stays apart."""
    batches = expected_batches(step.account)
    lines = [line for line in lines_in_suspense(step.account) if not _was_taken_apart(line)]
    in_parts = find_parted(lines, batches, step.rules)
    for line in lines:
        tied = find_batch(line, batches, step.rules) or find_closed_by_amount(line, batches, step.rules, step.date)
        merge = None if tied and is_exact(line, tied[0]) else find_merge(step, line, batches)
        begun = None if tied or merge else find_begun(line, step.rules)
        with transaction.atomic():
            if merge is not None and merge.is_certain:
                batches = [batch for batch in batches if batch not in merge.batches]
                identify_merge(step, line, merge)
            elif tied is not None and (merge is None or tied[0].pk in in_parts):
                batches.remove(tied[0])
                _identify(step, line, *tied, is_part=tied[0].pk in in_parts)
            elif begun is not None:
                _identify_part(step, line, *begun)
            elif merge is None:
                identify_top_up(step, line)
    tell_all_parts(step, in_parts)


def _was_taken_apart(line: BankLine) -> bool:
    return Match.objects.filter(line_kind="bank", line_id=line.pk).exclude(undone_at=None).exists()


def _identify(step: BankRun, line: BankLine, batch: SettlementBatch, rule: str, *, is_part: bool = False) -> None:
    item = lock_waiting("bank", line.pk, [batch])
    if item is None or not lock_expected([batch]):
        return
    charge = line.charges_minor if line.amount_minor + line.charges_minor == batch.payout_minor else 0
    match = pair(step, line, batch, rule, charge, is_part=is_part)
    _leave(step, line, item, match, batch, charge)


def _identify_part(step: BankRun, line: BankLine, batch: SettlementBatch, rule: str) -> None:
    """A further line of a payout that the bank has begun to show, which waited in suspense: its report came later."""
    item = lock_waiting("bank", line.pk, [batch])
    locked = lock_batches([batch.pk])[batch.pk]
    if item is None or locked.state != BatchState.PAID or locked.paid_minor != batch.paid_minor:
        return
    match = pair_part(step, line, locked, rule)
    _leave(step, line, item, match, locked, 0)


def _leave(step: BankRun, line: BankLine, item: SuspenseItem, match: Match, batch: SettlementBatch, charge_minor: int) -> None:
    source = {
        **holders(step.account),
        "amount_minor": item.amount_minor,
        "charge_minor": charge_minor,
        "line": line.ref,
        "to": ["in_transit", batch.merchant_account.public_id, batch.ref],
    }
    leave_suspense(step, line, item, by=match, rule="BANK_IDENTIFIED@1", source=source)
    resolve_identified(step, line, batch)
    text = f"It is of batch {batch.number} alone."
    resolve_by_key(f"{CODE}:{line.ref}", rule="bank_line_came@1", text=text, now=step.now)
