"""What must hold between reports, statements and the books (L10, L17, R8); run by `ledger_prove` through settings.PROOF_CHECKS."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet, Sum

from ledger.models import Entry
from ledger.proofs import Check
from ledger.proofs.checks import Difference, check_of, check_sql
from ledger.proofs.merge import stream
from reconciliation.models import ReconciliationRun, RunState, SettlementBatch
from reconciliation.models.files import BatchState
from reconciliation.queries.residuals import differences

_BATCHES = 500  # looked at together
# What each posted batch took out of clearing, as its lines say: those with an item, which never stood in suspense. What is from before
# our time names no item, taken apart since or not (each asked by an index of its own).
_RELIEF = """
SELECT b.id, coalesce(r.minor, 0) FROM reconciliation_batch b
  LEFT JOIN (SELECT l.batch_id, sum(l.net_minor + l.commission_minor + l.markup_minor + l.scheme_minor + l.interchange_minor) AS minor
               FROM reconciliation_psp_line l
               JOIN reconciliation_batch b ON b.id = l.batch_id AND b.bucket = l.bucket AND b.currency = l.gross_currency
              WHERE b.state IN ('SETTLED', 'PAID') AND b.version = 1 AND l.kind IN ('sale', 'refund', 'payout', 'chargeback', 'reversal')
                AND NOT EXISTS (SELECT FROM reconciliation_suspense_item s
                                 WHERE s.line_kind = 'psp' AND s.line_id = l.id AND s.placed_txn = b.posted_txn)
                AND NOT EXISTS (SELECT FROM reconciliation_match m
                                 WHERE m.item_id IS NULL AND starts_with(m.item_kind, 'legacy_') AND m.line_kind = 'psp'
                                   AND m.line_id = l.id AND m.undone_at IS NULL)
                AND NOT EXISTS (SELECT FROM reconciliation_match m
                                 WHERE m.item_id IS NULL AND starts_with(m.item_kind, 'legacy_') AND m.line_kind = 'psp'
                                   AND m.line_id = l.id AND m.undone_at IS NOT NULL)
              GROUP BY l.batch_id) r ON r.batch_id = b.id
 WHERE b.state IN ('SETTLED', 'PAID') AND b.version = 1 ORDER BY b.id
"""
_SUSPENSE = """
SELECT holder, currency, sum(items) AS items, sum(books) AS books
  FROM (SELECT holder, currency, sum(amount_minor) AS items, 0 AS books
          FROM reconciliation_suspense_item WHERE cleared_at IS NULL GROUP BY 1, 2
        UNION ALL
        SELECT a.owner_ref, a.asset, 0, sum(e.amount_minor)
          FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id WHERE a.kind = 'suspense' GROUP BY 1, 2) both_sides
 GROUP BY 1, 2
"""
_BANK_LINES = """
SELECT l.id FROM reconciliation_bank_line l
  LEFT JOIN reconciliation_match m ON m.line_kind = 'bank' AND m.line_id = l.id AND m.undone_at IS NULL AND m.item_kind <> 'bank_duplicate'
  LEFT JOIN reconciliation_suspense_item s ON s.line_kind = 'bank' AND s.line_id = l.id
 WHERE m.id IS NOT NULL OR s.id IS NOT NULL
"""


def batches_relieved_their_items() -> Check:
    """Each posted batch took out of clearing exactly what its lines with an item say (R8)."""
    posted = SettlementBatch.objects.filter(state__in=(BatchState.SETTLED, BatchState.PAID), version=1)
    return check_of("batches_relieved_their_items", posted.count(), _relieved_otherwise(posted))


def _relieved_otherwise(posted: QuerySet[SettlementBatch]) -> Iterator[Difference]:
    """The database sums the lines batch by batch; batches and their entries are read some at a time."""
    rows = stream(_RELIEF)
    while chunk := dict(islice(rows, _BATCHES)):
        batches = posted.select_related("merchant_account").in_bulk(list(chunk))
        yield from _differing([(batches[batch_id], int(minor)) for batch_id, minor in chunk.items()])


def _differing(said: list[tuple[SettlementBatch, int]]) -> Iterator[Difference]:
    refs = [batch.ref for batch, _ in said]
    entries = Entry.objects.filter(ref__in=refs, account__kind="clearing", transaction__kind="BATCH_SETTLED")
    sums = {(ref, asset): -int(total) for ref, asset, total in entries.values_list("ref", "asset").annotate(Sum("amount_minor")).order_by()}
    for batch, minor in said:
        booked = sums.get((batch.ref, batch.currency), 0)
        if booked != minor:
            yield {"batch": batch.ref, "lines_minor": minor, "books_minor": booked}


def suspense_is_named() -> Check:
    """Every unit of suspense is a line that waits, by name (POSTINGS.md section 4)."""
    return check_sql(
        "suspense_is_named",
        examined=f"SELECT count(*) FROM ({_SUSPENSE}) s",
        differences=f"SELECT holder, currency, items::text, books::text FROM ({_SUSPENSE}) s WHERE items <> books",
    )


def bank_lines_are_booked() -> Check:
    """Each bank line that a run took in stands in `bank` with exactly its amount, once (R8)."""
    return check_sql(
        "bank_lines_are_booked",
        examined=f"SELECT count(*) FROM ({_BANK_LINES}) b",
        differences=f"""
SELECT 'bl:' || l.id AS line, l.amount_minor::text AS line_minor, e.total::text AS books_minor
  FROM reconciliation_bank_line l,
       LATERAL (SELECT coalesce(sum(e.amount_minor), 0) AS total FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
                 WHERE e.ref = 'bl:' || l.id AND a.kind = 'bank') e
 WHERE l.id IN ({_BANK_LINES}) AND e.total <> l.amount_minor""",
    )


def lines_are_consumed_once() -> Check:
    """No line and no item is used by two matches (R5): asked of the rows, beside the indexes that refuse it."""
    return check_sql(
        "lines_are_consumed_once",
        examined="SELECT count(*) FROM reconciliation_match WHERE undone_at IS NULL",
        differences="""
SELECT line_kind, line_id::text, count(*)::text AS matches FROM reconciliation_match
 WHERE undone_at IS NULL GROUP BY line_kind, line_id, line_part HAVING count(*) > 1
UNION ALL
SELECT 'bank', l.id::text, m.shares::text
  FROM (SELECT line_id, sum(line_minor) AS shares FROM reconciliation_match
         WHERE line_kind = 'bank' AND undone_at IS NULL GROUP BY 1 HAVING max(line_part) > 0) m
  JOIN reconciliation_bank_line l ON l.id = m.line_id AND l.amount_minor <> m.shares
UNION ALL
SELECT item_kind, item_id::text, count(*)::text FROM reconciliation_match
 WHERE undone_at IS NULL AND item_id IS NOT NULL GROUP BY item_kind, item_id, item_part HAVING count(*) > 1""",
    )


def residuals_are_of_the_proofs() -> Check:
    """What runs tell as residual is what is left of the three-way proofs of their batches, as the bank has shown them by now (R8)."""
    left: dict[tuple[UUID, date], Counter[str]] = defaultdict(Counter)
    for account_id, day, currency, minor in differences():
        left[account_id, day][currency] += minor
    runs = ReconciliationRun.objects.filter(state=RunState.DONE, merchant_account__isnull=False)
    return check_of("residuals_are_of_the_proofs", runs.count(), _told_otherwise(runs.order_by("date", "account_code"), left))


def _told_otherwise(runs: QuerySet[ReconciliationRun], left: dict[tuple[UUID, date], Counter[str]]) -> Iterator[Difference]:
    for run in runs.iterator():
        assert run.merchant_account_id is not None
        told = {row["currency"]: int(row["amount_minor"]) for row in run.residuals if row["amount_minor"]}
        proved = {currency: minor for currency, minor in left.get((run.merchant_account_id, run.date), Counter()).items() if minor}
        if told != proved:
            yield {"run": run.public_id, "told_minor": told, "proved_minor": proved}
