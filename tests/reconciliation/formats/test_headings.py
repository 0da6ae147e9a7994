"""The headings of a CSV: of one that no map reads yet, and of a report that a spreadsheet saved anew (R1)."""

import io

import pytest

from reconciliation.formats.headings import MOST_WORDS, read_headings, read_words
from tests.reconciliation.formats.opening import FILES, refusal_of

pytestmark = pytest.mark.spec("R1")


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("Tag;Betrag;Text\n20.11.2026;40,00;Miete, Haus\n", ["Tag", "Betrag", "Text"]),
        ("Konto 123\nVon 1.1.\n\nDate,Amount,Payee name\n2026-11-20,4.00,Ann\n", ["Date", "Amount", "Payee name"]),
        ("Type\tReference 2\tNet\nSale\tpi_1\t4\n", ["Type", "Reference 2", "Net"]),
        ("1;2;3\n4;5;6\n", []),
        ("", []),
        ("one\ntwo\n", []),
        ('"Day, booked","Sum"\n"1","2"\n', ["Day, booked", "Sum"]),
        ("Day|4111 1111 1111 1111 abcdefghijklmnopqrst|Sum\n1|2|3\n", ["Day", "Sum"]),
    ],
)
def test_the_header_row_is_found_whatever_stands_before_it(text: str, headings: list[str]) -> None:
    assert read_headings(io.BytesIO(text.encode())) == headings


def test_another_encoding_is_found() -> None:
    assert read_headings(io.BytesIO("Währung;Betrag\nEUR;1\n".encode("cp1252"))) == ["Währung", "Betrag"]


def test_words_are_of_one_column_each_once_and_never_a_long_list() -> None:
    rows = "".join(f"{kind};{number}\n" for number, kind in enumerate(["Sale", "Refund", "Sale", ""]))
    file = io.BytesIO(f"Kind;Name\n{rows}".encode())

    assert (read_words(file, "kind"), file.tell()) == (["Sale", "Refund"], 0)
    assert read_words(file, "Missing") == []
    many = "".join(f"word {number}\t1\n" for number in range(MOST_WORDS + 1))
    assert read_words(io.BytesIO(f"Kind\tName\n{many}".encode()), "Kind") == []


@pytest.mark.parametrize("mark", [";", "\t"])
@pytest.mark.parametrize(
    ("source", "name"),
    [("adyen_sdr", "settlement_detail_report_batch_38.csv"), ("stripe_payout", "stripe_payout.csv"),
     ("adyen_accounting", "payments_accounting_report.csv"), ("checkout_payouts", "payouts_ent_a_20260106.csv")],
)  # fmt: skip
def test_a_report_that_a_spreadsheet_saved_with_other_marks_says_so(source: str, name: str, mark: str) -> None:
    saved = (FILES / name).read_bytes().replace(b",", mark.encode())

    error = refusal_of(source, saved)

    assert (error.code, error.line) == ("header", 1)
    assert error.message.endswith("there are no commas between its columns: was the file saved by a spreadsheet?")
