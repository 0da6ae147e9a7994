"""Settlement reports by a column map: kinds, fees, payouts that a report states or leaves out, and maps that can't be."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciliation.formats import FormatRefused, read
from reconciliation.formats.column_map import BadMap, ColumnMap
from reconciliation.formats.values import PspLine, ReadResult
from tests.reconciliation.formats.opening import FILES, REPORT_FORMATS, open_text, refusal_of

OWN = (FILES / "report.csv").read_text()
LAYOUT: dict[str, Any] = {
    "dates": "%d/%m/%Y %H:%M",
    "zone": "Europe/Malta",
    "payout": "computed",
    "fees": "cost_negative",
    "columns": {
        "created_at": "When", "line_type": "What", "merchant_reference": "Ours", "gross_currency": "Ccy", "gross": "Gross",
        "commission": "Fee", "batch_number": "Payout", "payout_reference": "Descriptor",
    },
    "kinds": {"Card sale": "sale", "Card refund": "refund"},
}  # fmt: skip
REPORT = """When,What,Ours,Ccy,Gross,Fee,Payout,Descriptor
05/01/2026 13:00,card  SALE,pi_1,EUR,10.00,-0.24,7,ACME7
05/01/2026 13:05,Card refund,pi_2,EUR,-4.00,-0.10,7,ACME7
06/07/2026 13:05,Card sale,pi_3,EUR,1.00,,8,
"""


def by_map(text: str, *, account: tuple[str, ...] = ("SANDBOX_EU",), **layout: Any) -> tuple[list[PspLine], ReadResult]:
    column_map = ColumnMap.of({**LAYOUT, **layout}, name="acme", source="csv_psp")
    reader = read("csv_psp", io.BytesIO(text.encode()), registry=REPORT_FORMATS, account=account, maps=[column_map])
    return list(reader), reader.finish()  # type: ignore[arg-type]


@pytest.mark.spec("R1", "R2", "R3")
def test_our_own_report_by_the_map_that_comes_with_the_product() -> None:
    opened = open_text("csv_psp", OWN, account=["sandbox_eu"])

    assert opened.result.accepted
    assert [(line.kind, line.reverses, line.gross_minor, line.net_minor) for line in opened.lines] == [
        ("sale", "", 10000, 9900),
        ("refund", "", -2000, -2050),
        ("reversal", "refund", 2200, 2000),
        ("unknown", "", 150, 150),
        ("transfer", "", 0, -10000),
    ]
    sale = opened.lines[0]
    assert (sale.commission_minor, sale.markup_minor, sale.scheme_fee_minor, sale.interchange_minor) == (20, 30, 10, 40)
    assert (sale.created_at, sale.raw) == (datetime(2026, 1, 5, 11, tzinfo=UTC), OWN.splitlines()[1])
    assert opened.lines[2].exchange_rate == "0.909090909"
    (batch,) = opened.result.batches
    assert (batch.number, batch.payout_minor, batch.payout_references) == ("P-7", 10000, ("PAYOUT-7-2026",))


@pytest.mark.spec("R1", "R3")
def test_a_report_without_payout_rows_gets_its_transfers_computed() -> None:
    lines, result = by_map(REPORT)

    assert result.accepted
    assert [(line.kind, line.net_minor, line.commission_minor, line.created_at.hour) for line in lines] == [
        ("sale", 976, 24, 12),
        ("refund", -410, 10, 12),
        ("sale", 100, 0, 11),
        ("transfer", -566, 0, 12),
        ("transfer", -100, 0, 11),
    ]
    assert [(batch.number, batch.payout_minor, batch.payout_references) for batch in result.batches] == [
        ("7", 566, ("ACME7",)),
        ("8", 100, ("8",)),
    ]
    assert {line.merchant_account for line in lines} == {"SANDBOX_EU"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("-4.00", "4.00", "positive, and a Card refund takes money"),
        ("10.00", "-10.00", "negative, and a card  SALE brings money"),
    ],
)
@pytest.mark.spec("R2", "R3")
def test_an_amount_on_the_wrong_side_is_refused_until_the_map_says_what_it_means(old: str, new: str, said: str) -> None:
    """A refund without its minus would be money that came, and the payout computed from it too high."""
    text = REPORT.replace(f",{old},", f",{new},")
    with pytest.raises(FormatRefused, match=said) as refusal:
        by_map(text)
    assert (refusal.value.error.code, refusal.value.error.column) == ("amount", 5)

    kept, _ = by_map(text, sign={"rule": "signed", "printed": "keep"})
    assert round(float(new) * 100) in [line.gross_minor for line in kept]


@pytest.mark.spec("R2")
def test_a_row_that_stands_twice_is_refused_where_the_payout_is_computed() -> None:
    row = REPORT.splitlines()[1]
    with pytest.raises(FormatRefused, match="the row of line 2 again") as refusal:
        by_map(f"{REPORT}{row}\n")
    assert (refusal.value.error.code, refusal.value.error.line) == ("repeated", 5)

    assert by_map(f"{REPORT}{row.replace('pi_1', 'pi_4')}\n")[1].accepted
    nameless = row.replace("pi_1", "")  # nothing tells one from the other: they may be two
    assert by_map(f"{REPORT}{nameless}\n{nameless}\n")[1].accepted


@pytest.mark.spec("R3")
def test_amounts_without_signs_are_read_by_their_type() -> None:
    sign = {"rule": "indicator", "credit": ["Card sale"], "debit": ["Card refund"]}
    lines, result = by_map(REPORT.replace("-4.00", "4.00"), sign=sign, columns={**LAYOUT["columns"], "indicator": "What"})

    assert [(line.kind, line.gross_minor, line.net_minor) for line in lines[:2]] == [("sale", 1000, 976), ("refund", -400, -410)]
    assert result.accepted


@pytest.mark.parametrize("offset", ["+00", "+0000", "+00:00", "Z"])
@pytest.mark.spec("R3")
def test_an_offset_may_stand_without_its_minutes(offset: str) -> None:
    lines, _ = by_map(REPORT.splitlines()[0] + f"\n2026-01-05 11:00{offset},Card sale,pi_1,EUR,1.00,,8,\n", dates="%Y-%m-%d %H:%M%z")

    assert lines[0].created_at == datetime(2026, 1, 5, 11, tzinfo=UTC)


NET_ONLY = {"net": "Gross", **{key: value for key, value in LAYOUT["columns"].items() if key != "gross"}}


@pytest.mark.spec("R1", "R3")
def test_where_a_report_has_only_net_the_gross_of_an_item_follows_from_its_fees() -> None:
    lines, result = by_map(REPORT, columns=NET_ONLY)

    assert result.accepted
    assert [(line.kind, line.gross_minor, line.commission_minor, line.net_minor) for line in lines[:3]] == [
        ("sale", 1024, 24, 1000),
        ("refund", -390, 10, -400),
        ("sale", 100, 0, 100),
    ]


@pytest.mark.spec("R2", "R3")
def test_where_it_is_settled_in_another_currency_an_item_needs_its_gross() -> None:
    with pytest.raises(FormatRefused, match="gross: empty, and net is in USD") as refusal:
        by_map(REPORT, columns=NET_ONLY, constants={"net_currency": "USD"})

    assert refusal.value.error.line == 2


@pytest.mark.spec("R2")
def test_a_batch_that_does_not_come_to_zero_is_not_accepted() -> None:
    result = open_text("csv_psp", OWN.replace("-100.00", "-100.01")).result

    assert [(check.name, check.actual) for check in result.checks if not check.ok] == [("control_total", -1)]


@pytest.mark.spec("R2")
def test_a_row_whose_gross_less_fees_is_not_its_net_fails_the_control() -> None:
    result = open_text("csv_psp", OWN.replace(",99.00,", ",98.00,").replace("-100.00", "-99.00")).result

    assert [check.where for check in result.checks if not check.ok] == [
        "rows: gross less fees is not net on 1 line(s), first line 2: 9900 against 9800"
    ]


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "column"),
    [
        ("10.00", "1O.00", "amount", 2, 5),
        ("10.00", "", "amount", 2, 5),
        ("05/01/2026 13:00", "2026-01-05 13:00", "date", 2, 1),
        ("card  SALE", "", "type", 2, 2),
        (",7,", ",,", "columns", 2, 7),
        (",7,", f",{'7' * 33},", "columns", 2, 7),
        ("EUR", "", "currency", 2, 4),
        ("pi_1", "4111111111111111", "card_number", 2, 3),
        ("When,", "Then,", "header", 1, 1),
    ],
)
@pytest.mark.spec("R2", "C14")
def test_what_is_broken_is_named(old: str, new: str, code: str, line: int, column: int) -> None:
    with pytest.raises(FormatRefused) as refusal:
        by_map(REPORT.replace(old, new, 1))
    error = refusal.value.error
    assert (error.code, error.line, error.column) == (code, line, column)
    assert "4111" not in error.message


def test_an_empty_file_and_one_without_rows() -> None:
    assert refusal_of("csv_psp", "").code == "empty"
    assert refusal_of("csv_psp", OWN.splitlines()[0]).code == "empty"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"columns": {"gross": "Gross", "who": "x"}}, "columns: 'who' is not one of"),
        ({"columns": {"gross": "Gross", "created_at": 7}}, "columns.created_at: 7 is not valid"),
        ({"columns": {"gross": "Gross", "created_at": "When"}}, "columns: no gross_currency"),
        ({"sign": {"rule": "indicator", "credit": ["C"], "debit": ["D"]}}, "needs the column indicator"),
        ({"sign": {"rule": "columns"}}, "needs gross_debit and gross_credit or net_debit and net_credit"),
        ({"sign": {"rule": "indicator"}}, "sign: 'credit' is a required property"),
        ({"delimiter": "x"}, "delimiter: 'x' is not one of"),
        ({"dates": "%Q"}, "dates: '%Q' does not match"),
        ({"dates": "%H:%M"}, "dates: needs a day"),
        ({"zone": "Mars"}, "zone: 'Mars' is not a known time zone"),
        ({"kinds": {"Sale": "sold"}}, "kinds.Sale: 'sold' is not one of"),
        ({"thousands": "."}, "thousands: the same mark as decimal"),
        ({"colour": "red"}, "the layout: Additional properties are not allowed ('colour' was unexpected)"),
    ],
)
@pytest.mark.spec("R1")
def test_a_layout_that_can_not_be_says_where_and_why(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadMap) as bad:
        ColumnMap.of({**LAYOUT, **change}, name="x", source="csv_psp")
    assert any(problem in said for said in bad.value.problems), bad.value.problems


@pytest.mark.spec("R3", "X1")
def test_a_chargeback_is_named_by_its_case_where_there_is_a_column_for_it() -> None:
    columns = {**LAYOUT["columns"], "modification_reference": "Movement", "dispute_reference": "Case"}
    text = """When,What,Ours,Ccy,Gross,Fee,Payout,Descriptor,Movement,Case
05/01/2026 13:00,Card sale,pi_1,EUR,10.00,,7,ACME7,mv_1,
05/01/2026 13:05,Dispute,pi_1,EUR,-10.00,,7,ACME7,mv_2,case_1
05/01/2026 13:06,Dispute,pi_2,EUR,-1.00,,7,ACME7,mv_3,
05/01/2026 13:07,Dispute won,pi_1,EUR,10.00,,7,ACME7,mv_4,case_1
"""
    kinds = {"Card sale": "sale", "Dispute": "chargeback", "Dispute won": "reversal:chargeback"}

    lines, _ = by_map(text, columns=columns, kinds=kinds)

    assert [line.modification_reference for line in lines[:4]] == ["mv_1", "case_1", "mv_3", "case_1"]
