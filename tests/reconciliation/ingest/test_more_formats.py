"""Every way in ends in the same books: a payout of a report in one format is tied to a bank line in another (R1, R5, R8)."""

import io
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.house import House

LATER = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)  # a Monday
IBAN = "MT84MALT011000012345MTLCAST001S"
MOLLIE = """{"resource": "settlement", "id": "stl_1", "reference": "1234567.2611.02", "status": "paidout",
"amount": {"currency": "EUR", "value": "39.75"}, "settledAt": "2026-11-20T09:41:44.0Z", "periods": {"2026": {"11": {"revenue": [
{"description": "iDEAL", "method": "ideal", "count": 6, "amountNet": {"currency": "EUR", "value": "42.9000"}, "amountVat": null,
 "amountGross": {"currency": "EUR", "value": "42.9000"}}],
"costs": [{"description": "iDEAL", "method": "ideal", "count": 6, "amountNet": {"currency": "EUR", "value": "2.6000"},
 "amountVat": {"currency": "EUR", "value": "0.5460"}, "amountGross": {"currency": "EUR", "value": "3.1460"}}]}}}}
"""
REPORT = """merchant_account,batch_number,type,psp_reference,object_reference,merchant_reference,created_at,gross_currency,gross,\
commission,markup,scheme_fee,interchange,net_currency,net,exchange_rate,payment_method,payout_reference
SANDBOX_EU,P-7,Sale,psp_1,cap_1,pi_unknown,2026-11-20T09:00:00Z,EUR,40.00,0.25,,,,EUR,39.75,,visa,
SANDBOX_EU,P-7,Transfer,,,,2026-11-20T09:41:44Z,EUR,,,,,,EUR,-39.75,,,1234567.2611.02
"""
EVENTS = """Merchant Account,Psp Reference,Merchant Reference,Booking Date,TimeZone,Record Type,Payment Currency,Received (PC),\
Authorised (PC),Captured (PC),Settlement Currency,Payable (SC)
SANDBOX_EU,psp_1,pi_unknown,2026-11-20 09:00:00,CET,Received,EUR,40,,,,
SANDBOX_EU,psp_1,pi_unknown,2026-11-20 09:00:01,CET,Authorised,EUR,-40,40,,,
"""
BAI2 = f"""01,BANK,COUNTROOM,261124,0600,1,,,2/
02,COUNTROOM,BANK,1,261123,,EUR,2/
03,{IBAN},,010,100000,,,015,103825,,/
16,142,3975,0,B1,,SETTLEMENT 1234567.26
88,11.02 OF SANDBOX PAYMENTS/
16,698,150,0,B2,,ACCOUNT MAINTENANCE/
49,207950,5/
98,207950,1,7/
99,207950,1,9/
"""
CSV = f"""Date,Description,Amount,Currency,Balance,Account,Reference
2026-11-23,"SETTLEMENT 1234567.2611.02, SANDBOX",39.75,EUR,1039.75,{IBAN},B1
2026-11-23,SOMETHING ELSE,-1.50,EUR,1038.25,{IBAN},B2
"""


def take_in(text: str, source: str, account: str) -> dict[str, Any]:
    from reconciliation.operations import ingest_file
    from tests.reconciliation.ingest.papers import ACTOR

    file = io.BytesIO(text.encode())
    return ingest_file(file=file, name=f"paper.{source}", source=source, account=account, actor=ACTOR, now=LATER)


@pytest.mark.parametrize(
    ("report", "source", "named"), [(MOLLIE, "mollie_settlement", "SANDBOX_EU"), (REPORT, "csv_psp", ""), (REPORT, "csv_psp", "SANDBOX_EU")]
)
@pytest.mark.parametrize(("statement", "bank_source"), [(BAI2, "bai2"), (CSV, "csv_bank")])
@pytest.mark.spec("R1", "R2", "R3", "R5", "R8")
def test_a_payout_is_tied_to_the_bank_line_that_names_it(
    house: "House", report: str, source: str, named: str, statement: str, bank_source: str
) -> None:
    from ledger.queries import get_balance
    from reconciliation.models import BankLine, Match, PspLine, SettlementBatch, SourceFile
    from reconciliation.operations import reconcile
    from reconciliation.queries import raw_line, three_way_proof

    assert take_in(report, source, named)["accepted"]
    assert take_in(statement, bank_source, "BANK_EUR")["accepted"]
    reconcile(date=DAY, now=LATER)

    batch = SettlementBatch.objects.get()
    proof = three_way_proof(batch)
    assert (batch.state, batch.payout_minor, batch.transfer_reference.split()[0]) == ("PAID", 3975, "1234567.2611.02")
    assert (proof.computed_minor, proof.payout_minor, proof.bank_minor, proof.residual_minor) == (3975, 3975, 3975, 0)
    assert Match.objects.get(line_kind="bank", item_id=batch.pk).rule == "bank.payout_reference@1"
    assert get_balance(house.entity.pk, "bank", house.bank.public_id, "EUR") == 103825
    assert SourceFile.objects.filter(state="LOADED").count() == 2
    raw = raw_line(PspLine.objects.get(kind="sale")), raw_line(BankLine.objects.get(amount_minor=3975))
    assert ("ideal" if source == "mollie_settlement" else "cap_1") in raw[0]
    assert ("\n88,11.02 OF SANDBOX PAYMENTS/" if bank_source == "bai2" else "2026-11-23,") in raw[1]


@pytest.mark.spec("R1", "R4")
def test_events_are_checked_and_kept_and_nothing_of_them_is_posted(house: "House") -> None:
    from reconciliation.models import PspLine, SourceFile
    from reconciliation.queries.psp_events import iter_events

    told = take_in(EVENTS, "adyen_accounting", "")

    file = SourceFile.objects.get()
    assert told["accepted"] and (file.state, file.lines, file.merchant_account) == ("LOADED", 2, house.merchant)
    assert PspLine.objects.count() == 0
    assert [(event.kind, event.authorised_minor) for event in iter_events(file)] == [("received", 0), ("authorised", 4000)]


@pytest.mark.parametrize("source", ["csv_psp", "mollie_settlement", "adyen_accounting"])
@pytest.mark.spec("R2")
def test_a_report_is_not_taken_for_a_bank_account(house: "House", source: str) -> None:
    papers = {"csv_psp": REPORT, "mollie_settlement": MOLLIE, "adyen_accounting": EVENTS}

    assert take_in(papers[source], source, "BANK_EUR")["error"]["code"] == "account"


@pytest.mark.spec("R2")
def test_a_settlement_that_names_no_account_must_be_given_one(house: "House") -> None:
    told = take_in(MOLLIE, "mollie_settlement", "")

    assert (told["error"]["code"], told["accepted"]) == ("account", False)
    assert "--account" in told["error"]["message"]
