"""PayPal's settlement report: records, hundredths, sides, footers, withdrawals, holds, and the two bodies (FORMATS.md 1.3)."""

from datetime import UTC, datetime

import pytest

from tests.reconciliation.formats.opening import Opened, open_own, open_text, refusal_of
from tests.reconciliation.formats.provider_files import CONTENT, PROVIDER_FILES, changed

SOURCE = "paypal_stl"
SH = "SH,2026/01/05 00:00:00 -0800,2026/01/05 23:59:59 -0800,PPACCOUNT1\n"
CH = (
    "CH,Transaction ID,Invoice ID,PayPal Reference ID,Transaction Event Code,Transaction Completion Date,Transaction Debit or Credit,"
    "Gross Transaction Amount,Gross Transaction Currency,Fee Debit or Credit,Fee Amount,Fee Currency,Bank Reference ID\n"
)
AT = "2026/01/05 00:00:30 -0800"


def row(transaction: str = "3AB1", event: str = "T0006", side: str = "CR", gross: str = "10000", **other: str) -> str:
    cells = {"at": AT, "currency": "USD", "fee_side": "DR", "fee": "320", "fee_currency": "USD", "bank": "", "parent": "", **other}
    return (
        f"SB,{transaction},inv,{cells['parent']},{event},{cells['at']},{side},{gross},{cells['currency']},{cells['fee_side']},"
        f"{cells['fee']},{cells['fee_currency']},{cells['bank']}\n"
    )


@pytest.fixture(scope="module")
def opened() -> Opened:
    return open_own(SOURCE, PROVIDER_FILES[SOURCE], account=["ppaccount1"])


@pytest.mark.spec("R3")
def test_body_rows_become_canonical_lines(opened: Opened) -> None:
    by_line = {line.line_number: line for line in opened.lines if line.kind != "balance_transfer"}
    sale, refund, chargeback = by_line[5], by_line[7], by_line[9]

    assert (sale.kind, sale.gross_minor, sale.commission_minor, sale.net_minor) == ("sale", 10000, 320, 9680)
    assert (sale.merchant_account, sale.merchant_reference) == ("PPACCOUNT1", "pi_01h455vb4pex5vsknk084sn02q")  # the custom field
    assert sale.created_at == datetime(2026, 1, 5, 8, 0, 30, tzinfo=UTC)
    assert sale.raw == CONTENT[SOURCE].decode("utf-8-sig").splitlines()[4]
    assert (refund.kind, refund.gross_minor, refund.commission_minor, refund.net_minor) == ("refund", -2000, -64, -1936)
    assert (refund.psp_reference, refund.modification_reference) == ("3AB00001SALE", "3AB00003RFND")
    assert (chargeback.kind, chargeback.modification_reference) == ("chargeback", "3AB00009OLDT")


@pytest.mark.spec("L4")
def test_amounts_are_hundredths_in_every_currency(opened: Opened) -> None:
    """ "100,00 yen" is 10000, as the page says."""
    yen = next(line for line in opened.lines if line.net_currency == "JPY" and line.kind == "sale")

    assert (yen.gross_minor, yen.commission_minor, yen.net_minor) == (5000, 25, 4975)


@pytest.mark.spec("R3")
def test_one_transaction_may_stand_twice_and_conversions_are_pairs(opened: Opened) -> None:
    held = [(line.line_type, line.kind, line.net_minor) for line in opened.lines if line.modification_reference == "9TA257000001"]
    legs = [(line.net_currency, line.net_minor, line.psp_reference) for line in opened.lines if line.kind == "fx"]

    assert held == [("T1110", "reserve", -1500), ("T1111", "reserve", 1500)]
    assert legs == [("JPY", -4975, "3AB00007CONV"), ("USD", 3300, "3AB00007CONV")]


@pytest.mark.spec("R2", "R3")
def test_a_withdrawal_is_a_batch_of_its_own_and_the_days_are_of_the_accounts_zone(opened: Opened) -> None:
    found = {(batch.number, batch.currency): (batch.payout_minor, batch.carried_minor, batch.lines) for batch in opened.result.batches}

    assert found == {("2026-01-05", "USD"): (0, 5144, 8), ("2026-01-05", "JPY"): (0, 0, 2), ("3AB00008WDRW", "USD"): (5000, -5000, 1)}
    assert opened.result.batches[-1].payout_references == ("1047428557493",)
    assert opened.result.accepted and opened.result.lines == 11


@pytest.mark.spec("R7")
def test_unknown_event_codes_are_kept(opened: Opened) -> None:
    assert [(line.kind, line.net_minor) for line in opened.lines if line.line_type == "T9900"] == [("unknown", 100)]


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ('"SF","USD","14900"', '"SF","USD","14901"', "control_total"),
        ('"RF","USD","14900","14500"', '"RF","USD","14900","14501"', "control_total"),
        ('"SC","11"', '"SC","12"', "line_count"),
        ('"RC","11"', '"RC","10"', "line_count"),
        ('"CR","10000","USD","DR","320"', '"CR","10001","USD","DR","320"', "control_total"),
    ],
)
@pytest.mark.spec("R2")
def test_footers_that_do_not_agree_are_told_and_the_file_is_read(old: str, new: str, name: str) -> None:
    result = open_text(SOURCE, changed(SOURCE, old, new)).result

    assert result.lines == 11 and not result.accepted
    assert {check.name for check in result.checks if not check.ok} == {name}


@pytest.mark.spec("R2")
def test_headers_and_footers_may_be_missing_and_quotes_too() -> None:
    withdrawn = row("3WD1", "T0400", "DR", "5000", fee="", fee_side="", fee_currency="", bank="1047428557493")

    opened = open_text(SOURCE, CH + row() + withdrawn + "SF,USD,10000,5000,0,320,2\n")

    assert opened.result.accepted and opened.result.lines == 2
    assert [batch.number for batch in opened.result.batches] == ["2026-01-05", "3WD1"]
    assert opened.lines[0].merchant_account == ""


@pytest.mark.spec("R3")
def test_the_wide_body_is_read_by_its_own_headings() -> None:
    names = CH.rstrip("\n").split(",")
    extra = [f"Shipping Field {number}" for number in range(55 - len(names) + 1)]
    cells = row().rstrip("\n").split(",")
    wide = ",".join([names[0], *reversed(names[1:]), *extra]) + "\n" + ",".join([cells[0], *reversed(cells[1:]), *[""] * len(extra)]) + "\n"

    lines = open_text(SOURCE, SH + wide).lines

    assert (lines[0].gross_minor, lines[0].net_minor, lines[0].modification_reference) == (10000, 9680, "3AB1")


@pytest.mark.spec("R3")
def test_a_fee_in_another_currency_is_a_movement_of_that_currency() -> None:
    footers = "SF,USD,10000,0,0,0,1\nSF,EUR,0,0,0,320,0\n"

    opened = open_text(SOURCE, SH + CH + row(fee_currency="EUR") + footers)

    found = [(line.kind, line.net_currency, line.net_minor) for line in opened.lines if line.kind != "balance_transfer"]
    assert found == [("sale", "USD", 10000), ("fee", "EUR", -320)]
    assert opened.result.accepted and opened.result.lines == 1


@pytest.mark.parametrize(
    ("event", "side", "kind", "reverses"),
    [
        ("T0001", "DR", "payout", ""),
        ("T1107", "CR", "reversal", "refund"),
        ("T1108", "CR", "fee", ""),
        ("T1106", "DR", "chargeback", ""),
        ("T1202", "CR", "reversal", "chargeback"),
        ("T2103", "DR", "reserve", ""),
        ("T0300", "CR", "transfer", ""),
        ("T1900", "CR", "adjustment", ""),
    ],
)
@pytest.mark.spec("R3")
def test_event_codes_have_their_kinds(event: str, side: str, kind: str, reverses: str) -> None:
    line = open_text(SOURCE, SH + CH + row(event=event, side=side)).lines[0]

    assert (line.kind, line.reverses) == (kind, reverses)


def test_files_after_the_first_of_a_report_do_not_answer_for_its_totals() -> None:
    opened = open_text(SOURCE, "FH,02\n" + SH + CH + row() + "SF,USD,10000,0,0,320,1\nRF,USD,999900,0,0,999,CR,0,CR,0,77\nRC,77\n")

    assert opened.result.accepted
    assert opened.result.batches[0].number == "2026-01-05-2"


@pytest.mark.parametrize(
    ("broken", "code", "column"),
    [
        (row(gross="100.00"), "amount", 8),
        (row(gross="-10000"), "amount", 8),
        (row(gross="9" * 40), "amount", 8),
        (row(gross="=1+1"), "amount", 8),
        (row(gross="12345", currency="JPY", fee="", fee_currency=""), "amount", 8),
        (row(side="XX"), "type", 7),
        (row(side=""), "type", 7),
        (row(fee_side=""), "type", 10),
        (row(event=""), "type", 5),
        (row(currency="ZZZ"), "currency", 9),
        (row(at="2026-01-05 00:00:30"), "date", 6),
        (row(at="2026/02/30 00:00:30 -0800"), "date", 6),
        (row(transaction="a b"), "columns", 2),
        (row(transaction="", event="T0400"), "columns", 2),
        (row(parent="x" * 300), "too_long", 4),
        (row().replace("inv", "4111111111111111"), "card_number", 3),
        ("SB,1,2\n", "columns", 4),
        ("ZZ,1,2\n", "unknown_tag", 1),
        ("SF,USD,1\n", "columns", 4),
        ("SF,USD,1,2,3,x,5\n", "amount", 6),
        ("SH,yesterday,today,me\n", "date", 2),
        (SH.replace("PPACCOUNT1", "4111 1111 1111 1111"), "card_number", 4),
    ],
)
@pytest.mark.spec("R2", "C14")
def test_a_broken_record_refuses_the_file_and_names_the_cell(broken: str, code: str, column: int) -> None:
    error = refusal_of(SOURCE, SH + CH + row() + broken)

    assert (error.code, error.line, error.column) == (code, 4, column)


@pytest.mark.spec("R2")
def test_a_section_without_its_footer_is_told() -> None:
    result = open_text(SOURCE, SH + CH + row() + SH + CH + row() + "SF,USD,10000,0,0,320,1\n").result

    assert [check.where for check in result.checks if not check.ok] == ["section footer (SF) of USD: there is none, the file may be cut"]


@pytest.mark.spec("R2")
def test_rows_need_their_headings() -> None:
    assert refusal_of(SOURCE, SH + row()).code == "structure"
    assert refusal_of(SOURCE, SH + "CH,Transaction ID,Colour\n").code == "header"
    assert refusal_of(SOURCE, "").code == "empty"
    assert refusal_of(SOURCE, "\n\n").code == "empty"


@pytest.mark.spec("R2")
def test_a_day_without_movements_is_a_report() -> None:
    result = open_text(SOURCE, SH + CH + "SC,0\nRC,0\n").result

    assert result.accepted and result.lines == 0 and result.batches == ()


@pytest.mark.spec("R3", "R14")
def test_what_a_payout_held_is_given_back_to_the_reserve() -> None:
    """T1503 holds a payout's amount and fee until the batch of payouts is done; T1105 gives it back."""
    rows = row("3AB1", "T1503", "DR", "10100", fee="0") + row("3AB2", "T1105", "CR", "10100", fee="0", parent="3AB1")

    lines = open_text(SOURCE, f"{SH}{CH}{rows}SF,USD,10100,10100,0,0,2\n").lines

    assert [(line.kind, line.net_minor) for line in lines] == [("reserve", -10100), ("reserve", 10100)]


@pytest.mark.parametrize(("event", "side"), [("T1106", "CR"), ("T1201", "CR"), ("T1202", "DR")])
@pytest.mark.spec("X1", "R7")
def test_a_chargeback_that_brings_money_is_none(event: str, side: str) -> None:
    """It would open a dispute, and take from a player what PayPal gave."""
    credits, debits = ("10000", "0") if side == "CR" else ("0", "10000")
    line = open_text(SOURCE, f"{SH}{CH}{row(event=event, side=side, fee='0')}SF,USD,{credits},{debits},0,0,1\n").lines[0]

    assert (line.kind, line.reverses, line.line_type) == ("unknown", "", event)


@pytest.mark.spec("R3", "R8")
def test_what_a_withdrawal_costs_is_no_part_of_what_the_bank_gets() -> None:
    text = f"{SH}{CH}{row('7WD1', 'T0400', 'DR', '5000', fee='35', bank='1047428557493')}SF,USD,0,5000,0,35,1\n"

    opened = open_text(SOURCE, text)

    assert opened.result.accepted
    withdrawal, moved = opened.lines
    assert (withdrawal.gross_minor, withdrawal.commission_minor, withdrawal.net_minor, moved.net_minor) == (-5000, 35, -5035, 5035)
    assert [(batch.payout_minor, batch.carried_minor) for batch in opened.result.batches] == [(5000, -5035)]


@pytest.mark.parametrize("at", ["9999/12/31 23:59:59 -0800", "0001/01/01 00:00:00 +0800"])
@pytest.mark.spec("R2")
def test_a_year_that_can_not_be_is_refused_at_its_cell(at: str) -> None:
    error = refusal_of(SOURCE, f"{SH}{CH}{row(at=at)}")

    assert (error.code, error.line, error.column) == ("date", 3, 6)
