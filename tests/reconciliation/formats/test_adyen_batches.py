"""Adyen's settlement details report in every layout that was seen, and batches of every make (FORMATS.md 1.1)."""

import json

import pytest

from reconciliation.formats.adyen_batches import BatchBook
from tests.reconciliation.formats.adyen_rows import HEADERS, payout, report, row, sale
from tests.reconciliation.formats.opening import open_text

EXTRA = [
    "Booking Date", "Booking Date TimeZone", "Metadata", "Balance Currency", "Net Debit (BC)", "Net Credit (BC)", "Payment Fees (NC)",
    "DCC Markup (NC)", "Funds Destination", "Balance Platform Debit", "Balance Platform Credit", "Shopper Country", "Clearing Network",
    "Merchant Order Reference", "Dispute Reference", "ARN", "Settlement Flow", "Authorisation Code", "Gross Fees (NC)",
]  # fmt: skip


@pytest.mark.parametrize("count", [25, 29, 30, 31, 32, 34, 49])
@pytest.mark.spec("R1")
def test_every_width_that_was_seen_is_read_alike(count: int) -> None:
    """25 columns lack reserved ones; 49 have every extra one, of which totals and balances are nothing of ours to add."""
    every = [*(name for name in HEADERS if not name.startswith("Reserved")), *(name for name in HEADERS if name.startswith("Reserved"))]
    filled = {
        "Payment Fees (NC)": "0.2",
        "Gross Fees (NC)": "0.2",
        "Net Credit (BC)": "7",
        "Metadata": '{"a": "b"}',
        "ARN": "74537604221222132710572",
    }
    opened = open_text("adyen_sdr", report({**sale(), **filled}, payout("9.8"), headers=[*every, *EXTRA][:count]))

    assert opened.result.accepted and len(opened.lines) == 2
    assert (opened.lines[0].net_minor, opened.lines[0].commission_minor) == (980, 20)


@pytest.mark.spec("R1", "R2")
def test_a_batch_with_several_payouts_a_reserve_and_a_remainder_that_is_carried() -> None:
    withheld = row(type="DepositCorrection", psp="", reference="", modification="Deposit", gross_currency="", net_debit="1.3")
    carried = row(type="Balancetransfer", psp="", reference="", modification="To batch 39", gross_currency="", net_debit="2.5")
    again = payout("2", modification="TX635094302XT batch 38, SANDBOX_EU")
    opened = open_text("adyen_sdr", report(sale(), withheld, payout("4"), again, carried))

    (batch,) = opened.result.batches
    assert opened.result.accepted
    assert (batch.payout_minor, batch.carried_minor, batch.payout_references) == (600, 250, ("TX635094301XT", "TX635094302XT"))


@pytest.mark.spec("R1", "R2")
def test_a_batch_that_only_carries_its_remainder_expects_no_bank_line() -> None:
    brought = row(type="Balancetransfer", psp="", reference="", modification="From batch 37", gross_currency="", net_debit="20")
    carried = row(type="Balancetransfer", psp="", reference="", modification="To batch 39", gross_currency="", net_credit="10.2")
    (batch,) = open_text("adyen_sdr", report(sale(), brought, carried)).result.batches

    assert (batch.payout_minor, batch.carried_minor, batch.net_minor, batch.payout_references) == (0, 980, 0, ())


@pytest.mark.parametrize(
    "said", ["TX2342222277XT batch 2, WikimediaCOM batch 2, WikimediaCOM", "TX2342222277XT batch 380, YOURC", "TX 2342222277XT"]
)
@pytest.mark.spec("R5")
def test_the_reference_is_found_however_the_narrative_repeats_or_ends(said: str) -> None:
    (line,) = open_text("adyen_sdr", report(payout("9.8", modification=said))).lines
    assert line.payout_reference == "TX2342222277XT"


@pytest.mark.spec("R2")
def test_a_report_whose_every_row_stands_twice_is_not_accepted_though_it_comes_to_zero() -> None:
    rows = (sale(), payout("9.8"))

    failed = [check for check in open_text("adyen_sdr", report(*rows, *rows)).result.checks if not check.ok]
    assert [(check.name, check.actual) for check in failed] == [("sequence", 5)]

    first, second = BatchBook(), BatchBook()
    first.note_paid("row", 3)
    second.note_paid("row", 2)
    first.join(json.loads(json.dumps(second.as_json())), 40)  # the halves of a large report
    assert [check.actual for check in first.checks(()) if not check.ok] == [42]
