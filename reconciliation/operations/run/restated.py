"""A restated report of a batch that is posted: what differs from the report before is posted, and nothing twice (POSTINGS.md 3.5, R2).

Lines that are new wait in suspense, and find their items as any line that waits there. Lines that are gone leave suspense, or clearing,
where their item is open again: the match is taken apart. What can't be followed so stays for people: the report stays held, and its case
says why.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from django.db import transaction

from ledger.operations import Posting, lines_of, post
from ledger.transitions import move
from reconciliation.locks import lock_batches, lock_cases, lock_matches, lock_suspense
from reconciliation.matching.facts import LineFacts
from reconciliation.models import ExceptionCase, Match, SettlementBatch, SuspenseItem
from reconciliation.models.cases import LIVE_STATES
from reconciliation.models.files import BatchState
from reconciliation.operations.cases import ENGINE, add_entry
from reconciliation.operations.casework.items import RECORDS
from reconciliation.operations.casework.pairing import RULE as NAMED
from reconciliation.operations.run.context import MerchantRun
from reconciliation.operations.run.disputes import is_dispute_line
from reconciliation.operations.run.identify import resolve_line_cases
from reconciliation.operations.run.settle import place_in_suspense, suspense_ref
from reconciliation.operations.unmatching import undo
from reconciliation.queries.batch_sums import Sums, read_sums
from reconciliation.queries.unpaired import lines_without_equal

RULE = "BATCH_RESTATED@1"
_POSTED = (BatchState.SETTLED, BatchState.PAID)
_RESTATED = "the report was restated without this line"


class ForPeople(Exception):
    """What differs can't be followed by the engine; the message says what it is."""


def post_restated(step: MerchantRun) -> list[SettlementBatch]:
    """Post the difference of every restated report of the account whose batch is posted, in the order in which they came; gives these."""
    held = SettlementBatch.objects.filter(merchant_account=step.account, state=BatchState.HELD, version__gt=1)
    rows = held.select_related("merchant_account__entity", "source_file").order_by("business_date", "number", "currency", "version")
    pairs = ((batch, _before(batch)) for batch in rows)
    return [batch for batch, before in pairs if before.state in _POSTED and _post_difference(step, batch, before)]


def _before(batch: SettlementBatch) -> SettlementBatch:
    same = {"merchant_account": batch.merchant_account, "number": batch.number, "currency": batch.currency}
    return SettlementBatch.objects.select_related("merchant_account__entity", "source_file").get(**same, version=batch.version - 1)


def _post_difference(step: MerchantRun, batch: SettlementBatch, before: SettlementBatch) -> bool:
    came, gone = lines_without_equal(batch, before), lines_without_equal(before, batch)
    try:
        with transaction.atomic():
            lock_cases(("psp_line", str(line.id)) for line in gone)
            matches = {line.id: lock_matches("psp", line.id) for line in gone}
            waiting = {line.id: lock_suspense("psp", line.id) for line in gone}
            batch = lock_batches([before.pk, batch.pk])[batch.pk]
            paired = [line for line in gone if _is_paired(line, matches[line.id], waiting[line.id])]
            sums, source = _source(batch, before, came, gone, paired)
            txn = _post(step, batch, source) if lines_of(RULE, source) else ""
            place_in_suspense(step, came, {line.id: "PSP_LINE_UNKNOWN_REFERENCE" for line in came}, txn)
            _take_out(step, gone, matches, txn)
            _settle(step, batch, sums, txn)
            _tell(batch, _done(came, gone, source), {"txn": txn} if txn else {}, step.now)
    except ForPeople as reason:
        _tell(batch, f"Nothing of it is posted: {reason}", {}, step.now)
        return False
    return True


def _is_paired(line: LineFacts, matches: Sequence[Match], item: SuspenseItem | None) -> bool:
    """Whether the value of a line that is gone was taken from its item with the batch; False: it waits in suspense. Raises ForPeople."""
    if matches and item is None and all(match.item_kind in RECORDS and match.rule != NAMED for match in matches):
        return True
    if not matches and item is not None and item.cleared_at is None:
        return False
    raise ForPeople(f"line {line.line_number} is gone, and its money was moved since, or is of no item of ours.")


def _source(
    batch: SettlementBatch, before: SettlementBatch, came: Sequence[LineFacts], gone: Sequence[LineFacts], paired: Sequence[LineFacts]
) -> tuple[Sums, dict[str, Any]]:
    """What BATCH_RESTATED reads: as BATCH_SETTLED@1, the difference; `paired`: those of `gone` that have an item. Raises ForPeople."""
    new, old = read_sums(batch, []), read_sums(before, [])
    if (new.carried_minor, new.bounced_minor) != (old.carried_minor, old.bounced_minor):
        raise ForPeople("what was carried to another batch, or came back, differs.")
    if (new.withheld_minor, new.released_minor) != (old.withheld_minor, old.released_minor):
        raise ForPeople("what is held in reserve differs.")
    if any(is_dispute_line(line) or line.kind == "fx" or line.gross_currency != line.net_currency for line in (*came, *gone)):
        raise ForPeople("lines of disputes, of conversions or in another currency differ.")
    back = {line.id for line in paired}
    fees = {kind: new.fees.get(kind, 0) - old.fees.get(kind, 0) for kind in sorted({*new.fees, *old.fees})}
    source = {
        "merchant_account": batch.merchant_account.public_id,
        "entity": batch.merchant_account.entity.public_id,
        "currency": batch.currency,
        "batch": batch.ref,
        "carry": "",
        "version": batch.version,
        "payout_minor": new.payout_minor - old.payout_minor,
        "carried_minor": 0,
        "bounced": [],
        "items_minor": _back(paired),
        "foreign": [],
        "fees_minor": {kind: minor for kind, minor in fees.items() if minor},
        "reserve": {"withheld": 0, "released": 0},
        "suspense": [
            *([suspense_ref(line.id), line.value_minor] for line in came),
            *([suspense_ref(line.id), -line.value_minor] for line in gone if line.id not in back),
        ],
    }
    if sum(line.amount_minor for line in lines_of(RULE, source)):
        raise ForPeople("its lines and the payout differ by another amount than those of the report before.")
    return new, source


def _back(paired: Sequence[LineFacts]) -> dict[str, int]:
    """What goes back to clearing, by kind of line; nothing is netted between kinds."""
    back: Counter[str] = Counter()
    for line in paired:
        back[line.kind] -= line.value_minor
    return dict(sorted(back.items()))


def _post(step: MerchantRun, batch: SettlementBatch, source: dict[str, Any]) -> str:
    posting = Posting(
        rule=RULE, key=f"batch.restated:{batch.ref}:{batch.version}", entity_id=batch.merchant_account.entity_id, source=source,
        occurred_at=datetime.combine(batch.business_date, time(12), tzinfo=UTC), business_date=batch.business_date,
        payload_sha256=batch.source_file.sha256,
    )  # fmt: skip
    return post(posting, actor=ENGINE, now=step.now).public_id


def _take_out(step: MerchantRun, gone: Sequence[LineFacts], matches: dict[int, list[Match]], txn: str) -> None:
    """The lines leave their items, or suspense, by the posting of the difference."""
    for match in (match for of_line in matches.values() for match in of_line):
        undo(match, _RESTATED, ENGINE, step.now)
    rows = SuspenseItem.objects.filter(line_kind="psp", line_id__in=[line.id for line in gone])
    rows.update(cleared_txn=txn, cleared_at=step.now)
    for line in gone:
        resolve_line_cases(line.id, text="The report was restated without this line.", step=step)


def _settle(step: MerchantRun, batch: SettlementBatch, sums: Sums, txn: str) -> None:
    move(batch, "release", actor=ENGINE, now=step.now, event="batch.released")
    batch.totals, batch.posted_txn, batch.settled_at = sums.totals, txn, step.now
    move(batch, "settle", actor=ENGINE, now=step.now, event="batch.settled", extra_fields=["totals", "posted_txn", "settled_at"])


def _done(came: Sequence[LineFacts], gone: Sequence[LineFacts], source: dict[str, Any]) -> str:
    if not lines_of(RULE, source):
        return "No amount differs: nothing is posted."
    return f"The difference is posted: {len(came)} new and {len(gone)} gone, the fees and the payout as the report states them now."


def _tell(batch: SettlementBatch, text: str, data: dict[str, Any], now: datetime) -> None:
    """On the case of the report, once."""
    key = f"SETTLEMENT_REPORT_RESTATED:{batch.public_id}"
    case = ExceptionCase.objects.filter(dedupe_key=key, state__in=LIVE_STATES).first()
    if case is not None and not case.entries.filter(kind="evidence", text=text).exists():
        add_entry(case, kind="evidence", text=text, data=data, actor=ENGINE, now=now)
