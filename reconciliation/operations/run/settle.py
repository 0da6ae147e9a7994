"""A batch posts whole: every line, with an item or without (POSTINGS.md 3.5)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

from django.db import transaction

from ledger.operations import Posting, lines_of, post
from ledger.transitions import move
from reconciliation.matching.facts import LineFacts
from reconciliation.models import SettlementBatch, SuspenseItem
from reconciliation.models.files import BatchState
from reconciliation.operations.cases import ENGINE
from reconciliation.operations.run.context import MerchantRun
from reconciliation.operations.run.own_places import Own, with_own
from reconciliation.queries.batch_sums import Sums, read_sums
from reconciliation.queries.bounced import bounced_minor, bounced_refs
from reconciliation.queries.conversions import list_conversions
from reconciliation.queries.rates import list_rates


def settle_batch(
    step: MerchantRun, batch: SettlementBatch, codes: Mapping[int, str], waiting: list[LineFacts], own: Own | None = None
) -> bool:
    """Post a batch that is loaded and not held, whole; False where it was posted before.

    `waiting`: its lines without an item, `codes` the reason code of each; their value waits in suspense, line by line. `own`: parts of
    its fees and conversions that have a place of their own.
    """
    with transaction.atomic():
        locked = SettlementBatch.objects.select_for_update(of=("self",)).select_related("merchant_account__entity").get(pk=batch.pk)
        if locked.state != BatchState.LOADED:
            return False
        sums = read_sums(locked, [line.id for line in waiting])
        source = with_own(source_of(locked, sums, waiting), own or Own())
        txn = _post(step, locked, source) if lines_of(rule_of(source), source) else ""  # a batch of nothing posts nothing
        place_in_suspense(step, waiting, codes, txn)
        locked.totals, locked.posted_txn, locked.settled_at = sums.totals, txn, step.now
        fields = ["totals", "posted_txn", "settled_at"]
        move(locked, "settle", actor=ENGINE, now=step.now, event="batch.settled", extra_fields=fields)
    return True


def _post(step: MerchantRun, batch: SettlementBatch, source: dict[str, Any]) -> str:
    """Post the batch into its own day, or the open one if that is closed; gives the transaction's id."""
    posting = Posting(
        rule=rule_of(source),
        key=f"batch.settled:{batch.ref}",
        entity_id=batch.merchant_account.entity_id,
        source=source,
        occurred_at=datetime.combine(batch.business_date, time(12), tzinfo=UTC),
        business_date=batch.business_date,
        payload_sha256=batch.source_file.sha256,
    )
    return post(posting, actor=ENGINE, now=step.now).public_id


def source_of(batch: SettlementBatch, sums: Sums, waiting: list[LineFacts]) -> dict[str, Any]:
    """What BATCH_SETTLED reads: version 2, with the rates, where items were charged in other currencies (L15)."""
    account = batch.merchant_account
    converted: dict[str, Any] = {}
    legs = {"conversions": list_conversions(batch)} if sums.lines["converted"] else {}
    before = {"legacy_minor": sums.legacy_minor} if sums.lines["legacy"] else {}
    if sums.foreign:
        rates = list_rates(batch, [line.id for line in waiting])
        # A report whose lines do not make up its transfer is refused as a whole, so nothing is left to round here.
        converted = {"rates": rates, "rounding_minor": 0, "rounding_cap_minor": 0}
    return {
        **converted,
        **legs,
        **before,
        "entity": account.entity.public_id,
        "merchant_account": account.public_id,
        "currency": batch.currency,
        "batch": batch.ref,
        "carry": f"carry:{account.public_id}:{batch.currency}",
        "payout_minor": sums.payout_minor,
        "carried_minor": sums.carried_minor,
        "bounced": [[ref, bounced_minor(line)] for line, ref in bounced_refs(batch)] if sums.lines["bounced"] else [],
        "items_minor": {kind: minor for kind, minor in sorted(sums.items.items()) if minor},
        "foreign": [[currency, gross, base] for currency, (gross, base) in sorted(sums.foreign.items())],
        "fees_minor": {kind: minor for kind, minor in sorted(sums.fees.items()) if minor},
        "reserve": {"withheld": sums.withheld_minor, "released": sums.released_minor},
        "suspense": [[suspense_ref(line.id), line.value_minor] for line in waiting if line.value_minor],
    }


def rule_of(source: Mapping[str, Any]) -> str:
    """The version of BATCH_SETTLED that a source is made for."""
    if "legacy_minor" in source:
        return "BATCH_SETTLED@5"
    if "conversions" in source:
        return "BATCH_SETTLED@4"
    if "rounded" in source:
        return "BATCH_SETTLED@3"
    return "BATCH_SETTLED@2" if "rates" in source else "BATCH_SETTLED@1"


def suspense_ref(line_id: int) -> str:
    """What the suspense entry of a report's line names; as SuspenseItem.ref."""
    return f"line:psp:{line_id}"


def place_in_suspense(step: MerchantRun, waiting: Sequence[LineFacts], codes: Mapping[int, str], txn: str) -> None:
    """The value of each line waits there, by name, since the posting `txn`."""
    SuspenseItem.objects.bulk_create(
        [
            SuspenseItem(
                line_kind="psp",
                line_id=line.id,
                holder=step.account.public_id,
                merchant_account=step.account,
                currency=line.net_currency,
                amount_minor=-line.value_minor,
                reason_code=codes.get(line.id, "UNKNOWN_LINE_TYPE"),
                placed_txn=txn,
                placed_at=step.now,
            )
            for line in waiting
            if line.value_minor
        ]
    )
