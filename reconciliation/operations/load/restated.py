"""Another file for a batch that is there already: compared line by line (R2, SETTLEMENT_REPORT_RESTATED)."""

from datetime import datetime
from typing import Any

from django.db import connection

from reconciliation.models import SettlementBatch
from reconciliation.operations.cases import auto_resolve_case, raise_case

_FIELDS = (
    "kind, type, merchant_reference, object_merchant_reference, psp_reference, object_reference, gross_currency, gross_minor, "
    "net_currency, net_minor, commission_minor, markup_minor, scheme_minor, interchange_minor"
)
_NEW_LINES = f"""
    SELECT count(*), coalesce(sum(net_minor), 0) FROM (
        SELECT {_FIELDS} FROM reconciliation_psp_line WHERE batch_id = %s
        EXCEPT ALL
        SELECT {_FIELDS} FROM reconciliation_psp_line WHERE batch_id = %s
    ) lines
"""


def compare_versions(batch: SettlementBatch, *, now: datetime) -> None:
    """Raise the case of a restated batch with what is new and what is gone; equal lines resolve it at once."""
    first = SettlementBatch.objects.get(
        merchant_account=batch.merchant_account, number=batch.number, currency=batch.currency, version=batch.version - 1
    )
    new, new_minor = _difference(batch, first)
    gone, gone_minor = _difference(first, batch)
    facts: dict[str, Any] = {
        "batch": batch.number,
        "version": batch.version,
        "new_lines": new,
        "new_net_minor": new_minor,
        "gone_lines": gone,
        "gone_net_minor": gone_minor,
    }
    case = raise_case(
        code="SETTLEMENT_REPORT_RESTATED",
        entity_id=batch.merchant_account.entity_id,
        business_date=batch.business_date,
        amount_minor=batch.payout_minor - first.payout_minor,
        currency=batch.currency,
        merchant_account=batch.merchant_account,
        dedupe_key=f"SETTLEMENT_REPORT_RESTATED:{batch.public_id}",
        facts=facts,
        links=[("batch", batch.public_id), ("batch", first.public_id), ("file", batch.source_file.public_id)],
        now=now,
    )
    if not new and not gone:
        auto_resolve_case(case, rule="restated_equal@1", text="Every line is equal to the first report's. Nothing is posted.", now=now)


def _difference(one: SettlementBatch, other: SettlementBatch) -> tuple[int, int]:
    """Number and net of the lines of `one` that `other` has not."""
    with connection.cursor() as cursor:
        cursor.execute(_NEW_LINES, [one.pk, other.pk])
        count, net = cursor.fetchone()
    return int(count), int(net)
