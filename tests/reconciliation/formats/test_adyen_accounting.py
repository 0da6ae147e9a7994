"""Adyen's payment accounting report: events of payments in any order, and buckets that must even out."""

from datetime import UTC, datetime

import pytest

from reconciliation.formats import PspEvent
from tests.reconciliation.formats.opening import FILES, open_text, refusal_of

OWN = (FILES / "payments_accounting_report.csv").read_text()


@pytest.mark.spec("R1", "R3", "R4")
def test_each_row_is_an_event_with_what_it_moved() -> None:
    opened = open_text("adyen_accounting", OWN, account=["sandbox_eu"])

    assert opened.result.accepted and opened.result.batches == ()
    assert [(e.kind, e.received_minor, e.authorised_minor, e.captured_minor, e.payable_minor) for e in opened.lines] == [
        ("settled", 0, 0, -1040, 1002),
        ("received", 1040, 0, 0, 0),
        ("authorised", -1040, 1040, 0, 0),
        ("capture_sent", 0, -1040, 1040, 0),
        ("settled", 0, 0, -1200, 1050),
        ("chargeback", 0, 0, 0, -1050),
        ("unknown", 0, 100, 0, 0),
    ]
    first = opened.lines[0]
    assert isinstance(first, PspEvent)
    assert (first.booked_at, first.commission_minor, first.record_type) == (datetime(2026, 1, 5, 11, tzinfo=UTC), 38, "Settled")
    assert (first.merchant_reference, first.raw) == ("pi_01h455vb4pex5vsknk084sn02q", OWN.splitlines()[1])
    assert (opened.lines[1].processing_currency, opened.lines[1].processing_fee_minor) == ("EUR", 10)
    assert {(t.type, t.currency): (t.count, t.debit_minor, t.credit_minor) for t in opened.result.totals}["authorised", "EUR"] == (
        1,
        1040,
        1040,
    )
    assert [(s.account_ref, s.lines, s.line_number) for s in opened.result.statements] == [("SANDBOX_EU", 7, 2)]


@pytest.mark.parametrize(
    ("old", "new"), [("-10.4,EUR,10.02", "-10.4,EUR,10.03"), (",-10.4,10.4,,,,,,,,,,,visa", ",-10.4,10.5,,,,,,,,,,,visa")]
)
@pytest.mark.spec("R2")
def test_what_leaves_one_bucket_arrives_in_others(old: str, new: str) -> None:
    result = open_text("adyen_accounting", OWN.replace(old, new, 1)).result

    assert not result.accepted
    assert [check.name for check in result.checks if not check.ok] == ["control_total"]


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        ("PST", "XXT", "zone", 7),
        ("2026-01-05 03:00:00", "05/01/2026", "date", 6),
        ("Settled,EUR", ",EUR", "type", 10),
        ("Settled,EUR", "Settled,", "amount", 14),
        ("Settled,EUR", "Settled,EUX", "currency", 11),
        ("10.02", "1O.02", "amount", 16),
        ("SANDBOX_EU", "", "columns", 2),
        ("pi_01h455vb4pex5vsknk084sn02q", "4111111111111111", "card_number", 4),
    ],
)
@pytest.mark.spec("R2", "C14")
def test_a_broken_row_is_named(old: str, new: str, code: str, column: int) -> None:
    error = refusal_of("adyen_accounting", OWN.replace(old, new, 1))

    assert (error.code, error.line, error.column) == (code, 2, column)
