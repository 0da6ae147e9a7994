"""What a person matched (R6): the line leaves suspense and is consumed by its item, under a rule of its own that no run repeats."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.actors import Actor
from ledger.ids import from_public
from ledger.transitions import move
from reconciliation.models import BankLine, ExceptionCase, Match, PspLine, ReconciliationRun, SettlementBatch, SuspenseItem
from reconciliation.models.matches import ITEM_PREFIXES
from reconciliation.operations.cases import ENGINE
from reconciliation.operations.casework.refusals import NothingToMove
from reconciliation.operations.run.bank_cases import raise_amount_differs, resolve_identified
from reconciliation.operations.run.context import BankRun
from reconciliation.operations.run.residuals import refresh_residuals

RULE = "person.named@1"


def take_from_suspense(line_kind: str, line_id: int, *, txn: str, now: datetime) -> None:
    """The line no longer waits: name the transaction that took it out."""
    for waiting in SuspenseItem.objects.select_for_update(of=("self",)).filter(line_kind=line_kind, line_id=line_id, cleared_at=None):
        waiting.cleared_txn, waiting.cleared_at = txn, now
        waiting.save(update_fields=["cleared_txn", "cleared_at"])


def pair_line(case: ExceptionCase, line_kind: str, line_id: int, pair: dict[str, Any], *, maker: Actor, now: datetime) -> Match:
    """Match the line with the item that two people named. pair: {item_kind, item, expected_minor}; item "" for one without a record.

    A bank line that pays several payouts has in place of item and expected_minor `parts` [{item, minor, difference_minor}].
    """
    if "parts" in pair:
        return [_pair_part(case, line_id, place, part, maker, now) for place, part in enumerate(pair["parts"])][0]
    line: Any = (PspLine if line_kind == "psp" else BankLine).objects.get(pk=line_id)
    is_psp = line_kind == "psp"
    minor = line.gross_minor if is_psp else line.amount_minor
    item_id = from_public(pair["item"], ITEM_PREFIXES[pair["item_kind"]]) if pair["item"] else None
    match = Match.objects.create(
        rule=RULE, line_kind=line_kind, line_id=line_id, item_kind=pair["item_kind"], item_id=item_id,
        batch_id=line.batch_id if is_psp else item_id, run=run_of(case), currency=line.gross_currency if is_psp else line.currency,
        line_minor=minor, difference_minor=minor - pair["expected_minor"], matched_at=now,
        compared={"case": case.public_id, "named_by": maker.id, "item": pair["item"]},
    )  # fmt: skip
    if item_id is not None and pair["item_kind"] == "batch":
        _pay_batch(case, line, match, item_id, now)
    return match


def _pair_part(case: ExceptionCase, line_id: int, place: int, part: dict[str, Any], maker: Actor, now: datetime) -> Match:
    line, batch_id = BankLine.objects.get(pk=line_id), from_public(part["item"], SettlementBatch.PREFIX)
    match = Match.objects.create(
        rule=RULE, line_kind="bank", line_id=line_id, line_part=place, item_kind="batch", item_id=batch_id, batch_id=batch_id,
        run=run_of(case), currency=line.currency, line_minor=part["minor"], difference_minor=part["difference_minor"], matched_at=now,
        compared={"case": case.public_id, "named_by": maker.id, "item": part["item"]},
    )  # fmt: skip
    _pay_batch(case, line, match, batch_id, now)
    return match


def run_of(case: ExceptionCase) -> ReconciliationRun:
    """The run that a match of this case belongs to: the one that raised it, else the account's latest. Raises NothingToMove."""
    account = case.merchant_account or case.bank_account
    latest = ReconciliationRun.objects.filter(account_code=account.code if account else "").order_by("-date").first()
    run = case.run or latest
    if run is None:
        raise NothingToMove("This account was never reconciled: run it first.")
    return run


def _pay_batch(case: ExceptionCase, line: BankLine, match: Match, batch_id: UUID, now: datetime) -> None:
    """The bank has shown the batch; what differs stays in transit, with its own case."""
    batches = SettlementBatch.objects.select_for_update(of=("self",)).select_related("merchant_account__entity", "source_file")
    batch = batches.get(pk=batch_id)
    batch.paid_minor = match.line_minor
    move(batch, "pay", actor=ENGINE, now=now, event="bank.settlement_matched", extra_fields=["paid_minor"])
    step = BankRun(match.run, line.bank_account, line.booked_date, now)
    if match.difference_minor:
        raise_amount_differs(step, line, batch, match.difference_minor, batch.transfer_reference)
    resolve_identified(step, line, batch, decided=case.pk)
    refresh_residuals(batch, now=now)
