"""Two connections pair the halves of a large batch: both stand, or nothing does (R5, R9)."""

from typing import Any
from uuid import UUID

import pytest

BUCKET, BATCH = 202603, UUID(int=7)
PAIR = """
INSERT INTO reconciliation_match (rule, line_kind, line_id, item_kind, item_id, item_part, batch_id, run_id, currency, line_minor,
                                  difference_minor, suggested, matched_at, undone_by_kind, undone_by_id, undone_reason)
SELECT 'sale.object@1', 'psp', l.id, 'capture', l.reference_id, 0, l.batch_id, l.batch_id, 'EUR', l.gross_minor, 0, false, now(), '', '', ''
  FROM reconciliation_psp_line l WHERE l.bucket = %(bucket)s"""


def store_lines(items: list[int]) -> None:
    """A line for each item, committed."""
    from django.db import transaction

    from reconciliation.bulk.text_rows import PSP_COLUMNS
    from reconciliation.operations.load.partitions import copy_lines, open_partition

    rows = [
        f"{BUCKET}\t{BATCH}\t{number}\tsale\tSettled\t\t\t\t\t\tpi\t{UUID(int=item)}\t\t\\N\tmc\tEUR\t100\tEUR\t100\t0\t0\t0\t0\t\\N\t"
        "2026-03-10T12:00:00+00:00\t2026-03-10\n"
        for number, item in enumerate(items, 2)
    ]
    with transaction.atomic():
        open_partition("reconciliation_psp_line", BUCKET)
        copy_lines("reconciliation_psp_line", BUCKET, PSP_COLUMNS, rows)


@pytest.mark.spec("R5")
def test_both_halves_are_paired_and_seen_by_all(committed_db: Any) -> None:
    from django.db import transaction

    from reconciliation.models import Match, PspLine
    from reconciliation.operations.run.shares import insert_in_shares

    store_lines([1, 2, 3, 4, 5, 6, 7])

    with transaction.atomic():
        assert insert_in_shares(PAIR, {"bucket": BUCKET}) == 7

    assert set(Match.objects.values_list("line_id", flat=True)) == set(PspLine.objects.values_list("id", flat=True))


@pytest.mark.spec("R5")
def test_halves_by_what_lines_and_items_share(committed_db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import transaction

    from reconciliation.models import Match, PspLine
    from reconciliation.operations.run import shares

    monkeypatch.setattr(shares, "SAMPLE", 100)
    store_lines([6, 2, 7, 1, 5, 3, 4])
    joined = PAIR.replace("WHERE", "JOIN reconciliation_psp_line i ON i.reference_id = l.reference_id WHERE")

    with transaction.atomic():
        (first, second), middle = shares._cut({"bucket": BUCKET}, ("reference_id", "reference_id"))
        assert (first, middle) == (" AND l.reference_id <= %(middle)s AND i.reference_id <= %(middle)s", UUID(int=4))
        assert second == first.replace("<=", ">")
        assert shares.insert_in_shares(joined, {"bucket": BUCKET}, ("reference_id", "reference_id")) == 7

    assert set(Match.objects.values_list("line_id", flat=True)) == set(PspLine.objects.values_list("id", flat=True))


@pytest.mark.spec("R5", "R9")
@pytest.mark.parametrize("items", [[1, 2, 1, 3], [1, 1, 2, 3], [1, 2, 3, 3]], ids=["in both halves", "in the first", "in the second"])
def test_an_item_that_two_lines_name_leaves_nothing_of_either_half(committed_db: Any, items: list[int]) -> None:
    from django.db import transaction

    from reconciliation.models import Match
    from reconciliation.operations.run.shares import NotInShares, insert_in_shares

    store_lines(items)

    with transaction.atomic(), pytest.raises(NotInShares):
        insert_in_shares(PAIR, {"bucket": BUCKET})

    assert not Match.objects.exists()
