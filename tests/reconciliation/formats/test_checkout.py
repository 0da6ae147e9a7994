"""Checkout.com's breakdown and payouts: components, the payout's fee, reserve, sub-cent fees, FX columns (FORMATS.md 1.6)."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings.formats import REPORT_FORMATS
from reconciliation.formats import read
from tests.reconciliation.formats.opening import Opened, open_own, open_text, refusal_of
from tests.reconciliation.formats.provider_files import CONTENT, PROVIDER_FILES, changed

SOURCE, TOLD = "checkout_breakdown", "checkout_payouts"
HEADER = "Type,Payment ID,Processed On,Holding Currency,Payout ID,Gross,Deduction,Net"


def table(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def row(kind: str = "Charge", gross: str = "10", deduction: str = "-0.2", net: str = "9.8", *, payout: str = "00000003K599") -> str:
    return f"{kind},pay_1,2026-01-05T10:00:00,EUR,{payout},{gross},{deduction},{net}"


@pytest.fixture(scope="module")
def opened() -> Opened:
    return open_own(SOURCE, PROVIDER_FILES[SOURCE], account=["ent_a"])


@pytest.mark.spec("R3")
def test_fees_come_by_component_and_a_reserve_is_a_line_beside_its_sale(opened: Opened) -> None:
    sale, reserve, foreign = opened.lines[:3]

    fees = (sale.commission_minor, sale.scheme_fee_minor, sale.interchange_minor, sale.tax_minor)
    assert (sale.kind, sale.gross_minor, fees, sale.net_minor) == ("sale", 10000, (100, 50, 80, 20), 9750)
    assert (reserve.kind, reserve.net_minor, reserve.line_number, reserve.raw) == ("reserve", -1000, sale.line_number, sale.raw)
    assert (foreign.gross_currency, foreign.gross_minor, foreign.exchange_rate, foreign.net_minor) == ("USD", 2000, "0.86", 1690)
    assert (sale.merchant_account, sale.merchant_reference) == ("ent_a", "pi_01h455vb4pex5vsknk084sn02q")


@pytest.mark.spec("R3")
def test_chargebacks_of_any_subtype_go_by_their_sign(opened: Opened) -> None:
    found = [(line.kind, line.reverses, line.gross_minor) for line in opened.lines if line.line_type == "Chargeback"]

    assert found == [("chargeback", "", -2000), ("reversal", "chargeback", 500)]


@pytest.mark.spec("R3")
def test_the_merchant_payout_row_is_the_fee_of_the_payout_and_the_payout_is_the_sum_of_all_rows(opened: Opened) -> None:
    fee = next(line for line in opened.lines if line.line_type == "Merchant Payout")
    transfer = opened.lines[-1]

    assert (fee.kind, fee.net_minor) == ("fee", -200)
    assert (transfer.kind, transfer.net_minor, transfer.payout_reference, transfer.raw) == ("transfer", -6974, "00000003K599", "")
    assert opened.result.accepted and opened.result.lines == 10
    assert (opened.result.batches[0].number, opened.result.batches[0].payout_minor) == ("00000003K599", 6974)


@pytest.mark.spec("L4")
def test_fees_below_the_smallest_unit_are_rounded_once_per_payout(opened: Opened) -> None:
    """Two rows of -0.004 are -0.008: one cent, on the row where the sum passes the half."""
    small = [line.net_minor for line in opened.lines if line.line_type in ("Network Token", "Account Updater")]

    assert small == [0, -1]


@given(nets=st.lists(st.integers(-3_000_000, 3_000_000), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
@pytest.mark.spec("L4", "R2")
def test_lines_of_a_payout_add_up_to_its_exact_sum_rounded_once(nets: list[int]) -> None:
    """Nets in millionths of a unit."""
    rows = [row("Network Token", "0", f"{net / 10**6:.6f}", f"{net / 10**6:.6f}") for net in nets]

    opened = open_text(SOURCE, table(*rows))

    exact = sum(nets)
    wanted = (abs(exact) + 5000) // 10_000 * (1 if exact >= 0 else -1)
    lines = [line.net_minor for line in opened.lines if line.kind == "fee"]
    assert sum(lines) == wanted
    assert all(abs(line - net / 10_000) <= 1 for line, net in zip(lines, nets, strict=True))
    assert opened.result.accepted


@pytest.mark.spec("R2")
def test_a_row_that_stands_twice_is_refused_for_nothing_proves_that_both_count() -> None:
    twice = refusal_of(SOURCE, table(row(), row("Refund", "-3", "0", "-3"), row()))

    assert (twice.code, twice.line) == ("repeated", 4) and "line 2 again" in twice.message
    assert open_text(SOURCE, table(row(), row().replace("pay_1", "pay_2"))).result.accepted
    assert open_text(SOURCE, table(*[row("Void", "0", "-0.05", "-0.05")] * 2)).result.accepted  # equal fees may be two


@pytest.mark.spec("R2", "R3")
def test_a_refund_without_its_minus_is_refused() -> None:
    refused = refusal_of(SOURCE, table(row(), row("Refund", "3", "0", "3")))

    assert (refused.code, refused.line, refused.column) == ("amount", 3, 6) and "a Refund takes money" in refused.message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("100,-12.5,87.5", "100,-12.5,87.4"),  # net is gross plus deduction
        ("-12.5,87.5,-1,", "-12.5,87.5,-2,"),  # the deduction is the sum of its components
        ("16.9,-0.3,0", "16.9,0,0"),  # which are there, and empty on this row
    ],
)
@pytest.mark.spec("R2")
def test_a_row_that_breaks_a_rule_is_flagged_and_the_file_is_read(old: str, new: str) -> None:
    result = open_text(SOURCE, changed(SOURCE, old, new)).result

    assert result.lines == 10 and not result.accepted


def test_a_file_without_components_is_read_by_its_deduction() -> None:
    sale = open_text(SOURCE, table(row())).lines[0]

    assert (sale.gross_minor, sale.commission_minor, sale.net_minor, sale.merchant_account) == (1000, 20, 980, "")


@pytest.mark.spec("R3")
def test_times_are_of_the_settlement_zone() -> None:
    def instant(day: str) -> datetime:
        content = table(row()).replace("2026-01-05", day).encode()
        line: Any = next(iter(read(SOURCE, BytesIO(content), registry=REPORT_FORMATS, zone="Europe/London")))
        return line.created_at  # type: ignore[no-any-return]

    assert instant("2026-01-05") == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert instant("2026-07-05") == datetime(2026, 7, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "gross", "kind"),
    [
        ("Scheme Fixed Fee", "0", "fee"),
        ("Authorization Variable Fee", "0", "fee"),
        ("Interchange Fee", "0", "fee"),
        ("First Chargeback", "-5", "chargeback"),
        ("Chargeback Reversal", "5", "reversal"),
    ],
)
@pytest.mark.spec("R3")
def test_breakdown_types_of_the_layout_with_a_row_for_each_fee(said: str, gross: str, kind: str) -> None:
    net = str(float(gross) - 0.2)

    assert open_text(SOURCE, table(row(said, gross, "-0.2", net))).lines[0].kind == kind


def test_unknown_types_are_kept() -> None:
    line = open_text(SOURCE, table(row("Moon Fee"))).lines[0]

    assert (line.kind, line.line_type, line.net_minor) == ("unknown", "Moon Fee", 980)


@pytest.mark.parametrize(
    ("broken", "code", "column"),
    [
        (row(gross="10.005", net="9.805"), "amount", 6),
        (row(gross="ten"), "amount", 6),
        (row(gross="", deduction="", net=""), "amount", 6),
        (row(net="1.1234567891"), "amount", 8),
        (row(payout=""), "columns", 5),
        (row(payout="a;b"), "columns", 5),
        (row(kind=""), "type", 1),
        (row().replace("EUR", "XXQ"), "currency", 4),
        (row().replace("2026-01-05T", "05/01/2026 "), "date", 3),
        (row().replace("pay_1", "p" * 4000), "too_long", 2),
    ],
)
@pytest.mark.spec("R2")
def test_a_broken_row_refuses_the_file_and_names_the_cell(broken: str, code: str, column: int) -> None:
    error = refusal_of(SOURCE, table(row(), broken))

    assert (error.code, error.line, error.column) == (code, 3, column)


@pytest.mark.spec("R2")
def test_payouts_are_told_one_by_one() -> None:
    result = open_own(TOLD, PROVIDER_FILES[TOLD]).result

    found = [(each.account_ref, each.number, each.currency, each.closing_minor) for each in result.statements]
    assert found == [("ent_a", "00000003K599", "EUR", 6974), ("ent_a", "00000003K600", "USD", 125000)]
    assert result.accepted and result.batches == () and result.lines == 2


@pytest.mark.spec("R2")
def test_a_payout_told_twice_is_flagged() -> None:
    line = CONTENT[TOLD].splitlines(keepends=True)[1]

    result = open_text(TOLD, CONTENT[TOLD] + line).result

    assert [(check.name, check.ok, check.actual) for check in result.checks] == [("sequence", False, 4)]


@pytest.mark.spec("R2")
def test_a_report_of_another_entity_is_told() -> None:
    for source in (SOURCE, TOLD):
        result = open_own(source, PROVIDER_FILES[source], account=["ent_b"]).result
        assert [check.actual for check in result.checks if check.name == "account_matches"] == ["ent_a"]
        assert not result.accepted
