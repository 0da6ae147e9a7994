"""Bank lines: each is posted once, by its booking date, so that `bank` equals the statement (R8, POSTINGS.md 3.6)."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from ledger.transitions import move
from reconciliation.locks import lock_batches, lock_cases, lock_expected
from reconciliation.matching.ruleset import RuleSet
from reconciliation.models import BankLine, Match, SettlementBatch, SuspenseItem
from reconciliation.operations.cases import ENGINE
from reconciliation.operations.run.bank_books import holders, match_line, post_line
from reconciliation.operations.run.bank_cases import raise_amount_differs, raise_duplicated, raise_unidentified, resolve_identified
from reconciliation.operations.run.bank_waiting import expected_batches, unposted_lines
from reconciliation.operations.run.context import BankRun
from reconciliation.operations.run.merged import Merge, find_merge, post_merge, raise_merged
from reconciliation.operations.run.parts import find_begun, find_parted, tell_parts
from reconciliation.operations.run.residuals import refresh_residuals
from reconciliation.operations.run.top_up_lines import find_top_up, post_top_up
from reconciliation.operations.run.transfers import (
    BY_AMOUNT,
    Tied,
    find_batch,
    find_by_amount,
    find_closed_by_amount,
    is_exact,
    payer_of,
    transfer_of,
)
from reconciliation.queries.duplicate_lines import duplicate_lines

CHARGE_RULE = "bank.charge_code"
EMPTY_RULE = "bank.nothing_moved@1"


def post_lines(step: BankRun) -> None:
    """Post every line that is not posted: a PSP's transfer, a charge of the bank, else to suspense with its case (end of the run)."""
    set_aside_empty(step)
    set_aside_duplicates(step)
    lines = unposted_lines(step.account)
    batches = expected_batches(step.account)
    in_parts = find_parted(lines, batches, step.rules)
    for line in lines:
        tied = find_batch(line, batches, step.rules) or find_closed_by_amount(line, batches, step.rules, step.date)
        merge = None if tied and is_exact(line, tied[0]) else find_merge(step, line, batches)
        begun = None if tied or merge else find_begun(line, step.rules)
        with transaction.atomic():
            if merge is not None and merge.is_certain and lock_expected(merge.batches):
                batches = [batch for batch in batches if batch not in merge.batches]
                post_merge(step, line, merge)
            elif tied is not None and (merge is None or tied[0].pk in in_parts) and lock_expected(tied[:1]):
                batches.remove(tied[0])
                post_settlement(step, line, *tied, is_part=tied[0].pk in in_parts)
            elif begun is not None:
                post_part(step, line, *begun)
            elif (label := charge_label(line, step.rules)) is not None:
                post_charge(step, line, label)
            elif (top_up := find_top_up(step, line)) is not None:
                post_top_up(step, line, top_up)
            else:
                put_in_suspense(step, line, suggested=find_by_amount(line, batches, step.rules), merged=merge)
    tell_all_parts(step, in_parts)


def tell_all_parts(step: BankRun, in_parts: Collection[UUID]) -> None:
    """Whether the lines of each of these payouts come to it."""
    for batch in SettlementBatch.objects.filter(pk__in=in_parts).select_related("merchant_account__entity", "source_file"):
        with transaction.atomic():
            tell_parts(step, batch)


def charge_label(line: BankLine, rules: RuleSet) -> str | None:
    """Kind of bank fee by the bank's own transaction code (camt.053 BkTxCd families, MT940 types); None for any other line. Reversals are
    for people."""
    code, rule = line.transaction_code.upper(), rules.use(CHARGE_RULE)
    if line.is_reversal or rule is None:
        return None
    if line.amount_minor < 0 and any(known in code for known in rule.parameters["charges"]):
        return "charge"
    return "interest" if any(known in code for known in rule.parameters["interest"]) else None


def post_settlement(step: BankRun, line: BankLine, batch: SettlementBatch, rule: str, *, is_part: bool = False) -> None:
    """A PSP's transfer: bank takes what came; a charge that the bank states explains the rest, else the difference is a case. Needs the
    payout under `lock_expected`.

    `is_part`: other lines of this run are of the same payout; they are told of together.
    """
    charge = line.charges_minor if line.amount_minor + line.charges_minor == batch.payout_minor else 0
    source = {
        **holders(step.account),
        "merchant_account": batch.merchant_account.public_id,
        "amount_minor": line.amount_minor,
        "charge_minor": charge,
        "batch": batch.ref,
        "line": line.ref,
    }
    post_line(step, "BANK_SETTLEMENT_MATCHED@1", f"bank.settlement_matched:{line.ref}", source, line.booked_date)
    pair(step, line, batch, rule, charge, is_part=is_part)


def post_part(step: BankRun, line: BankLine, batch: SettlementBatch, rule: str) -> None:
    """A further line of a payout that the bank has begun to show: bank takes it, and what is left of the payout is told of."""
    lock_cases([("batch", batch.public_id)])
    locked = lock_batches([batch.pk])[batch.pk]
    source = {
        **holders(step.account),
        "merchant_account": locked.merchant_account.public_id,
        "amount_minor": line.amount_minor,
        "charge_minor": 0,
        "batch": locked.ref,
        "line": line.ref,
    }
    post_line(step, "BANK_SETTLEMENT_MATCHED@1", f"bank.settlement_matched:{line.ref}", source, line.booked_date)
    pair_part(step, line, locked, rule)


def set_aside_empty(step: BankRun) -> None:
    """A booked line of nothing (a notice, a fee waived) moves nothing: it has no posting, and nobody has to look for what it pays."""
    for line in unposted_lines(step.account, amount_minor=0):
        match_line(step, line, rule=EMPTY_RULE, item_kind="bank_nothing", compared={})


def set_aside_duplicates(step: BankRun) -> None:
    """A line that stands twice is not posted; it is a case."""
    found = duplicate_lines(step.account)
    lines = BankLine.objects.filter(bank_account=step.account).in_bulk([each.line_id for each in found])
    for each in found:
        line = lines[each.line_id]
        with transaction.atomic():
            compared = {"first_line": each.first_id, "is_counted": each.is_counted}
            match_line(step, line, rule="bank.duplicate@1", item_kind="bank_duplicate", compared=compared)
            raise_duplicated(step, line, each)


def post_charge(step: BankRun, line: BankLine, label: str) -> None:
    """A charge or interest of the bank."""
    source = {**holders(step.account), "amount_minor": line.amount_minor, "line": line.ref, "label": label}
    post_line(step, "BANK_CHARGE@1", f"bank.charge:{line.ref}", source, line.booked_date)
    rule = step.rules.named(CHARGE_RULE).label
    match_line(step, line, rule=rule, item_kind=f"bank_{label}", compared={"transaction_code": line.transaction_code})


def put_in_suspense(step: BankRun, line: BankLine, *, suggested: Tied | None = None, merged: Merge | None = None) -> None:
    """Nobody knows it: suspense, and its case, which names the payout that it seems to be until that payout's window has closed.

    `merged`: the payouts that it seems to pay, where they are several.
    """
    source = {**holders(step.account), "amount_minor": line.amount_minor, "line": line.ref}
    txn = post_line(step, "BANK_TO_SUSPENSE@1", f"bank.to_suspense:{line.ref}", source, line.booked_date)
    code = "BANK_CREDIT_UNIDENTIFIED" if line.amount_minor > 0 else "BANK_DEBIT_UNIDENTIFIED"
    SuspenseItem.objects.create(
        line_kind="bank",
        line_id=line.pk,
        holder=step.account.public_id,
        bank_account=step.account,
        currency=line.currency,
        amount_minor=-line.amount_minor,
        reason_code="SETTLEMENT_SPLIT_OR_MERGED" if merged else "BANK_ENTRY_REVERSED" if line.is_reversal else code,
        placed_txn=txn,
        placed_at=step.now,
    )
    if merged:
        raise_merged(step, line, merged)
        return
    raise_unidentified(step, line, "BANK_ENTRY_REVERSED" if line.is_reversal else code, suggested=suggested)


def pair_part(step: BankRun, line: BankLine, locked: SettlementBatch, rule: str) -> Match:
    """The line is consumed by a payout that has begun to come, locked; what is left of it is told. Posts nothing."""
    part = Match.objects.filter(item_kind="batch", item_id=locked.pk).count()
    compared = {"narrative": line.narrative, "transfer": transfer_of(locked).reference, "batch": locked.number}
    match = match_line(
        step, line, rule=rule, item_kind="batch", compared=compared, batch=locked, difference_minor=line.amount_minor, item_part=part,
    )  # fmt: skip
    locked.paid_minor += line.amount_minor
    locked.updated_at = step.now
    locked.save(update_fields=["paid_minor", "updated_at"])
    tell_parts(step, locked)
    refresh_residuals(locked, now=step.now)
    return match


def pair(step: BankRun, line: BankLine, batch: SettlementBatch, rule: str, charge: int, *, is_part: bool = False) -> Match:
    """The line is consumed by a payout, which is paid; a difference is a case. Posts nothing."""
    rows = SettlementBatch.objects.select_for_update(of=("self",)).select_related("merchant_account__entity", "source_file")
    locked = rows.get(pk=batch.pk)
    difference = line.amount_minor + charge - locked.payout_minor
    compared = {"narrative": line.narrative, "transfer": transfer_of(locked).reference, "batch": locked.number}
    if rule.startswith(f"{BY_AMOUNT}@"):
        compared["payer_name"] = payer_of(locked)
    match = match_line(step, line, rule=rule, item_kind="batch", compared=compared, batch=locked, difference_minor=difference)
    locked.paid_minor = line.amount_minor
    move(locked, "pay", actor=ENGINE, now=step.now, event="bank.settlement_matched", extra_fields=["paid_minor"])
    if difference and not is_part:
        raise_amount_differs(step, line, locked, difference, transfer_of(locked).reference)
    resolve_identified(step, line, locked)
    refresh_residuals(locked, now=step.now)
    return match
