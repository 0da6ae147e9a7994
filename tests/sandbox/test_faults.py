"""Each injected code: what the papers, the lookup and the events show, and that the truth row says it."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from config.sandbox.faults.plan import CODES
from tests.sandbox.paper import DAY, NEXT_DAY, amount, net_by_currency, path_of, play_day, report_rows, truth_of
from tests.sandbox.running import Receiver, RunningSandbox

pytestmark = pytest.mark.spec("Z1", "Z3")
DIFFERING = {"GROSS_AMOUNT_DIFFERS": "Settled", "REFUND_AMOUNT_DIFFERS": "Refunded", "PAYOUT_AMOUNT_DIFFERS": "PaidOut"}


class Faulty:
    """A day in which every code was injected once (with three transfers there is room for both settlement codes)."""

    def __init__(self, sandbox: RunningSandbox, receiver: Receiver) -> None:
        self.sandbox, self.receiver = sandbox, receiver
        profile = {"v": 1, "codes": {code: {"count": 1} for code in CODES}}
        sandbox.control("POST", "faults", {"profile": profile, "seed": 7})
        play_day(sandbox)
        sandbox.settle_down()
        self.told = len(receiver.events)
        self.closed = sandbox.control("POST", "close_day", {"date": DAY})
        sandbox.settle_down()
        self.rows = report_rows(self.closed)
        self.next = sandbox.control("POST", "close_day", {"date": NEXT_DAY, "faults": "none"})

    def row(self, code: str) -> dict[str, Any]:
        """The truth row of a code."""
        return truth_of(self.closed, code)

    def lines(self, code: str, kind: str) -> list[dict[str, str]]:
        """The report's rows of a Type for the object that a code hit."""
        return [row for row in self.rows if row["Type"] == kind and row["Psp Reference"] == self.row(code)["keys"]["psp_reference"]]

    def events(self, code: str) -> list[str]:
        """The events that the close sent about that object."""
        reference = self.row(code)["keys"]["merchant_reference"]
        return [event["event"] for event in self.receiver.events[self.told :] if event["merchant_reference"] == reference]

    def payment(self, code: str) -> dict[str, Any] | None:
        """What the lookup says of it."""
        found = self.sandbox.look_up(psp_ref=self.row(code)["keys"]["psp_reference"])
        return found and found[found["kind"]]


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faulty]:
    receiver = Receiver()
    sandbox = RunningSandbox(tmp_path_factory.mktemp("faulty"), webhook_url=receiver.url)
    yield Faulty(sandbox, receiver)
    sandbox.kill()
    receiver.close()


def test_every_code_is_injected_once_and_on_an_object_of_its_own(faulty: Faulty) -> None:
    truth = faulty.closed["truth"]
    assert Counter(row["code"] for row in truth) == Counter(CODES)
    objects = [row["keys"]["psp_reference"] for row in truth if row["keys"]["psp_reference"]]
    assert len(set(objects)) == len(objects)
    assert all(row["amount_minor"] > 0 and row["kind"] == "mismatch" for row in truth)
    assert faulty.next["truth"] == []


def test_the_psp_pays_what_its_report_says(faulty: Faulty) -> None:
    assert set(net_by_currency(faulty.rows).values()) == {0}


@pytest.mark.parametrize("code", ["LEDGER_CREDIT_MISSING_PSP_SUCCESS", "PSP_SUCCESS_AFTER_TERMINAL"])
def test_silent_captures(faulty: Faulty, code: str) -> None:
    (line,), payment = faulty.lines(code, "Settled"), faulty.payment(code)
    assert payment is not None
    assert (payment["state"], faulty.events(code)) == ("CAPTURED", [])
    assert line["Creation Date"].startswith(f"{DAY} 23:5")
    assert amount(line, "Gross Credit (GC)") * 100 == faulty.row(code)["amount_minor"] == payment["captured"]["minor_units"]


def test_duplicate_capture(faulty: Faulty) -> None:
    lines, payment = faulty.lines("DUPLICATE_PSP_CAPTURE", "Settled"), faulty.payment("DUPLICATE_PSP_CAPTURE")
    assert payment is not None
    assert len({line["Modification Reference"] for line in lines}) == len(payment["captures"]) == 2
    assert faulty.events("DUPLICATE_PSP_CAPTURE") == []
    books = faulty.sandbox.control("GET", "books")
    assert (books["double_charged"], books["double_paid"]) == ([], [])


def test_duplicate_line(faulty: Faulty) -> None:
    first, second = faulty.lines("DUPLICATE_PSP_LINE", "Settled")
    assert first == second
    payment = faulty.payment("DUPLICATE_PSP_LINE")
    assert payment is not None
    assert len(payment["captures"]) == 1


@pytest.mark.parametrize("code", DIFFERING)
def test_amounts_that_differ(faulty: Faulty, code: str) -> None:
    (line,), held = faulty.lines(code, DIFFERING[code]), faulty.payment(code)
    assert held is not None
    true_minor = held["refunds"][0]["amount"]["minor_units"] if code.startswith("REFUND") else held["amount"]["minor_units"]
    reported = (amount(line, "Gross Credit (GC)") + amount(line, "Gross Debit (GC)")) * 100
    assert abs(reported - true_minor) == faulty.row(code)["amount_minor"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("CAPTURE_NOT_SETTLED", "Settled"),
        ("LEDGER_CREDIT_WITHOUT_PSP", "Settled"),
        ("REFUND_MISSING_AT_PSP", "Refunded"),
        ("WITHDRAWAL_SENT_PSP_NOT_PAID", "PaidOut"),
    ],
)
def test_lines_that_never_come(faulty: Faulty, code: str, kind: str) -> None:
    assert faulty.lines(code, kind) == []
    assert (faulty.payment(code) is None) == (code == "LEDGER_CREDIT_WITHOUT_PSP")
    assert faulty.row(code)["business_date"] == DAY


def test_refund_and_chargeback_out_of_the_blue(faulty: Faulty) -> None:
    (refund,) = faulty.lines("REFUND_UNKNOWN_TO_PLATFORM", "Refunded")
    assert refund["Modification Merchant Reference"] == ""
    (chargeback,) = faulty.lines("CHARGEBACK_NOT_BOOKED", "Chargeback")
    assert amount(chargeback, "Gross Debit (GC)") * 100 == faulty.row("CHARGEBACK_NOT_BOOKED")["amount_minor"]
    assert chargeback["Dispute Reference"].startswith("dsp_")
    assert faulty.events("REFUND_UNKNOWN_TO_PLATFORM") == faulty.events("CHARGEBACK_NOT_BOOKED") == []


def test_payouts_returned_and_paid_in_silence(faulty: Faulty) -> None:
    assert len(faulty.lines("PAYOUT_RETURNED", "PaidOut")) == len(faulty.lines("PAYOUT_RETURNED", "PaidOutReversed")) == 1
    assert faulty.events("PAYOUT_RETURNED") == ["payout.returned"]
    assert len(faulty.lines("PAYOUT_PAID_NOT_RECORDED", "PaidOut")) == 1
    assert faulty.events("PAYOUT_PAID_NOT_RECORDED") == []
    assert faulty.row("PAYOUT_PAID_NOT_RECORDED")["keys"]["merchant_reference"].startswith("po_held")


def test_lines_that_nobody_can_explain(faulty: Faulty) -> None:
    (sale,) = faulty.lines("PSP_LINE_UNKNOWN_REFERENCE", "Settled")
    assert re.fullmatch(r"WEB-\d{8}", sale["Merchant Reference"])
    assert len(faulty.lines("UNKNOWN_LINE_TYPE", "LoyaltyAdjustment")) == 1
    fees = [row for row in faulty.rows if row["Type"] == "Fee" and not row["Modification Reference"].startswith("Transaction Fees")]
    assert [int(amount(row, "Net Debit (NC)") * 100) for row in fees] == [faulty.row("FEE_UNEXPECTED")["amount_minor"]]


def test_settlement_faults_hit_two_transfers(faulty: Faulty) -> None:
    differs, missing = faulty.row("BANK_SETTLEMENT_AMOUNT_DIFFERS"), faulty.row("PSP_SUCCESS_MISSING_BANK_SETTLEMENT")
    assert differs["currency"] != missing["currency"]
    assert (differs["business_date"], missing["business_date"]) == (NEXT_DAY, DAY)
    texts = {row["currency"]: _statement(faulty.next, row["currency"]) for row in (differs, missing)}
    assert differs["keys"]["bank_reference"] in texts[differs["currency"]]
    assert missing["keys"]["psp_reference"] not in texts[missing["currency"]]
    payout = next(row for row in faulty.rows if missing["keys"]["psp_reference"] in row["Modification Reference"])
    assert amount(payout, "Net Debit (NC)") * 100 == missing["amount_minor"]


def test_strangers_on_the_statement(faulty: Faulty) -> None:
    for code in ("BANK_CREDIT_UNIDENTIFIED", "BANK_DEBIT_UNIDENTIFIED"):
        row = faulty.row(code)
        assert row["account"] == f"BANK_{row['currency']}"
        assert row["keys"]["bank_reference"] in _statement(faulty.closed, row["currency"])


def _statement(answer: dict[str, Any], currency: str) -> str:
    source = "mt940" if currency == "SEK" else "camt053"
    return path_of(answer, source=source, account=f"BANK_{currency}").read_text()
