"""Stripe's payout reconciliation: columns by name, signed major units, zones, several payouts, and rules that real files break."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from config.settings.formats import REPORT_FORMATS
from reconciliation.formats import read
from tests.reconciliation.formats.opening import Opened, open_own, open_text, refusal_of
from tests.reconciliation.formats.provider_files import CONTENT, changed

SOURCE = "stripe_payout"
HEADER = "created_utc,automatic_payout_id,currency,gross,fee,net,reporting_category,source_id"


def table(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


def sale(net: str = "9.80", **other: str) -> str:
    cells = {"created": "2026-01-05 10:00:00", "payout": "po_1", "currency": "eur", "gross": "10.00", "fee": "0.20", "net": net, **other}
    return ",".join([*cells.values(), "charge", "ch_1"])


def paid(net: str = "-9.80") -> str:
    return f"2026-01-06 00:00:00,po_1,eur,{net},0,{net},payout,po_1"


@pytest.fixture(scope="module")
def opened() -> Opened:
    return open_own(SOURCE, "stripe_payout.csv", account=["STRIPE_EU"])


@pytest.mark.spec("R3")
def test_rows_become_canonical_lines(opened: Opened) -> None:
    first, foreign, refund, dispute, fee, reserve, transfer = opened.lines[:7]

    assert (first.kind, first.gross_minor, first.commission_minor, first.net_minor, first.net_currency) == ("sale", 5000, 175, 4825, "USD")
    assert (first.merchant_account, first.merchant_reference) == ("STRIPE_EU", "pi_01h455vb4pex5vsknk084sn02q")
    assert (first.psp_reference, first.modification_reference) == ("pi_3Stripe1", "ch_1")
    assert first.raw == CONTENT[SOURCE].decode().splitlines()[1]
    assert (foreign.gross_currency, foreign.gross_minor, foreign.net_currency, foreign.net_minor) == ("EUR", 2000, "USD", 2067)
    assert (refund.kind, refund.direction, refund.modification_reference) == ("refund", "debit", "re_1")
    assert refund.modification_merchant_reference == "rf_01h455vb4pex5vsknk084sn02s"
    assert (dispute.kind, dispute.gross_minor, dispute.commission_minor, dispute.net_minor) == ("chargeback", -3000, 1500, -4500)
    assert (fee.kind, fee.net_minor, fee.modification_reference) == ("fee", -225, "Radar for fraud teams")
    assert (reserve.kind, reserve.net_minor) == ("reserve", -500)
    assert (transfer.kind, transfer.net_minor, transfer.payout_reference) == ("transfer", -667, "TR0099887766")
    assert transfer.created_at == datetime(2026, 1, 8, tzinfo=UTC)


@pytest.mark.spec("R3", "L4")
def test_a_currency_without_decimals_and_unknown_categories(opened: Opened) -> None:
    yen, won, odd, transfer = opened.lines[7:]

    assert (yen.gross_minor, yen.commission_minor, yen.net_minor) == (3158, 114, 3044)
    assert (won.kind, won.reverses) == ("reversal", "chargeback")
    assert (odd.kind, odd.line_type) == ("unknown", "platform_earning")
    assert transfer.payout_reference == ""  # its trace id is still pending


@pytest.mark.spec("R2", "R3")
def test_each_payout_is_a_batch_that_comes_to_zero(opened: Opened) -> None:
    result = opened.result

    assert result.accepted and result.lines == 11
    found = [(batch.number, batch.currency, batch.lines, batch.payout_minor, batch.net_minor) for batch in result.batches]
    assert found == [("po_1First", "USD", 7, 667, 0), ("po_1Second", "JPY", 4, 3584, 0)]
    assert [statement.number for statement in result.statements] == ["po_1First", "po_1Second"]
    debits = sum(total.debit_minor for total in result.totals)
    assert debits == sum(total.credit_minor for total in result.totals)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-6.67,0.00,-6.67", "6.67,0.00,6.67"),  # the payout's sign
        ("-6.67,0.00,-6.67", "-6.77,0.00,-6.77"),  # rows that are not the payout
        ("50.00,1.75,48.25", "50.00,1.75,48.35"),  # gross less fee is not net
    ],
)
@pytest.mark.spec("R2")
def test_a_broken_rule_is_flagged_and_the_file_is_read(old: str, new: str) -> None:
    result = open_text(SOURCE, changed(SOURCE, old, new)).result

    assert result.lines == 11 and not result.accepted
    assert {check.name for check in result.checks if not check.ok} == {"control_total"}


@pytest.mark.spec("R3")
def test_local_times_are_of_the_zone_that_the_report_was_asked_in() -> None:
    text = table(sale(), paid(), header=HEADER.replace("created_utc", "created"))
    reader = read(SOURCE, BytesIO(text.encode()), registry=REPORT_FORMATS, zone="Australia/Brisbane")

    line: Any = next(iter(reader))
    assert line.created_at == datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
    assert open_text(SOURCE, text).lines[0].created_at == datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
    assert open_text(SOURCE, table(sale(), paid())).lines[0].created_at == datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


def test_a_report_without_payout_rows_states_payouts_by_their_rows() -> None:
    opened = open_text(SOURCE, table(sale(), sale().replace("ch_1", "ch_2")))

    transfer = opened.lines[-1]
    assert (transfer.kind, transfer.net_minor, transfer.raw) == ("transfer", -1960, "")
    assert opened.result.accepted
    assert (opened.result.lines, opened.result.batches[0].payout_minor) == (2, 1960)


@pytest.mark.spec("R2")
def test_a_row_that_stands_twice_is_refused_unless_the_payout_s_own_row_counts_both() -> None:
    """Without payout rows the payout is what the rows come to: with one of them twice it was too high."""
    twice = refusal_of(SOURCE, table(sale(), sale().replace("ch_1", "ch_2"), sale()))
    assert (twice.code, twice.line) == ("repeated", 4) and "line 2 again" in twice.message
    assert open_text(SOURCE, table(sale(), sale(), paid("-19.60"))).result.accepted

    fee = sale(gross="-0.05", fee="0", net="-0.05").replace("charge", "fee")
    assert open_text(SOURCE, table(fee, fee)).result.accepted  # equal fees may be two
    refund = sale(gross="-5.00", fee="0", net="-5.00").replace("charge,ch_1", "refund,re_1")
    assert open_text(SOURCE, table(refund, refund.replace("re_1", "re_2"))).result.accepted  # two halves given back at once


@pytest.mark.spec("R2")
def test_one_movement_of_stripe_s_stands_once_whatever_else_its_rows_say() -> None:
    rows = (f"txn_1,{sale()}", f"txn_2,{sale()}", f"txn_1,{sale(created='2026-01-05 10:00:01')}")

    assert open_text(SOURCE, table(*rows[:2], header=f"balance_transaction_id,{HEADER}")).result.accepted
    assert refusal_of(SOURCE, table(*rows, header=f"balance_transaction_id,{HEADER}")).line == 4


@pytest.mark.spec("R2")
def test_a_file_whose_every_row_stands_twice_is_not_accepted_though_it_comes_to_zero() -> None:
    rows = (sale(), paid())

    failed = [check for check in open_text(SOURCE, table(*rows, *rows)).result.checks if not check.ok]

    assert [(check.name, check.actual) for check in failed] == [("sequence", 5)]


@pytest.mark.parametrize(
    ("category", "gross", "said"),
    [("refund", "10.00", "positive, and a refund takes money"), ("charge", "-10.00", "negative, and a charge brings money")],
)
@pytest.mark.spec("R2", "R3")
def test_an_amount_on_the_wrong_side_is_refused_where_no_payout_row_proves_it(category: str, gross: str, said: str) -> None:
    """A refund without its minus was money that came, and the payout computed from it too high."""
    odd = sale(gross=gross, fee="0", net=gross).replace("charge", category)

    for text in (table(sale(), odd), table(sale(), odd.replace("po_1", ""), paid())):
        refused = refusal_of(SOURCE, text)
        assert (refused.code, refused.line, refused.column) == ("amount", 3, 4) and said in refused.message


def test_where_one_payout_has_its_row_each_must_have_one() -> None:
    other = sale(payout="po_2")

    result = open_text(SOURCE, table(sale(), paid(), other)).result

    assert [check.ok for check in result.checks] == [True, False, True]


def test_rows_of_no_payout_stay_in_the_balance_and_a_manual_payout_takes_from_it() -> None:
    manual = "2026-01-07 00:00:00,,eur,-5.00,0,-5.00,payout,po_manual"

    opened = open_text(SOURCE, table(sale(payout=""), manual))

    assert opened.result.accepted
    found = {batch.number: (batch.payout_minor, batch.carried_minor, batch.lines) for batch in opened.result.batches}
    assert found == {"balance-2026-01-05": (0, 980, 1), "po_manual": (500, -500, 1)}


def test_a_payout_row_that_is_in_no_automatic_payout_but_is_the_one_its_rows_name_is_theirs() -> None:
    own = paid().replace(",po_1,eur", ",,eur")

    for text in (table(sale(), own), table(own, sale())):
        opened = open_text(SOURCE, text)
        assert opened.result.accepted
        assert [(batch.number, batch.payout_minor, batch.carried_minor) for batch in opened.result.batches] == [("po_1", 980, 0)]


@pytest.mark.spec("R2")
def test_a_payout_row_whose_rows_are_lost_is_flagged() -> None:
    assert not open_text(SOURCE, table(paid())).result.accepted


@pytest.mark.parametrize(
    ("category", "kind", "reverses"),
    [
        ("reserve_hold", "reserve", ""),
        ("payment_network_reserve_release", "reserve", ""),
        ("Refund_Failure", "reversal", "refund"),
        ("payment_failure_refund", "adjustment", ""),
        ("partial_capture_reversal", "adjustment", ""),
        ("currency_conversion", "fx", ""),
        ("network_cost", "fee", ""),
        ("topup", "unknown", ""),
    ],
)
@pytest.mark.spec("R3")
def test_categories_have_their_kinds(category: str, kind: str, reverses: str) -> None:
    line = open_text(SOURCE, table(sale().replace("charge,", f"{category},"), paid())).lines[0]

    assert (line.kind, line.reverses, line.line_type) == (kind, reverses, category)


def test_a_payout_that_came_back_is_no_payout() -> None:
    returned = "2026-01-07 00:00:00,po_1,eur,9.80,0,9.80,payout_reversal,po_1"

    opened = open_text(SOURCE, table(sale(), paid(), returned))

    assert opened.result.accepted
    line = next(line for line in opened.lines if line.line_type == "payout_reversal")
    assert (line.kind, line.reverses, line.batch_number) == ("transfer", "transfer", "po_1-ret")
    assert {batch.number: batch.payout_minor for batch in opened.result.batches} == {"po_1": 980, "po_1-ret": 0}


def test_without_payout_rows_one_that_came_back_is_paid_out_again_with_the_rows_of_the_next() -> None:
    returned = "2026-01-07 00:00:00,po_2,eur,9.80,0,9.80,payout_reversal,po_1"

    opened = open_text(SOURCE, table(sale(payout="po_2"), returned))

    assert opened.result.accepted
    assert [(batch.number, batch.lines, batch.payout_minor) for batch in opened.result.batches] == [("po_2", 2, 1960)]


@pytest.mark.spec("R3", "R8")
def test_the_fee_of_an_instant_payout_is_no_part_of_what_the_bank_gets() -> None:
    instant = "2026-01-07 00:00:00,,eur,-5.00,0.05,-5.05,payout,po_instant"

    opened = open_text(SOURCE, table(sale(payout=""), instant))

    assert opened.result.accepted
    found = {batch.number: (batch.payout_minor, batch.carried_minor) for batch in opened.result.batches}
    assert found == {"balance-2026-01-05": (0, 980), "po_instant": (500, -505)}


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (sale(gross="10,00"), "columns", 9),
        (sale(gross="=1+1"), "amount", 4),
        (sale(gross="", fee="").replace("9.80", ""), "amount", 4),  # a row that lost its amounts is no row of 0
        (sale(gross="10.005"), "amount", 4),
        (sale(gross="1" + "0" * 30), "amount", 4),
        (sale(fee="1E+2"), "amount", 5),
        (sale(currency="EURO"), "currency", 3),
        (sale(created="1/5/26 10:00"), "date", 1),
        (sale(created="2026-02-30 10:00:00"), "date", 1),
        (sale(created="0026-01-05 10:00:00"), "date", 1),
        (sale(created=""), "date", 1),
        (sale(payout="po 1"), "columns", 2),
        (sale(payout="p" * 33), "columns", 2),
        (sale().replace("charge,", ","), "type", 7),
        (sale().replace("ch_1", "9" * 5000), "too_long", 8),
        (sale().replace("ch_1", "8.82E+15"), "spreadsheet_damage", 8),
        (sale()[:-20], "columns", 6),
    ],
)  # fmt: skip
@pytest.mark.spec("R2")
def test_a_broken_row_refuses_the_file_and_names_the_cell(row: str, code: str, column: int) -> None:
    error = refusal_of(SOURCE, table(sale(), row))

    assert (error.code, error.line, error.column) == (code, 3, column)


@pytest.mark.spec("R2")
def test_a_column_that_is_there_twice_is_refused_and_another_name_of_one_is_not() -> None:
    twice = refusal_of(SOURCE, table(f"{sale()},x", header=f"{HEADER},fee"))

    assert (twice.code, twice.column) == ("header", 9)
    assert open_text(SOURCE, table(f"{sale()},po_other", f"{paid()},", header=f"{HEADER},payout_id")).result.accepted


@pytest.mark.parametrize("missing", ["automatic_payout_id", "net", "created_utc"])
@pytest.mark.spec("R2")
def test_a_missing_column_is_named(missing: str) -> None:
    error = refusal_of(SOURCE, table(sale(), header=HEADER.replace(missing, "other")))

    assert (error.code, error.line) == ("header", 1)
    assert missing in error.message


@pytest.mark.spec("C14")
def test_a_card_number_in_free_text_is_named_by_place_only() -> None:
    header = f"{HEADER},description"

    error = refusal_of(SOURCE, table(f"{sale()},card 4111 1111 1111 1111", header=header))

    assert (error.code, error.line, error.column) == ("card_number", 2, 9)
    assert "4111" not in error.message


@pytest.mark.parametrize("text", ["", "\n", HEADER + "\n"])
def test_a_file_without_rows_is_refused(text: str) -> None:
    assert refusal_of(SOURCE, text).code == "empty"


def test_formulas_in_texts_are_texts() -> None:
    opened = open_text(SOURCE, table(f"{sale()},=cmd|'/c calc'!A1", f"{paid()},", header=f"{HEADER},payment_metadata[order]"))

    assert opened.lines[0].merchant_reference == "=cmd|'/c calc'!A1"
