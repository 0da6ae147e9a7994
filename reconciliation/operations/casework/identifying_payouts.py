"""A bank line in suspense is a PSP's transfer because a person says so: of one payout, or of several that it pays together (R5, R6)."""

from typing import Any
from uuid import UUID

from ledger.errors import BadPublicId
from reconciliation.locks import lock_batches
from reconciliation.matching.subsets import MOST_PARTS
from reconciliation.models import BankLine, ExceptionCase, SettlementBatch
from reconciliation.models.files import BatchState
from reconciliation.operations.casework.items import OpenItem
from reconciliation.operations.casework.refusals import NothingToMove
from reconciliation.operations.casework.steps import Step, post_step


def bank_step(case: ExceptionCase, item: OpenItem, target: str) -> Step:
    """Suspense goes to what is on its way of the named payouts: ids with spaces or commas between; none named: those of the case.

    What the bank states as its charge explains the rest, if it does exactly; else the last payout bears the rest. Raises NothingToMove.
    """
    assert item.line is not None
    line = BankLine.objects.get(pk=item.line[1])
    named = _names(case, target)
    lock_batches(batch_id for name in named if (batch_id := _id_of(name)) is not None)  # before anything is posted, as a run does
    batches = sorted((_batch(case, item, name) for name in named), key=lambda batch: (batch.business_date, batch.number))
    total = sum(int(batch.payout_minor) for batch in batches)
    charge = int(line.charges_minor) if line.amount_minor + line.charges_minor == total else 0
    if len(batches) == 1:
        return _of_one(case, item, batches[0], charge)
    shares = _shares(batches, int(line.amount_minor) + charge)
    source = {**_source(case, item, charge), "parts": [[b.merchant_account.public_id, b.ref, minor] for b, minor in shares]}
    pairs = [
        {"item": batch.public_id, "minor": minor - (0 if place else charge), "difference_minor": minor - int(batch.payout_minor)}
        for place, (batch, minor) in enumerate(shares)
    ]
    return post_step("BANK_IDENTIFIED@2", source, line=item.line, pair={"item_kind": "batch", "parts": pairs})


def _of_one(case: ExceptionCase, item: OpenItem, batch: SettlementBatch, charge: int) -> Step:
    source = {**_source(case, item, charge), "to": ["in_transit", batch.merchant_account.public_id, batch.ref]}
    pair = {"item_kind": "batch", "item": batch.public_id, "expected_minor": int(batch.payout_minor) - charge}
    return post_step("BANK_IDENTIFIED@1", source, line=item.line, pair=pair)


def _source(case: ExceptionCase, item: OpenItem, charge: int) -> dict[str, Any]:
    return {
        "entity": case.entity.public_id, "bank_account": item.holder, "currency": item.asset, "amount_minor": item.open_minor,
        "charge_minor": charge, "line": item.ref,
    }  # fmt: skip


def _shares(batches: list[SettlementBatch], came_minor: int) -> list[tuple[SettlementBatch, int]]:
    """Each payout whole, the last what is left of the line. Raises NothingToMove where nothing would be left for it."""
    whole = [(batch, int(batch.payout_minor)) for batch in batches[:-1]]
    left = came_minor - sum(minor for _, minor in whole)
    if left == 0 or (left > 0) != (came_minor > 0):
        raise NothingToMove("The line is less than the payouts before the last come to: name fewer.")
    return [*whole, (batches[-1], left)]


def _names(case: ExceptionCase, target: str) -> list[str]:
    """The payouts that a person named, else those of the case. Raises NothingToMove."""
    names = list(dict.fromkeys(target.replace(",", " ").split()))
    if not names:
        linked = [link.target_id for link in case.links.all() if link.kind == "batch"]
        names = linked if len(linked) > 1 else []
    if not names:
        raise NothingToMove("Name the batch (sb_…) whose payout the bank line is, or several with spaces between.")
    if len(names) > MOST_PARTS:
        raise NothingToMove(f"A line pays at most {MOST_PARTS} payouts.")
    return names


def _id_of(name: str) -> UUID | None:
    try:
        return SettlementBatch.id_of(name)
    except BadPublicId:
        return None


def _batch(case: ExceptionCase, item: OpenItem, target: str) -> SettlementBatch:
    """The payout that a person named: posted, not shown by another line, of this account's currency and direction."""
    key = _id_of(target)
    batch = SettlementBatch.objects.select_related("merchant_account").filter(pk=key).first() if key is not None else None
    if batch is None:
        raise NothingToMove("Name the batch (sb_…) whose payout the bank line is.")
    is_ours = batch.merchant_account.entity_id == case.entity_id and batch.currency == item.asset and batch.state == BatchState.SETTLED
    if not is_ours or (batch.payout_minor > 0) != (item.open_minor < 0):
        raise NothingToMove(f"{batch} waits for no such bank line.")
    return batch
