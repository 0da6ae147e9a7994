"""What rows say of items against what the books say under their references: both sides stream, neither is held (L10)."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Collate

from ledger.models import Entry
from ledger.proofs.checks import Check
from ledger.proofs.merge import Sums, check_sums

Amounts = Iterable[tuple[str, int]]  # (reference, minor units), in the order of the references' bytes; a reference may come again


def check_items(name: str, *, expected: Amounts, booked: Amounts) -> Check:
    """A check that both streams say the same of each reference; missing on one side is zero. `examined` counts references."""
    return check_sums(name, booked=_added(booked), expected=_added(expected), named=lambda key: {"item": key[0]})


def booked_by_ref(entries: QuerySet[Entry]) -> Iterator[tuple[str, int]]:
    """The sum of these entries by what they clear against, in the order of bytes; sums of zero are left out."""
    rows = entries.annotate(key=Collate(F("ref"), "C")).values_list("key").annotate(total=Sum("amount_minor")).order_by("key")
    return ((ref, int(total)) for ref, total in rows.iterator() if total)


def _added(amounts: Amounts) -> Sums:
    for ref, rows in groupby(amounts, key=itemgetter(0)):
        yield (ref,), sum(minor for _, minor in rows)
