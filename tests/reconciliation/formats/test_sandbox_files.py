"""Files that the sandbox PSP and its banks write are read by our readers: two sides that share no code agree on the layout."""

from datetime import UTC, date, datetime

import pytest

from config.sandbox.reports.bank import Line, Statement
from config.sandbox.reports.camt053 import write_camt053
from config.sandbox.reports.fees import Fees
from config.sandbox.reports.mt940 import write_mt940
from config.sandbox.reports.sdr import Row, write_report
from tests.reconciliation.formats.opening import open_text

NARRATIVE = "TX635094301XT batch 38, Countroom_SANDBOX_EU"


@pytest.mark.parametrize("version", ["08", "02"])
@pytest.mark.spec("R1", "R3")
def test_a_camt053_statement_of_the_sandbox(version: str) -> None:
    bank = {"iban": "MT84MALT011000012345MTLCAST001S", "currency": "EUR", "bic": "MALTMTMT", "camt_version": version}
    opened = open_text("camt053", write_camt053(statement_of(bank)), account=[bank["iban"]])

    assert opened.result.accepted
    assert [line.amount_minor for line in opened.lines] == [123456, -150]
    assert opened.lines[0].payout_references == ("TX635094301XT",)
    assert opened.lines[0].counterparty_name == "SANDBOX PAYMENTS B.V."


@pytest.mark.spec("R1", "R3")
def test_an_mt940_statement_of_the_sandbox() -> None:
    bank = {"iban": "SE4550000000058398257466", "currency": "SEK"}
    opened = open_text("mt940", write_mt940(statement_of(bank)), account=[bank["iban"]])

    assert opened.result.accepted
    payout, charge = opened.lines
    assert (payout.amount_minor, payout.booking_date, payout.bank_reference) == (123456, date(2026, 1, 6), "B1")
    assert payout.narrative == f"GUTSCHRIFT {NARRATIVE}" and payout.payout_references == ("TX635094301XT",)
    assert payout.search_text.startswith("TX635094301XTBATCH38,COUNTROOM_SANDBOX_EU|")
    assert (charge.amount_minor, charge.narrative) == (-150, "ENTGELT ACCOUNT MAINTENANCE CHARGE")


def statement_of(bank: dict[str, str]) -> Statement:
    lines = [
        Line(123456, "transfer", "SANDBOX PAYMENTS B.V.", NARRATIVE, "", "B1"),
        Line(-150, "charge", "", "ACCOUNT MAINTENANCE CHARGE", "", "B2"),
    ]
    return Statement(bank, 7, date(2026, 1, 6), date(2026, 1, 5), -1000, 122306, lines)  # type: ignore[arg-type]


@pytest.mark.parametrize(("day", "zone", "instant"), [("2026-01-05", "CET", "11:00"), ("2026-07-05", "CEST", "11:00")])
@pytest.mark.spec("R1", "R3")
def test_a_settlement_report_of_the_sandbox(day: str, zone: str, instant: str) -> None:
    at = f"{day}T{instant}:00Z"
    rows = [
        Row("Settled", "EUR", 976, at, 1000, Fees(commission=24), "psp_1", "pi_1", "obj_1", "cap_1", "card"),
        Row("PaidOut", "EUR", -540, at, -500, Fees(commission=40), "psp_2", "po_1", "obj_2", "po_1", "payout"),
        Row("MerchantPayout", "EUR", -436, at, modification=NARRATIVE),
    ]
    account = {"zone": "Europe/Malta", "company": "Countroom", "code": "SANDBOX_EU"}
    report = write_report(rows, account=account, number=38, booking_date=day)  # type: ignore[arg-type]
    opened = open_text("adyen_sdr", report, account=["SANDBOX_EU"])

    assert opened.result.accepted
    assert [(line.kind, line.gross_minor, line.net_minor) for line in opened.lines] == [
        ("sale", 1000, 976),
        ("payout", -500, -540),
        ("transfer", 0, -436),
    ]
    assert {line.created_at for line in opened.lines} == {datetime.fromisoformat(f"{day}T{instant}:00").replace(tzinfo=UTC)}
    assert zone in opened.lines[0].raw
    assert opened.result.batches[0].payout_minor == 436
