"""Statements as CSV: every way in which banks write an amount's direction, and the balances that prove a file."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reconciliation.formats import FormatRefused, read
from reconciliation.formats.column_map import BadMap, ColumnMap
from reconciliation.formats.values import BankLine, ReadError, ReadResult
from tests.reconciliation.formats.opening import FILES, REPORT_FORMATS, inspected, open_text, refusal_of

OWN = (FILES / "statement.csv").read_text()
COLUMNS: dict[str, Any] = {"booking_date": "Day", "narrative": ["Text", "More"], "currency": "Ccy", "balance": "Balance"}


def by_map(text: str | bytes, **layout: Any) -> tuple[list[BankLine], ReadResult]:
    """What a text gives by a layout over COLUMNS."""
    import io

    columns = {**COLUMNS, **layout.pop("columns", {"amount": "Amount"})}
    column_map = ColumnMap.of({"dates": "%Y-%m-%d", **layout, "columns": columns}, name="test", source="csv_bank")
    content = text.encode() if isinstance(text, str) else text
    reader = read("csv_bank", io.BytesIO(content), registry=REPORT_FORMATS, account=["DE1"], maps=[column_map])
    return list(reader), reader.finish()  # type: ignore[arg-type]


def refused(text: str | bytes, **layout: Any) -> ReadError:
    with pytest.raises(FormatRefused) as refusal:
        by_map(text, **layout)
    return refusal.value.error


@pytest.mark.spec("R1", "R2", "R3")
def test_our_own_statement_by_the_map_that_comes_with_the_product() -> None:
    opened = open_text("csv_bank", OWN, account=["DE02 1203 0000 0000 2020 51"])

    assert opened.result.accepted
    (statement,) = opened.result.statements
    assert (statement.opening_minor, statement.closing_minor, statement.lines) == (100000, 220000, 3)
    assert (statement.opening_date, statement.closing_date) == (date(2026, 1, 6), date(2026, 1, 7))
    payout = opened.lines[0]
    assert (payout.amount_minor, payout.kind, payout.bank_reference, payout.line_number) == (123450, "credit", "B1", 2)
    assert (payout.payout_references, payout.raw) == (("TX635094301XT",), OWN.splitlines()[1])


@pytest.mark.parametrize(
    ("name", "lines", "opening", "closing", "amounts"),
    [("sample_statement", 2, 250000, 380000, [250000, -120000]), ("sample_split_amounts", 2, 100000, 205025, [125050, -20025])],
)
@pytest.mark.spec("R1", "L4")
def test_files_of_another_library(shared_data: Path, name: str, lines: int, opening: int, closing: int, amounts: list[int]) -> None:
    path = shared_data / f"bank/csv/{name}.csv"
    found = inspected("csv_bank", path)

    assert found["accepted"] and found["lines"] == lines
    assert [(s["opening_minor"], s["closing_minor"]) for s in found["statements"]] == [(opening, closing)]
    assert [line.amount_minor for line in open_text("csv_bank", path.read_bytes()).lines] == amounts


@pytest.mark.spec("R2")
def test_newest_first_is_read_the_other_way_round() -> None:
    header, *rows = OWN.splitlines()
    result = open_text("csv_bank", "\n".join([header, *reversed(rows)])).result

    assert result.accepted
    assert (result.statements[0].opening_minor, result.statements[0].closing_minor) == (100000, 220000)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.spec("R2")
def test_the_days_say_in_which_order_an_account_is_that_is_swept_to_zero(newest_first: bool) -> None:
    """Every balance fits both ways: 100 came and went, each day."""
    rows = [f"2026-01-0{day},A,B,EUR,{amount},{balance}" for day in (6, 7) for amount, balance in (("100", "100"), ("-100", "0"))]
    _, result = by_map("\n".join(["Day,Text,More,Ccy,Amount,Balance", *(reversed(rows) if newest_first else rows)]))

    assert result.accepted
    assert (result.statements[0].opening_minor, result.statements[0].closing_minor) == (0, 0)


@pytest.mark.parametrize(
    ("old", "new", "failed"),
    [
        ("-33.00", "-33.01", {"sequence", "opening_closing"}),
        ("2233.00", "2233.01", {"sequence"}),
        ("2200.00", "", set()),
        ("2233.00", "", set()),
    ],
)
@pytest.mark.spec("R2")
def test_each_balance_follows_from_the_one_before(old: str, new: str, failed: set[str]) -> None:
    result = open_text("csv_bank", OWN.replace(old, new, 1)).result

    assert {check.name for check in result.checks if not check.ok} == failed or failed == {"sequence", "opening_closing"}
    assert result.accepted is not bool(failed)


@pytest.mark.spec("R2")
def test_without_balances_a_file_is_readable_and_not_accepted() -> None:
    lines, result = by_map("Day,Text,More,Ccy,Amount,Balance\n2026-01-06,A,B,EUR,1,\n")

    assert (lines[0].narrative, lines[0].amount_minor) == ("A B", 100)
    assert not result.accepted and "no opening and closing" in result.checks[-1].where


@pytest.mark.parametrize(
    ("written", "dates"),
    [
        ("03 März 2026", "%d %b %Y"),
        ("3. Mrz. 2026", "%d. %b %Y"),
        ("3.Mär.2026", "%d.%b.%Y"),
        ("03-MAR-2026", "%d-%b-%Y"),
        ("3 mars 2026", "%d %b %Y"),
        ("03 maart 26", "%d %b %y"),
        ("3 Marzo 2026", "%d %b %Y"),
    ],
)
@pytest.mark.spec("R1", "R3")
def test_months_by_their_names_in_the_bank_s_language(written: str, dates: str) -> None:
    lines, result = by_map(f"Day,Text,More,Ccy,Amount,Balance\n{written},A,B,EUR,1,1\n", dates=dates)

    assert result.accepted and lines[0].booking_date == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("written", "month"),
    [("MAI", 5), ("maj", 5), ("août", 8), ("okt", 10), ("Dez", 12), ("déc.", 12), ("juin", 6), ("juil.", 7), ("mei", 5)],
)
@pytest.mark.spec("R3")
def test_other_months(written: str, month: int) -> None:
    lines, _ = by_map(f"Day,Text,More,Ccy,Amount,Balance\n31 {written} 2026,A,B,EUR,1,1\n".replace("31 juin", "30 juin"), dates="%d %b %Y")

    assert lines[0].booking_date.month == month


@pytest.mark.parametrize("written", ["03 lipca 2026", "03 jui 2026", "03 ma 2026", "03 März. 2026."])
@pytest.mark.spec("R2")
def test_a_month_that_nobody_reads_here_says_what_to_ask_for(written: str) -> None:
    error = refused(f"Day,Text,More,Ccy,Amount,Balance\n{written},A,B,EUR,1,1\n", dates="%d %b %Y")

    assert (error.code, error.line, error.column) == ("date", 2, 1) and "days exported in digits" in error.message


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("£10.00", "GBP", 1000),
        ("-£10.00", "GBP", -1000),
        ("£-10.00", "GBP", -1000),
        ("(£10.00)", "GBP", -1000),
        ("10.00 €", "EUR", 1000),
        ("€ 10.00-", "EUR", -1000),
        ("$1.50", "USD", 150),
        ("-US$1.50", "USD", -150),
        ("kr 10", "SEK", 1000),
        ("10.50 kr.", "DKK", 1050),
    ],
)
@pytest.mark.spec("R3", "L4")
def test_amounts_with_the_sign_of_their_currency(written: str, currency: str, minor: int) -> None:
    lines, _ = by_map(f"Day,Text,More,Ccy,Amount,Balance\n2026-01-06,A,B,{currency},{written},\n")

    assert lines[0].amount_minor == minor


@pytest.mark.parametrize("written", ["$10.00", "£10.00", "€€10.00", "10.00 kr"])
@pytest.mark.spec("R2")
def test_the_sign_of_another_currency_is_refused(written: str) -> None:
    assert refused(f"Day,Text,More,Ccy,Amount,Balance\n2026-01-06,A,B,EUR,{written},\n").code == "amount"


@pytest.mark.parametrize("row", [",BALANCE,,EUR,1.00,1.00", "Total,,,EUR,1.00,", "2026-01-07,BALANCE BROUGHT FORWARD,,EUR,,1.00"])
@pytest.mark.spec("R2")
def test_a_row_that_may_be_no_line_says_how_the_map_passes_it_over(row: str) -> None:
    error = refused(f"Day,Text,More,Ccy,Amount,Balance\n2026-01-06,A,B,EUR,1.00,1.00\n{row}\n")

    assert error.line == 3 and error.message.endswith("a row that is no line is named under 'skip' or 'footers' of the map")


UNNAMED = "2026-01-06,A,B,EUR,1.00,101.00\n2026-01-07,C,D,EUR,-2.00,99.00\n"
NAMES = ["Day", "Text", "More", "Ccy", "Amount", "Balance"]


@pytest.mark.spec("R1", "R2")
def test_a_file_without_headings_is_read_by_those_of_its_map() -> None:
    lines, result = by_map(UNNAMED, headings=NAMES)

    assert result.accepted and [(line.line_number, line.amount_minor, line.narrative) for line in lines] == [
        (1, 100, "A B"),
        (2, -200, "C D"),
    ]
    assert refused(UNNAMED).message.endswith("a file without a row of headings needs a map that names its columns ('headings')")
    assert refused(UNNAMED, headings=[*NAMES, "Type"]).code == "header"
    assert by_map(",".join(NAMES) + "\n" + UNNAMED, headings=NAMES)[1].lines == 2  # it has headings after all
    with pytest.raises(BadMap, match="headings: they lack balance"):
        by_map(UNNAMED, headings=NAMES[:5])


@pytest.mark.parametrize("fee", ["0.40", "-0.40"])
@pytest.mark.spec("R3", "R8")
def test_a_fee_beside_the_amount_is_taken_off_it_as_the_balance_says(fee: str) -> None:
    text = f"Day,Text,More,Ccy,Amount,Fee,Balance\n2026-01-06,A,B,EUR,10.00,0,110.00\n2026-01-07,C,D,EUR,20.00,{fee},129.60\n"
    lines, result = by_map(text, columns={"amount": "Amount", "fee": "Fee"})

    assert result.accepted
    assert [(line.amount_minor, line.charges_minor) for line in lines] == [(1000, 0), (1960, 40)]
    assert not by_map(text)[1].accepted


SIGNED = "Day;Text;More;Ccy;Amount;Balance;D/C\n"
INDICATOR = {"rule": "indicator", "credit": ["C", "CR"], "debit": ["D"]}


@pytest.mark.parametrize(
    ("row", "layout", "minor"),
    [
        ("2026-01-06;A;B;EUR;1.533,50;;", {"decimal": ",", "thousands": "."}, 153350),
        ("2026-01-06;A;B;EUR;-1.533,50;;", {"decimal": ",", "thousands": "."}, -153350),
        ("2026-01-06;A;B;EUR;1 533,5-;;", {"decimal": ",", "thousands": " "}, -153350),
        ("2026-01-06;A;B;EUR;1\u00a0533,5;;", {"decimal": ",", "thousands": " "}, 153350),
        ("2026-01-06;A;B;EUR;(1533.50);;", {}, -153350),
        ("2026-01-06;A;B;EUR;\u22121533.50;;", {}, -153350),
        ("2026-01-06;A;B;EUR;1'234'533.50;;", {"thousands": "'"}, 123453350),
        ("2026-01-06;A;B;EUR;1\u2019533.50;;", {"thousands": "'"}, 153350),
        ("2026-01-06;A;B;EUR;-1\u202f533,50;;", {"decimal": ",", "thousands": " "}, -153350),
        ("2026-01-06;A;B;EUR;1.234.533;;", {"decimal": ",", "thousands": "."}, 123453300),
        ("2026-01-06;A;B;EUR;0,50;;", {"decimal": ",", "thousands": "."}, 50),
        ("2026-01-06;A;B;KWD;1.533,500;;", {"decimal": ",", "thousands": "."}, 1533500),
        ("2026-01-06;A;B;JPY;1533;;", {}, 1533),
        ("2026-01-06;A;B;EUR;1533;;", {"units": "minor"}, 1533),
        ("2026-01-06;A;B;EUR;1,533.50;;cr", {"thousands": ",", "sign": INDICATOR}, 153350),
        ("2026-01-06;A;B;EUR;1,533.50;;D", {"thousands": ",", "sign": INDICATOR}, -153350),
        ("2026-01-06;A;B;EUR;-1,533.50;;C", {"thousands": ",", "sign": {**INDICATOR, "printed": "keep"}}, -153350),
        ("2026-01-06;A;B;EUR;-1,533.50;;D", {"thousands": ",", "sign": {**INDICATOR, "printed": "ignore"}}, -153350),
    ],
)
@pytest.mark.spec("R1", "L4")
def test_amounts_as_banks_write_them(row: str, layout: dict[str, Any], minor: int) -> None:
    columns = {"amount": "Amount", "indicator": "D/C"} if "sign" in layout else {"amount": "Amount"}
    lines, _ = by_map(SIGNED + row, delimiter=";", columns=columns, **layout)

    assert [line.amount_minor for line in lines] == [minor]


@pytest.mark.parametrize(
    ("row", "layout", "code", "column"),
    [
        ("2026-01-06;A;B;EUR;1,50;;", {}, "amount", 5),
        ("2026-01-06;A;B;EUR;1,50;;", {"thousands": ","}, "amount", 5),
        ("2026-01-06;A;B;EUR;1.505;;", {}, "amount", 5),
        ("2026-01-06;A;B;EUR;;;", {}, "amount", 5),
        ("2026-01-06;A;B;EUX;1;;", {}, "currency", 4),
        ("06/01/2026;A;B;EUR;1;;", {}, "date", 1),
        (";A;B;EUR;1;;", {}, "date", 1),
        ("2026-01-06;A;B;EUR;1;;x", {"sign": INDICATOR}, "type", 7),
        ("2026-01-06;A;B;EUR;-1;;C", {"sign": INDICATOR}, "amount", 5),
        ("2026-01-06;A;B;EUR;1", {}, "columns", 6),
        ("2026-01-06;A;B;EUR;1;;;more", {}, "columns", 8),
        ("2026-01-06;4111 1111 1111 1111;B;EUR;1;;", {}, "card_number", 2),
    ],
)
@pytest.mark.spec("R2", "C14")
def test_a_broken_row_refuses_the_file_and_names_the_cell(row: str, layout: dict[str, Any], code: str, column: int) -> None:
    columns = {"amount": "Amount", "indicator": "D/C"} if "sign" in layout else {"amount": "Amount"}
    error = refused(f"{SIGNED}\n{row}", delimiter=";", columns=columns, **layout)

    assert (error.code, error.line, error.column) == (code, 3, column)


@pytest.mark.parametrize(
    ("amount", "layout"),
    [
        ("1533.500", {"decimal": ",", "thousands": "."}),  # of three decimals, by a map that takes the point for thousands
        ("0.500", {"decimal": ",", "thousands": "."}),
        ("1533.500,00", {"decimal": ",", "thousands": "."}),
        ("1.533,500", {"thousands": ","}),  # and the other way round
        ("1.500,000", {"thousands": ","}),
        ("1.5,000", {"thousands": ","}),
        ("1,533,50", {"thousands": ","}),
        ("1'533.50", {"thousands": ","}),
        ("1 5330,00", {"decimal": ",", "thousands": " "}),
    ],
)
@pytest.mark.spec("L4", "R2")
def test_thousands_marks_stand_only_where_thousands_are(amount: str, layout: dict[str, Any]) -> None:
    error = refused(f"{SIGNED}2026-01-06;A;B;KWD;{amount};;", delimiter=";", **layout)

    assert (error.code, error.line, error.column) == ("amount", 2, 5)


@pytest.mark.parametrize(
    ("printed", "dates", "day"),
    [
        ("01112026", "%d%m%Y", date(2026, 11, 1)),
        ("1112026", "%d%m%Y", None),
        ("011126", "%d%m%y", date(2026, 11, 1)),
        ("11126", "%d%m%y", None),
        ("20261101", "%Y%m%d", date(2026, 11, 1)),
        ("2026111", "%Y%m%d", None),
        ("20261101 0930", "%Y%m%d %H%M", date(2026, 11, 1)),
        ("20261101093000", "%Y%m%d%H%M%S", date(2026, 11, 1)),
        ("1.11.2026", "%d.%m.%Y", date(2026, 11, 1)),
    ],
)
@pytest.mark.spec("R2", "R3")
def test_a_day_without_marks_has_all_its_digits(printed: str, dates: str, day: date | None) -> None:
    text = f"{SIGNED}{printed};A;B;EUR;1;1;"
    if day is None:
        error = refused(text, delimiter=";", dates=dates)
        assert (error.code, error.line, error.column) == ("date", 2, 1)
    else:
        assert by_map(text, delimiter=";", dates=dates)[0][0].booking_date == day


@pytest.mark.parametrize(
    ("debit", "credit", "amount"), [("3", "5", None), ("-3", "5", None), ("0,00", "5", 500), ("3", "0", -300), ("0", "0", 0)]
)
@pytest.mark.spec("R2", "R3")
def test_a_debit_and_a_credit_in_one_row_are_not_netted(debit: str, credit: str, amount: int | None) -> None:
    text = f"Day;Text;More;Ccy;Debit;Credit;Balance\n2026-01-05;A;;EUR;;1;10\n2026-01-06;A;;EUR;{debit};{credit};12\n"
    layout = {"delimiter": ";", "decimal": ",", "columns": {"debit": "Debit", "credit": "Credit"}}
    sign = {"rule": "columns", "printed": "ignore"}
    if amount is None:
        error = refused(text, sign=sign, **layout)
        assert (error.code, error.line, error.column) == ("amount", 3, 5)
    else:
        assert by_map(text, sign=sign, **layout)[0][1].amount_minor == amount


@pytest.mark.parametrize(
    ("amount", "currency", "layout"),
    [
        ("1.000", "EUR", {}),
        ("12.340", "EUR", {}),
        ("-1,000", "EUR", {"decimal": ","}),
        ("1.000", "JPY", {}),
        ("10.00", "EUR", {"units": "minor"}),
    ],
)
@pytest.mark.spec("L4", "R2")
def test_a_mark_that_may_be_one_of_thousands_is_not_read_as_a_decimal_one(amount: str, currency: str, layout: dict[str, Any]) -> None:
    """1.000 was 1.00 by a map that knows no thousands: a thousandth, and the balances beside it alike."""
    error = refused(f"{SIGNED}2026-01-06;A;B;{currency};{amount};;", delimiter=";", **layout)

    assert (error.code, error.line, error.column) == ("amount", 2, 5)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"), [("1.000", "KWD", 1000), ("0.500", "EUR", 50), ("1000.000", "EUR", 100000), ("1.00000", "EUR", 100)]
)
@pytest.mark.spec("L4")
def test_three_decimals_are_read_where_they_are_no_thousands(amount: str, currency: str, minor: int) -> None:
    lines, _ = by_map(f"{SIGNED}2026-01-06;A;B;{currency};{amount};0;", delimiter=";")

    assert lines[0].amount_minor == minor


@pytest.mark.parametrize(
    ("amount", "minor"),
    [
        ("EUR 10.00", 1000),
        ("10.00 EUR", 1000),
        ("-EUR 10.00", None),
        ("EUR -10.00", -1000),
        ("USD 10.00", None),
        ("10.00 CR", 1000),
        ("10.00DR", -1000),
        ("10.00 dr", -1000),
        ("-10.00 DR", None),
        ("-10.00 CR", None),
        ("(10.00) DR", None),
        ("( 10.00 )", -1000),
        ("- 10.00", -1000),
        ("10.00 -", -1000),
        ("(-10.00)", None),
        ("-(10.00)", None),
        ("CR", None),
        ("-", None),
    ],
)
@pytest.mark.spec("L4", "R3")
def test_a_sign_stands_before_or_behind_and_once(amount: str, minor: int | None) -> None:
    text = f"{SIGNED}2026-01-06;A;B;EUR;{amount};0;"
    if minor is None:
        assert refused(text, delimiter=";").code == "amount"
    else:
        assert by_map(text, delimiter=";")[0][0].amount_minor == minor


@pytest.mark.spec("R1")
def test_preambles_footers_and_rows_of_balances_are_no_lines() -> None:
    text = "Bank of X;;\nAccount;DE1\n\nDay;Text;More;Ccy;Debit;Credit;Balance\n2026-01-05;Opening balance;;EUR;;;10\n"
    text += "2026-01-06;A;;EUR;-3;;7\n2026-01-06;B;;EUR;;5;12\n;;;;;;\nTotal;2 lines\n"
    columns = {"debit": "Debit", "credit": "Credit"}
    layout = {"sign": {"rule": "columns", "printed": "ignore"}, "skip": {"Text": ["opening balance"]}, "footers": ["Total"]}
    lines, result = by_map(text, delimiter=";", columns=columns, **layout)

    assert [(line.amount_minor, line.line_number) for line in lines] == [(-300, 6), (500, 7)]
    assert result.accepted and result.statements[0].opening_minor == 1000


@pytest.mark.spec("R2", "R3")
def test_a_line_that_begins_like_a_footer_is_not_left_out() -> None:
    """The balances held without it: it was the oldest, or the last."""
    text = "Text;Day;More;Ccy;Amount;Balance\nTotal Energies;2026-01-05;A;EUR;10;10\nx;2026-01-06;A;EUR;1;11\n{}"
    error = refused(text.format(""), delimiter=";", footers=["total"])
    assert (error.code, error.line) == ("structure", 2) and "'skip'" in error.message

    total = "Total;;;;11;\nTotal;2026-01-31;;;;11\nTotal of 2026\n"
    lines, result = by_map(text.replace("Total Energies", "Energies").format(total), delimiter=";", footers=["total"])
    assert [line.amount_minor for line in lines] == [1000, 100] and result.accepted
    dated = text.replace("Total Energies", "Energies").format("Total;2026-01-31;;EUR;11;11\n")
    assert [line.amount_minor for line in by_map(dated, delimiter=";", skip={"Text": ["Total"]})[0]] == [1000, 100]


def test_two_currencies_are_two_statements() -> None:
    text = "Day,Text,More,Ccy,Amount,Balance\n2026-01-06,A,,EUR,1,2\n2026-01-06,A,,SEK,5,5\n2026-01-07,A,,EUR,1,3\n"
    lines, result = by_map(text)

    assert [(s.currency, s.opening_minor, s.closing_minor) for s in result.statements] == [("EUR", 100, 300), ("SEK", 0, 500)]
    assert [line.statement_index for line in lines] == [1, 2, 1] and result.accepted


def test_the_map_is_chosen_by_its_headers_and_the_nearest_is_named_where_none_fits() -> None:
    error = refusal_of("csv_bank", "Date,Description,Amount,Currency\n")

    assert (error.code, error.line) == ("header", 1)
    assert "signed_amount v1 lacks account, balance, reference" in error.message


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_are_found(encoding: str) -> None:
    lines, _ = by_map("Day,Text,More,Ccy,Amount,Balance\n2026-01-06,Gr\u00fc\u00dfe,,EUR,1,2\n".encode(encoding))

    assert lines[0].narrative == "Gr\u00fc\u00dfe"


def test_a_layout_survives_json() -> None:
    layout = {"dates": "%d.%m.%y", "columns": {**COLUMNS, "amount": "Amount"}}
    one = ColumnMap.of(layout, name="a", source="csv_bank")

    assert ColumnMap.of(json.loads(json.dumps(layout)), name="a", source="csv_bank") == one
