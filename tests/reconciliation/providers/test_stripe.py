"""A Stripe payout from its report to the bank's line: matched, posted whole, proved three ways (R4, R5, R8)."""

from datetime import date
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.house import House

HEADER = (
    "balance_transaction_id,created_utc,automatic_payout_id,automatic_payout_effective_at_utc,currency,gross,fee,net,reporting_category,"
    "source_id,charge_id,payment_metadata[merchant_reference],description,trace_id,trace_id_status\n"
)
PAID = "po_1Gl3ZLLHughnNhxyFJTZRrPW"


def report(first: str, second: str, *, trace: str) -> str:
    """Two sales, a fee and a payout of 76.80."""
    rows = (
        f"txn_1,2026-11-19 12:00:00,{PAID},2026-11-20 00:00:00,EUR,50.00,1.20,48.80,charge,ch_1,ch_1,{first},,,",
        f"txn_2,2026-11-19 12:00:00,{PAID},2026-11-20 00:00:00,eur,30.00,0.75,29.25,charge,ch_2,ch_2,{second},,,",
        f"txn_3,2026-11-19 12:00:00,{PAID},2026-11-20 00:00:00,eur,-1.25,0.00,-1.25,fee,,,,Transaction Fees November,,",
        f"txn_4,2026-11-20 00:00:00,{PAID},2026-11-20 00:00:00,eur,-76.80,0.00,-76.80,payout,{PAID},,,STRIPE PAYOUT,{trace},supported",
    )
    return HEADER + "\n".join(rows) + "\n"


@pytest.mark.spec("R3", "R4", "R5", "R8")
def test_a_payout_is_tied_by_its_trace_id(house: "House") -> None:
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.providers import office

    # given two captures of ours, their report, and a bank that broke the trace id
    records = office.open_office(house, "stripe", "STRIPE_EU", payer="STRIPE")
    captures = [records.capture(5000, psp_ref="ch_1"), records.capture(3000, psp_ref="ch_2")]
    text = report(*map(office.reference, captures), trace="TR2026XKQ77120945")
    result = office.take_in(text, "stripe_payout", account="STRIPE_EU")
    office.bank_shows(("C76,80", "STRIPE TR2026XKQ7 7120945 PAYOUT"))

    # when
    office.run()

    # then
    batch = office.batch_of(PAID)
    assert result["lines"] == 4
    assert office.items_of(batch) == [("sale.object@1", capture.pk, 0) for capture in captures]
    office.assert_proved(batch, 7680, "bank.payout_reference@1")
    balances = {kind: records.balance(kind) for kind in ("clearing", "in_transit", "fees", "suspense")}
    assert balances == {"clearing": 0, "in_transit": 0, "fees": 320, "suspense": 0}
    assert not ExceptionCase.objects.exists()
    assert office.unproved() == []


@pytest.mark.spec("R5", "R6")
def test_without_a_trace_id_the_payer_and_the_amount_are_a_suggestion_until_the_window_closes(house: "House") -> None:
    from reconciliation.models import ExceptionCase, Match
    from reconciliation.queries import explain
    from tests.reconciliation.providers import office

    # given a bank that shows only who paid
    records = office.open_office(house, "stripe", "STRIPE_EU", payer="STRIPE")
    captures = [records.capture(5000, psp_ref="ch_1"), records.capture(3000, psp_ref="ch_2")]
    office.take_in(report(*map(office.reference, captures), trace=""), "stripe_payout", account="STRIPE_EU")
    office.bank_shows(("C76,80", "Stripe Payments Europe"))

    # when the day is run: a suggestion, nothing more
    office.run()
    case = ExceptionCase.objects.get()
    assert (case.reason_id, case.facts["suggested_batch"], office.batch_of(PAID).state) == ("BANK_CREDIT_UNIDENTIFIED", PAID, "SETTLED")

    # and when the last day has passed on which the bank may show it
    office.run(date(2026, 11, 26))

    # then
    office.assert_proved(office.batch_of(PAID), 7680, "bank.payer_and_amount@1")
    case.refresh_from_db()
    assert case.state == "AUTO_RESOLVED"
    said = [(each.on_line, each.on_item) for each in explain(Match.objects.get(rule="bank.payer_and_amount@1"))]
    assert said == [("", "STRIPE"), ("7680", "7680"), ("2026-11-23", "2026-11-20")]


@pytest.mark.spec("R5")
def test_two_lines_of_one_amount_are_for_people(house: "House") -> None:
    from tests.reconciliation.providers import office

    records = office.open_office(house, "stripe", "STRIPE_EU", payer="STRIPE")
    captures = [records.capture(5000, psp_ref="ch_1"), records.capture(3000, psp_ref="ch_2")]
    office.take_in(report(*map(office.reference, captures), trace=""), "stripe_payout", account="STRIPE_EU")
    office.bank_shows(("C76,80", "STRIPE"), ("C76,80", "STRIPE"))

    office.run(date(2026, 11, 26))

    assert office.batch_of(PAID).state == "SETTLED"


@pytest.mark.spec("R2")
def test_a_report_that_names_no_account_needs_one(house: "House") -> None:
    from reconciliation.models import SourceFile
    from tests.reconciliation.ingest.papers import ingest

    result = ingest(report("pi_1", "pi_2", trace="").encode(), source="stripe_payout", account="")

    assert (result["accepted"], result["error"]["code"]) == (False, "account")
    assert "--account" in result["error"]["message"]
    assert SourceFile.objects.get().state == "REFUSED"


@pytest.mark.spec("R2")
def test_a_payout_that_its_rows_do_not_make_is_a_case_and_not_loaded(house: "House") -> None:
    from reconciliation.models import ExceptionCase, SettlementBatch
    from tests.reconciliation.ingest.papers import ingest

    broken = report("pi_1", "pi_2", trace="").replace("-76.80,0.00,-76.80", "76.80,0.00,76.80")  # the sign that real files have

    result = ingest(broken.encode(), source="stripe_payout")

    assert (result["readable"], result["accepted"]) == (True, False)
    case = ExceptionCase.objects.get()
    assert (case.reason_id, case.amount_minor, SettlementBatch.objects.count()) == ("SETTLEMENT_BATCH_UNBALANCED", 15360, 0)


@pytest.mark.spec("R4", "R8")
def test_a_manual_payout_takes_its_amount_from_what_the_days_left(house: "House") -> None:
    from tests.reconciliation.providers import office

    # given an account without automatic payouts: its rows name none
    records = office.open_office(house, "stripe", "STRIPE_EU", payer="STRIPE")
    capture = records.capture(5000, psp_ref="ch_1")
    rows = (
        f"txn_1,2026-11-19 12:00:00,,,EUR,50.00,1.20,48.80,charge,ch_1,ch_1,{office.reference(capture)},,,",
        "txn_2,2026-11-20 08:00:00,,,EUR,-40.00,0.00,-40.00,payout,po_1Manual,,,,TR55512345,supported",
    )
    office.take_in(HEADER + "\n".join(rows) + "\n", "stripe_payout", account="STRIPE_EU")
    office.bank_shows(("C40,00", "STRIPE TR55512345"))

    # when
    office.run()

    # then
    office.assert_proved(office.batch_of("po_1Manual"), 4000, "bank.payout_reference@1")
    day = office.batch_of("balance-2026-11-19")
    assert (day.state, day.payout_minor) == ("SETTLED", 0)
    assert office.items_of(day) == [("sale.object@1", capture.pk, 0)]
    assert (records.balance("clearing"), records.balance("in_transit")) == (0, 880)  # 48.80 earned, 40.00 paid out
    assert office.unproved() == []
