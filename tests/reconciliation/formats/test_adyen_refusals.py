"""Settlement reports that are refused whole, with line, column and reason (R2)."""

import pytest

from tests.reconciliation.formats.adyen_rows import HEADERS, report, row, sale
from tests.reconciliation.formats.opening import refusal_of


def column(name: str) -> int:
    return HEADERS.index(name) + 1


@pytest.mark.parametrize(
    ("broken", "code", "name"),
    [
        (sale(gross_credit="10,00"), "amount", "Gross Credit (GC)"),
        (sale(gross_debit="3", net_debit="3"), "amount", "Gross Debit (GC)"),  # 7 is neither what came nor what went
        (sale(gross_credit="10", net_credit="12.8", net_debit="3"), "amount", "Net Debit (NC)"),
        (sale(gross_credit="1.058.09"), "amount", "Gross Credit (GC)"),
        (sale(gross_credit="10.005"), "amount", "Gross Credit (GC)"),
        (sale(net_credit="-9.8"), "amount", "Net Credit (NC)"),
        (sale(net_credit="1E+5"), "amount", "Net Credit (NC)"),
        (sale(commission="0.2x"), "amount", "Commission (NC)"),
        (sale(gross_currency="JPY", gross_credit="31.5"), "amount", "Gross Credit (GC)"),
        (sale(gross_currency=""), "amount", "Gross Credit (GC)"),
        (sale(gross_currency="EURO"), "currency", "Gross Currency"),
        (sale(net_currency="ZZZ"), "currency", "Net Currency"),
        (sale(rate="1.0E+3"), "amount", "Exchange Rate"),
        (sale(created="1/5/2026 13:14"), "date", "Creation Date"),
        (sale(created="2026-02-30 13:14:15"), "date", "Creation Date"),
        (sale(created="9999-12-31 13:14:15"), "date", "Creation Date"),
        (sale(created=""), "date", "Creation Date"),
        (sale(zone="Mars"), "zone", "TimeZone"),
        (sale(zone="../etc/passwd"), "zone", "TimeZone"),
        (sale(zone="GMT+25"), "zone", "TimeZone"),
        (sale(type=""), "type", "Type"),
        (sale(batch=""), "columns", "Batch Number"),
        (sale(batch="38.0"), "columns", "Batch Number"),
        (sale(account=""), "columns", "Merchant Account"),
        (sale(psp="8.82541E+15"), "spreadsheet_damage", "Psp Reference"),
        (sale(modification="8.82541E+15"), "spreadsheet_damage", "Modification Reference"),
        (sale(reference="4111 1111 1111 1111"), "card_number", "Merchant Reference"),
    ],
)
@pytest.mark.spec("R2", "L4")
def test_a_broken_row_refuses_the_file_and_names_the_cell(broken: dict[str, str], code: str, name: str) -> None:
    error = refusal_of("adyen_sdr", report(sale(), broken))

    assert (error.code, error.line, error.column) == (code, 3, column(name))


@pytest.mark.spec("C14")
def test_a_card_number_is_named_by_place_only() -> None:
    error = refusal_of("adyen_sdr", report(sale(reference="4111111111111111")))

    assert error.code == "card_number"
    assert "4111" not in error.message and "1111" not in error.message


@pytest.mark.spec("C14")
def test_ids_of_sixteen_digits_are_no_card_numbers() -> None:
    with pytest.raises(AssertionError, match="was read"):
        refusal_of("adyen_sdr", report(sale(psp="4111111111111111", modification="5500005555555559")))


def test_a_row_cut_short_is_refused_at_its_line() -> None:
    text = report(sale(), sale())
    error = refusal_of("adyen_sdr", text[: text.rindex("EUR")])

    assert (error.code, error.line) == ("columns", 3)


def test_a_missing_column_is_named() -> None:
    error = refusal_of("adyen_sdr", report(sale(), headers=[name for name in HEADERS if name != "Net Credit (NC)"]))

    assert (error.code, error.line) == ("header", 1)
    assert "net credit (nc)" in error.message


def test_a_column_that_is_there_twice_is_refused() -> None:
    assert refusal_of("adyen_sdr", report(sale(), headers=[*HEADERS, "Type"])).code == "header"


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file_is_refused(text: str) -> None:
    assert refusal_of("adyen_sdr", text).code == "empty"


def test_a_header_without_rows_is_refused() -> None:
    assert refusal_of("adyen_sdr", report()).code == "empty"


def test_bytes_that_are_not_utf_8_are_named_by_line_and_column() -> None:
    lines = report(*[sale()] * 2000).encode().split(b"\n")
    lines[1500] = lines[1500].replace(b"Casino", b"Casin\xf3")
    error = refusal_of("adyen_sdr", b"\n".join(lines))

    assert (error.code, error.line, error.column) == ("encoding", 1501, 6)


def test_a_nul_byte_is_refused() -> None:
    error = refusal_of("adyen_sdr", report(sale(), sale(reference="a\0b")))

    assert (error.code, error.line) == ("encoding", 3)


def test_a_quote_that_never_closes_is_refused_at_the_line_where_it_opens() -> None:
    text = report(sale(), sale(), sale()).replace("visa", '"visa', 1)
    error = refusal_of("adyen_sdr", text)

    assert (error.code, error.line) == ("structure", 2)


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    error = refusal_of("adyen_sdr", report(sale()) + "x" * (3 << 20))

    assert (error.code, error.line) == ("too_long", 3)


def test_another_csv_is_refused_by_its_header() -> None:
    assert refusal_of("adyen_sdr", "date,amount\n2026-01-05,1.00\n").code == "header"


def test_an_amount_without_net_currency_is_refused() -> None:
    error = refusal_of("adyen_sdr", report(row(net_currency="", gross_credit="1")))

    assert (error.code, error.column) == ("columns", column("Net Currency"))
