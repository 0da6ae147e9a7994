"""A settlement report read by blocks gives the lines, sums and refusals of the same report read row by row (R2, R3)."""

import io
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.formats import FormatRefused, PspLine, ReadResult
from reconciliation.formats.adyen_sdr import AdyenSdrReader
from reconciliation.formats.columns import PspColumns
from tests.reconciliation.formats.adyen_rows import payout, report, row, sale
from tests.reconciliation.formats.mutating import mutated_copies
from tests.reconciliation.formats.samples import originals

Stored = list[tuple[object, ...]]
CARD = "4111 1111 1111 1111"
OTHERS = (
    row(type="Refunded", gross_debit="3", net_debit="3"),
    row(type="DepositCorrection", net_debit="100", gross_currency=""),
    row(type="Fee", reference="", modification="", gross_currency="", net_debit="1.5"),
    row(type="SomethingNew", net_credit="1", gross_currency=""),
    row(gross_currency="SEK", gross_credit="110", net_credit="9.8", commission="0.2", rate="0.0909"),
    sale(batch="39"),
    sale(zone="CEST", created="2026-07-05 13:14:15"),
    sale(zone="Europe/Malta", reference="WEB-1"),
    sale(account="SANDBOX_UK"),
    sale(net_currency="USD", gross_currency="USD", commission="", net_credit="10"),
    sale(gross_credit="1e1"),
    sale(net_credit="9.7"),
    sale(gross_debit="3", net_debit="3"),
    sale(net_credit="9.801"),
    sale(gross_currency="XXQ"),
    sale(batch="３８"),
    sale(batch=""),
    sale(batch="x"),
    sale(account=""),
    sale(net_currency=""),
    sale(net_currency="", gross_currency="", gross_credit="", net_credit="", commission=""),
    sale(created="05/01/2026 13:14"),
    sale(zone="Mars"),
    sale(type=" "),
    sale(rate="x"),
    sale(psp="8.82541E+15"),
    sale(reference=CARD),
    sale() | {"Reserved4": CARD},
    sale() | {"Reserved4": "a plain word"},
    sale(psp=CARD),
    sale(modification='say "so"'),
    sale(modification="two\nlines"),
    sale(modification="back\\slash\ttab"),
    sale(modification="ü"),
    payout("9.8"),
)


def by_rows(content: bytes) -> tuple[Stored, ReadResult] | None:
    """What is stored of each line, and what the file comes to; None where it is refused."""
    reader = AdyenSdrReader(io.BytesIO(content), account=("SANDBOX_EU",))
    try:
        return [stored(line) for line in reader], reader.finish()
    except FormatRefused:
        return None


def by_blocks(content: bytes, size: int) -> tuple[Stored, ReadResult] | None:
    reader = AdyenSdrReader(io.BytesIO(content), account=("SANDBOX_EU",))
    lines: Stored = []
    try:
        for part in reader.parts(size=size):
            lines += zip(*part, strict=True) if isinstance(part, PspColumns) else map(stored, part)
        return lines, reader.finish()
    except FormatRefused:
        return None


def stored(line: PspLine) -> tuple[object, ...]:
    return tuple(getattr(line, name) for name in PspColumns._fields)


def plain_lines(content: bytes, size: int) -> int:
    parts = AdyenSdrReader(io.BytesIO(content)).parts(size=size)
    return sum(len(part.line_number) if isinstance(part, PspColumns) else 0 * len(list(part)) for part in parts)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.spec("R3")
def test_plain_rows_are_read_by_columns_the_others_one_by_one(line_end: str) -> None:
    content = report(*[sale()] * 300, payout("2940")).replace("\n", line_end).encode()

    read = by_rows(content)

    assert read is not None and read[1].accepted
    assert by_blocks(content, 4096) == read
    assert 250 < plain_lines(content, 4096) < 300


@pytest.mark.parametrize("place", range(len(OTHERS)))
@pytest.mark.spec("R2", "R3")
def test_a_row_of_each_sort_among_plain_ones(place: int) -> None:
    content = report(sale(), sale(), sale(), OTHERS[place], sale(), sale()).encode()

    assert by_blocks(content, 1 << 16) == by_blocks(content, 1) == by_rows(content)


@pytest.mark.spec("R2", "R3")
@settings(max_examples=200, deadline=None)
@given(rows=st.lists(st.sampled_from([sale(), *OTHERS[:10], *OTHERS[-8:]]), min_size=1, max_size=30), size=st.integers(1, 4000))
def test_any_rows_in_blocks_of_any_size(rows: list[dict[str, str]], size: int) -> None:
    content = report(*rows).encode()

    assert by_blocks(content, size) == by_rows(content)


@pytest.mark.spec("R2")
def test_damaged_copies_come_to_the_same_or_are_refused_by_both(shared_data: Path) -> None:
    dice = random.Random(7)
    samples = originals("adyen_sdr", shared_data) | {"plain": report(*[sale()] * 40, payout("392")).encode()}
    refused = 0
    for story, content in mutated_copies(samples, count=400, seed=941):
        whole = by_rows(content)
        assert by_blocks(content, dice.choice((1, 500, 1 << 16))) == whole, story
        refused += whole is None

    assert 0 < refused < 400


@pytest.mark.spec("R2")
def test_a_row_without_end_is_refused_by_blocks_too() -> None:
    content = report(sale()).encode() + b"a" * (3 << 20) + b"\n"

    assert by_blocks(content, 1 << 16) is by_rows(content) is None
