"""Lines stream by: what a reader keeps does not grow with their number (R1)."""

import io
import tracemalloc
from collections.abc import Callable

import pytest

from config.settings.formats import REPORT_FORMATS
from reconciliation.formats import read
from tests.reconciliation.formats.opening import FILES

LINES = 1500
MOST_BYTES = 3 << 19  # kept lines would take about twice that


def bai2() -> str:
    lines = "".join(f"16,142,100,0,B{number},,PAYMENT NUMBER {number}/\n" for number in range(LINES))
    total = 100 * LINES
    head = f"01,A,B,260107,0600,1,,,2/\n02,B,A,1,260106,,EUR,2/\n03,123456,,010,0,,,015,{total},,/\n"
    return f"{head}{lines}49,{2 * total},{LINES + 2}/\n98,{2 * total},1,{LINES + 4}/\n99,{2 * total},1,{LINES + 6}/\n"


def csv_bank() -> str:
    rows = "".join(f"2026-01-06,PAYMENT NUMBER {number},1.00,EUR,{number}.00,DE1,B{number}\n" for number in range(1, LINES + 1))
    return f"Date,Description,Amount,Currency,Balance,Account,Reference\n{rows}"


def csv_psp() -> str:
    header = (FILES / "report.csv").read_text().splitlines()[0]
    rows = "".join(f"EU,7,Sale,psp_{n},cap_{n},pi_{n},2026-01-05T12:00:00Z,EUR,1.00,,,,,EUR,1.00,,visa,\n" for n in range(LINES))
    return f"{header}\n{rows}EU,7,Transfer,,,,2026-01-06T05:00:00Z,EUR,,,,,,EUR,-{LINES}.00,,,PAYOUT-7\n"


def adyen_accounting() -> str:
    header, first, *_ = (FILES / "payments_accounting_report.csv").read_text().splitlines()
    return "\n".join([header, *(first.replace("8825408195409505", str(10**15 + number)) for number in range(LINES))])


@pytest.mark.parametrize("written", [bai2, csv_bank, csv_psp, adyen_accounting])
@pytest.mark.spec("R1")
def test_a_file_of_many_lines_keeps_its_memory(written: Callable[[], str]) -> None:
    file = io.BytesIO(written().encode())
    reader = read(written.__name__, file, registry=REPORT_FORMATS)
    tracemalloc.start()
    count = sum(1 for _ in reader)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count in (LINES, LINES + 1) and reader.finish().accepted
    assert peak < MOST_BYTES
