"""Rows of a CSV: quotes that open a cell, quotes that are only text, and files that never close one (R2)."""

import io
import time
from collections.abc import Callable

import pytest

from reconciliation.formats import FormatRefused
from reconciliation.formats.csv_rows import LONGEST, iter_blocks, iter_rows, split_block

Rows = list[tuple[int, list[str]]]


def rows_of(text: str) -> Rows:
    return [(number, cells) for number, _, cells in iter_rows(io.BytesIO(text.encode()))]


def rows_of_block(text: str) -> Rows:
    return [(number, cells) for number, _, cells in split_block(text.encode(), 0)]


BOTH = pytest.mark.parametrize("read", [rows_of, rows_of_block])


@BOTH
@pytest.mark.spec("R2")
def test_a_quote_inside_an_unquoted_cell_opens_nothing_and_no_row_is_lost(read: Callable[[str], Rows]) -> None:
    text = 'id,what,amount\n1,5" pipe,10\n2,6" pipe,20\n"3","two\nlines",30\n4,"7"" pipe",40\n'

    assert read(text) == [
        (1, ["id", "what", "amount"]),
        (2, ["1", '5" pipe', "10"]),
        (3, ["2", '6" pipe', "20"]),
        (4, ["3", "two\nlines", "30"]),
        (6, ["4", '7" pipe', "40"]),
    ]


@BOTH
@pytest.mark.parametrize("text", ['"a\nb",6" x,20\nc,7" y,30\n', '"1","a"b",10\n"2","c"d",20\n', 'a,"b\nc,d\n'])
@pytest.mark.spec("R2")
def test_quotes_that_could_hide_a_row_refuse_the_file_at_their_place(read: Callable[[str], Rows], text: str) -> None:
    with pytest.raises(FormatRefused) as refusal:
        read(f"id,what,amount\n{text}")

    assert (refusal.value.error.code, refusal.value.error.line) == ("structure", 2)


@pytest.mark.spec("R2")
def test_a_cell_of_two_million_empty_lines_takes_a_second_not_hours() -> None:
    content = b'id\n"' + b"\n" * (2 * LONGEST)
    began = time.process_time()

    with pytest.raises(FormatRefused, match="never ends"):
        list(iter_rows(io.BytesIO(content)))
    blocks = list(iter_blocks(io.BytesIO(content), 1 << 15))

    assert sum(len(block) for _, block in blocks) == len(content)
    assert time.process_time() - began < 20  # with the lines squared it is an hour
