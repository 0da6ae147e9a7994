"""Adyen's settlement details report: every kind of row, exact values, sums that must come to zero."""

from datetime import UTC, date, datetime

import pytest

from reconciliation.formats import PspLine
from tests.reconciliation.formats.adyen_rows import HEADERS, payout, report, row, sale
from tests.reconciliation.formats.opening import open_own, open_text, refusal_of


def one(*rows: dict[str, str], headers: list[str] | None = None) -> PspLine:
    return open_text("adyen_sdr", report(*rows, headers=headers)).lines[0]


@pytest.mark.spec("R1", "R2", "R3")
def test_a_whole_batch_of_our_own_file_balances() -> None:
    opened = open_own("adyen_sdr", "settlement_detail_report_batch_38.csv", account=["SANDBOX_EU"])

    assert opened.result.accepted
    assert [(total.type, total.count, total.debit_minor, total.credit_minor) for total in opened.result.totals] == [
        ("sale", 2, 0, 14680),
        ("refund", 1, 5000, 0),
        ("chargeback", 1, 300, 0),
        ("reversal", 1, 0, 100),
        ("fee", 1, 1000, 0),
        ("reserve", 1, 500, 0),
        ("payout", 1, 2000, 0),
        ("unknown", 1, 0, 20),
        ("balance_transfer", 1, 1000, 0),
        ("transfer", 1, 5000, 0),
    ]
    assert sum(total.credit_minor - total.debit_minor for total in opened.result.totals) == 0
    (batch,) = opened.result.batches
    assert (batch.number, batch.currency, batch.lines, batch.net_minor) == ("38", "EUR", 11, 0)
    assert (batch.payout_minor, batch.carried_minor, batch.payout_references) == (5000, 1000, ("TX635094301XT",))
    (statement,) = opened.result.statements
    assert (statement.account_ref, statement.number, statement.lines, statement.opening_minor) == ("SANDBOX_EU", "38", 11, None)
    assert [(check.name, check.ok) for check in opened.result.checks] == [
        ("account_matches", True),
        ("control_total", True),
        ("control_total", True),
    ]


@pytest.mark.spec("R3", "L4")
def test_a_sale_keeps_every_canonical_field() -> None:
    line = one(sale(interchange="0.1", scheme=".05", markup="0.02", commission="", net_credit="9.83", rate="1"))

    assert line == PspLine(
        line_number=2,
        merchant_account="SANDBOX_EU",
        psp_reference="8825408195409505",
        modification_reference="8835408195409506",
        merchant_reference="pi_01h455vb4pex5vsknk084sn02q",
        modification_merchant_reference="",
        line_type="Settled",
        kind="sale",
        reverses="",
        direction="credit",
        gross_currency="EUR",
        gross_minor=1000,
        commission_minor=0,
        markup_minor=2,
        scheme_fee_minor=5,
        interchange_minor=10,
        net_currency="EUR",
        net_minor=983,
        exchange_rate="1",
        created_at=datetime(2026, 1, 5, 12, 14, 15, tzinfo=UTC),
        booking_date=None,
        batch_number="38",
        payment_method="visa",
        payment_method_variant="",
        payout_reference="",
        dispute_reference="",
        note="",
        raw=line.raw,
    )
    assert line.raw.startswith("Casino,SANDBOX_EU,8825408195409505,pi_01h455vb4pex5vsknk084sn02q,visa,")


@pytest.mark.parametrize(
    ("line_type", "kind", "reverses"),
    [
        ("Settled", "sale", ""),
        ("settled", "sale", ""),
        ("REFUNDED", "refund", ""),
        ("Chargeback", "chargeback", ""),
        ("SecondChargeback", "chargeback", ""),
        ("ChargebackReversed", "reversal", "chargeback"),
        ("RefundedReversed", "reversal", "refund"),
        ("PaidOut", "payout", ""),
        ("PaidOutReversed", "reversal", "payout"),
        ("BPPaidOut", "payout", ""),
        ("Bulk Settlement", "sale", ""),
        ("PaymentCost", "fee", ""),
        ("AuthorisationSchemeFee", "fee", ""),
        ("InternalCompanyPayout", "balance_transfer", ""),
        ("MatchedStatement", "transfer", ""),
        ("Fee", "fee", ""),
        ("MiscCosts", "fee", ""),
        ("InvoiceDeduction", "fee", ""),
        ("DepositCorrection", "reserve", ""),
        ("Balancetransfer", "balance_transfer", ""),
        ("ManualCorrected", "adjustment", ""),
        ("MerchantPayout", "transfer", ""),
        ("Merchant Payout", "transfer", ""),
        ("BankInstructionReturned", "transfer", ""),
        ("SomethingNew", "unknown", ""),
    ],
)
@pytest.mark.spec("R3")
def test_types_are_compared_without_case_and_unknown_ones_kept(line_type: str, kind: str, reverses: str) -> None:
    line = one(sale(type=line_type))

    assert (line.line_type, line.kind, line.reverses) == (line_type, kind, reverses)


def test_direction_comes_from_the_column_never_from_the_type() -> None:
    released = one(row(type="DepositCorrection", net_credit="100", gross_currency=""))
    withheld = one(row(type="DepositCorrection", net_debit="100", gross_currency=""))

    assert (released.direction, released.net_minor) == ("credit", 10000)
    assert (withheld.direction, withheld.net_minor) == ("debit", -10000)


def test_a_fee_returned_on_a_refund_is_negative() -> None:
    line = one(row(type="Refunded", gross_debit="55", net_debit="50", commission="-5"))

    assert (line.gross_minor, line.commission_minor, line.net_minor) == (-5500, -500, -5000)


def test_a_chargeback_fee_sits_in_its_fee_column() -> None:
    line = one(row(type="Chargeback", gross_debit="1.00", net_debit="3.00", commission="2.00"))

    assert (line.gross_minor, line.commission_minor, line.net_minor, line.direction) == (-100, 200, -300, "debit")


def test_a_tiny_sale_may_cost_more_than_it_brings() -> None:
    line = one(
        sale(
            gross_currency="INR",
            gross_credit="10",
            net_currency="USD",
            net_debit="0.03",
            net_credit="",
            rate="0.006733333333333",
            commission="0.10",
        )
    )

    assert (line.kind, line.gross_minor, line.net_minor, line.direction) == ("sale", 1000, -3, "credit")
    assert line.exchange_rate == "0.006733333333333"


@pytest.mark.spec("L4")
def test_yen_have_no_decimals_and_dinars_have_three() -> None:
    assert one(sale(gross_currency="JPY", gross_credit="3158", commission="")).gross_minor == 3158
    assert one(sale(gross_currency="KWD", gross_credit="1.234", commission="")).gross_minor == 1234
    assert one(sale(gross_currency="JPY", gross_credit="3158.00", commission="")).gross_minor == 3158


@pytest.mark.parametrize(
    ("text", "minor"), [("461.5", 46150), ("75", 7500), (".91", 91), ("0.910000", 91), ("5.", 500), ("", 0), (" 5 ", 500)]
)
@pytest.mark.spec("L4")
def test_amounts_drop_trailing_zeros_and_zeros_beyond_the_exponent(text: str, minor: int) -> None:
    assert one(sale(gross_credit=text, commission="")).gross_minor == minor


@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        ("CET", datetime(2026, 7, 1, 11, tzinfo=UTC)),
        ("CEST", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("PST", datetime(2026, 7, 1, 20, tzinfo=UTC)),
        ("PDT", datetime(2026, 7, 1, 19, tzinfo=UTC)),
        ("UTC", datetime(2026, 7, 1, 12, tzinfo=UTC)),
        ("Europe/Malta", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 7, 1, 19, tzinfo=UTC)),
        ("BRT", datetime(2026, 7, 1, 15, tzinfo=UTC)),
        ("GMT+05:30", datetime(2026, 7, 1, 6, 30, tzinfo=UTC)),
        ("UTC-3", datetime(2026, 7, 1, 15, tzinfo=UTC)),
        ("+0200", datetime(2026, 7, 1, 10, tzinfo=UTC)),
    ],
)
@pytest.mark.spec("R3")
def test_creation_dates_are_local_in_the_zone_of_the_row(zone: str, instant: datetime) -> None:
    assert one(sale(created="2026-07-01 12:00:00", zone=zone)).created_at == instant


def test_the_payout_row_carries_the_reference_that_the_bank_shows() -> None:
    line = one(payout("9.8"))

    assert (line.payout_reference, line.modification_reference) == ("TX635094301XT", "TX635094301XT batch 38, SANDBOX_EU")
    assert (line.direction, line.net_minor, line.gross_minor) == ("debit", -980, 0)


def test_fee_rows_keep_their_odd_text() -> None:
    line = one(
        row(type="Fee", psp="", reference="", modification="Transaction Fees January   05 2021", gross_currency="", net_debit="12.5")
    )

    assert (line.kind, line.modification_reference, line.net_minor) == ("fee", "Transaction Fees January   05 2021", -1250)


@pytest.mark.spec("R2")
def test_batches_and_currencies_are_summed_apart() -> None:
    euro, crowns = sale(), sale(gross_currency="SEK", net_currency="SEK")
    opened = open_text(
        "adyen_sdr",
        report(
            euro,
            payout("9.8"),
            crowns,
            payout("9.8", net_currency="SEK"),
            sale(batch="39"),
            payout("9.8", batch="39", modification="TX1234567XT batch 39"),
        ),
    )

    assert opened.result.accepted
    assert [(batch.number, batch.currency, batch.net_minor, batch.payout_minor) for batch in opened.result.batches] == [
        ("38", "EUR", 0, 980),
        ("38", "SEK", 0, 980),
        ("39", "EUR", 0, 980),
    ]


@pytest.mark.spec("R2")
def test_a_batch_that_does_not_sum_to_zero_is_readable_but_not_accepted() -> None:
    result = open_text("adyen_sdr", report(sale(), payout("9.81"))).result

    assert not result.accepted
    (check,) = [check for check in result.checks if not check.ok]
    assert (check.name, check.expected, check.actual) == ("control_total", 0, -1)
    assert "batch 38 of SANDBOX_EU, EUR" in check.where


@pytest.mark.spec("R2")
def test_a_row_whose_gross_less_fees_is_not_its_net_fails_the_control() -> None:
    result = open_text("adyen_sdr", report(sale(), sale(net_credit="9.7"), payout("19.5"))).result

    assert not result.accepted
    (check,) = [check for check in result.checks if not check.ok]
    assert check.name == "control_total" and "first line 3: 980 against 970" in check.where


@pytest.mark.spec("R2")
def test_a_file_of_another_account_fails_account_matches() -> None:
    text = report(sale(), payout("9.8"))

    assert open_text("adyen_sdr", text, account=["sandbox_eu"]).result.accepted
    refused = open_text("adyen_sdr", text, account=["SANDBOX_UK"]).result
    assert [(c.expected, c.actual) for c in refused.checks if c.name == "account_matches"] == [("SANDBOX_UK", "SANDBOX_EU")]
    assert not refused.accepted


def test_columns_are_found_by_name_in_any_order_and_number() -> None:
    reordered = ["Payment Fees (NC)", *reversed(HEADERS), "Booking Date", "Booking Date TimeZone", "Metadata", "ARN", "Dispute Reference"]
    values = {**sale(), "Payment Fees (NC)": "0.2", "Booking Date": "2026-01-06", "Metadata": '{"a": "b, c"}', "ARN": "1.2302025304E+022"}
    line = one(values, headers=reordered)

    assert (line.gross_minor, line.net_minor, line.commission_minor) == (1000, 980, 20)
    assert (line.booking_date, line.note) == (date(2026, 1, 6), "arn_damaged")
    assert one(sale(), headers=[name for name in HEADERS if not name.startswith("Reserved")]) is not None


def test_headers_in_other_case_and_a_byte_order_mark_are_read() -> None:
    text = "\ufeff" + report(sale(), headers=HEADERS).replace("Merchant Account", "merchant  account", 1)

    assert open_text("adyen_sdr", text).lines[0].merchant_account == "SANDBOX_EU"


def test_windows_line_ends_quotes_and_missing_last_line_end() -> None:
    text = report(sale(), payout("9.8")).replace("\n", "\r\n").rstrip("\r\n").replace("SANDBOX_EU", '"SANDBOX_EU"', 1)
    opened = open_text("adyen_sdr", text)

    assert len(opened.lines) == 2 and opened.result.accepted
    assert not opened.lines[1].raw.endswith("\r")


def test_a_cell_over_two_lines_counts_lines_rightly() -> None:
    opened = open_text("adyen_sdr", report(sale(modification="two\nlines"), sale()))

    assert [line.line_number for line in opened.lines] == [2, 4]
    assert opened.lines[0].modification_reference == "two\nlines"


def test_finish_before_the_last_line_is_an_error() -> None:
    import io

    from reconciliation.formats.adyen_sdr import AdyenSdrReader

    reader = AdyenSdrReader(io.BytesIO(report(sale()).encode()))
    with pytest.raises(LookupError):
        reader.finish()


def test_an_utf_16_file_is_refused() -> None:
    assert refusal_of("adyen_sdr", report(sale()).encode("utf-16")).code == "encoding"


@pytest.mark.spec("R1", "R3")
def test_where_a_layout_has_only_the_total_of_the_fees_that_is_the_fee() -> None:
    parts = ("Commission (NC)", "Markup (NC)", "Scheme Fees (NC)", "Interchange (NC)")
    without = [*(name for name in HEADERS if name not in parts), "Payment Fees (NC)"]
    rows = ({**sale(), "Payment Fees (NC)": "0.2"}, payout("9.8"))

    opened = open_text("adyen_sdr", report(*rows, headers=without))

    assert opened.result.accepted
    assert (opened.lines[0].gross_minor, opened.lines[0].commission_minor, opened.lines[0].net_minor) == (1000, 20, 980)
    beside = open_text("adyen_sdr", report(*rows, headers=[*HEADERS, "Payment Fees (NC)"]))
    assert beside.lines[0].fees_minor == 20


@pytest.mark.spec("R2")
def test_a_gross_of_zero_on_a_row_that_has_none_says_nothing_of_its_net() -> None:
    fee = row(type="Fee", psp="", reference="", modification="Transaction Fees January   05 2026", gross_credit="0.00", net_debit="1")

    assert open_text("adyen_sdr", report(sale(), fee, payout("8.8"))).result.accepted
    assert not open_text("adyen_sdr", report(sale(gross_credit="0"), payout("9.8"))).result.accepted


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [
        ("ISK", "1500", 1500),
        ("ISK", "1500.00", 1500),
        ("CLP", "10000.00", 10_000),
        ("IDR", "150000", 15_000_000),
        ("CVE", "100", 10_000),
        ("BHD", "10.125", 10_125),
        ("ISK", "1500.5", None),
        ("CLP", ".25", None),
    ],
)
@pytest.mark.spec("L4", "R3")
def test_major_units_are_read_with_our_decimals_whatever_adyen_counts_with(currency: str, amount: str, minor: int | None) -> None:
    """Its API counts ISK and CLP in hundredths, IDR and CVE in whole units (docs.adyen.com, currency codes); parts of ours are refused."""
    rows = (
        sale(gross_currency=currency, net_currency=currency, gross_credit=amount, net_credit=amount, commission=""),
        payout(amount, net_currency=currency),
    )
    if minor is None:
        error = refusal_of("adyen_sdr", report(*rows))
        assert (error.code, error.line) == ("amount", 2) and "below the smallest unit (0 decimals)" in error.message
    else:
        opened = open_text("adyen_sdr", report(*rows))
        assert [line.net_minor for line in opened.lines] == [minor, -minor] and opened.result.accepted
