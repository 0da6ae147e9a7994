"""Each injected code: what the papers, the lookup and the events show, and that the truth row says it."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.sandbox.faults.plan import CODES
from config.sandbox.reports.fees import fees_of
from config.sandbox.reports.rates import AGREED, converted, worse_rate
from tests.sandbox.paper import DAY, NEXT_DAY, amount, net_by_currency, path_of, play_day, report_rows, truth_of
from tests.sandbox.running import Receiver, RunningSandbox

pytestmark = pytest.mark.spec("Z1", "Z3")
# The first two need a day before: without, nothing shows that one is missing. What waits for ever, and who paid, is asked for by a
# token. A report that was refused before, or restated, does not come late too.
OTHER_ACCOUNTS = (
    "RESERVE_DIFFERS",
    "RESERVE_RELEASE_OVERDUE",
    "CUTOFF_DIFFERENCE",
)  # of an account that withholds one, or lives in another zone
NOT_TODAY = {"SETTLEMENT_REPORT_GAP", "STATEMENT_GAP", "ABNORMAL_PENDING", "PAYER_NAME_MISMATCH", "SOURCE_FILE_LATE", *OTHER_ACCOUNTS}
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
    of_payments = Counter(row["code"] for row in truth if str(row["keys"]["merchant_reference"]).startswith(("pi_sale", "po_", "rf_")))
    assert {row["code"] for row in truth} == set(CODES) - NOT_TODAY
    assert len(of_payments) > 25 and set(of_payments.values()) == {1}
    objects = [row["keys"]["psp_reference"] for row in truth if row["keys"]["psp_reference"]]
    assert len(set(objects)) == len(objects)
    assert all(row["kind"] == "mismatch" for row in truth)
    assert all(row["amount_minor"] > 0 for row in truth if row["keys"]["psp_reference"])
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


def test_a_sale_settled_in_another_currency_at_a_worse_rate(faulty: Faulty) -> None:
    (line,) = (row for row in faulty.rows if row["Exchange Rate"] not in ("", "1"))
    pair = f"{line['Gross Currency']}/{line['Net Currency']}"
    assert line["Exchange Rate"] == worse_rate(pair) and line["Net Currency"] == "EUR"
    gross_minor = int(amount(line, "Gross Credit (GC)") * 100)
    came = int((amount(line, "Net Credit (NC)") - amount(line, "Net Debit (NC)") + amount(line, "Commission (NC)")) * 100)
    assert came == converted(gross_minor, pair, line["Exchange Rate"])
    row = faulty.row("FX_RATE_DIFFERS")
    assert (row["amount_minor"], row["currency"]) == (converted(gross_minor, pair, AGREED[pair]) - came, line["Gross Currency"])


def test_a_fee_that_is_rounded_otherwise_is_one_unit_more(faulty: Faulty) -> None:
    faulty.row("ROUNDING_DIFFERENCE")
    sales = [row for row in faulty.rows if row["Type"] == "Settled" and row["Merchant Reference"].startswith("pi_")]
    more = Counter(
        int(amount(row, "Commission (NC)") * 100)
        - fees_of("Settled", gross_minor=base_of(row), pricing="blended", currency=row["Net Currency"]).total
        for row in sales
    )
    assert (more[1], more[50]) == (1, 1)


def base_of(row: dict[str, str]) -> int:
    """What the fees of a sale are of, minor units of the settlement."""
    return int((amount(row, "Net Credit (NC)") - amount(row, "Net Debit (NC)") + amount(row, "Commission (NC)")) * 100)


def test_a_balance_that_nobody_funded(faulty: Faulty) -> None:
    path = path_of(faulty.closed, source="psp_balances", account="SANDBOX_EU")
    row = next(row for row in faulty.closed["truth"] if (row["code"], row["account"]) == ("PSP_BALANCE_DIFFERS", "SANDBOX_EU"))
    stated = f"SANDBOX_EU,{DAY},prefund,{row['currency']},{row['amount_minor'] / 100:.2f}"
    assert path.read_text(encoding="utf-8").splitlines() == ["Merchant Account,Date,Balance,Currency,Amount", stated]


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
    for code, text in (("FEE_UNEXPECTED", "Card Programme Surcharge"), ("CHARGEBACK_FEE_NOT_BOOKED", "Chargeback Fee")):
        fees = [row for row in faulty.rows if row["Type"] == "Fee" and row["Modification Reference"].startswith(text)]
        assert [int(amount(row, "Net Debit (NC)") * 100) for row in fees] == [faulty.row(code)["amount_minor"]]


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


def test_what_the_psp_takes_back_is_told_and_has_no_row(faulty: Faulty) -> None:
    assert faulty.events("CAPTURE_FAILED_AFTER_CREDIT") == ["payment.failed"]
    assert faulty.events("DEPOSIT_RETURNED") == ["payment.returned"]
    for code in ("CAPTURE_FAILED_AFTER_CREDIT", "DEPOSIT_RETURNED", "CREDITED_ON_AUTHORISATION"):
        assert faulty.lines(code, "Settled") == []
    held = faulty.payment("CREDITED_ON_AUTHORISATION")
    assert held is not None
    assert (held["state"], held["captures"]) == ("AUTHORIZED", [])


def test_a_row_in_another_currency_or_of_another_account(faulty: Faulty) -> None:
    (line,) = faulty.lines("CURRENCY_DIFFERS", "Settled")
    assert line["Gross Currency"] == "USD" != line["Net Currency"]
    row = faulty.row("WRONG_MERCHANT_ACCOUNT")
    assert row["account"] != "SANDBOX_EU"
    assert faulty.lines("WRONG_MERCHANT_ACCOUNT", "Settled") == []
    elsewhere = report_rows(faulty.closed, account=row["account"])
    assert [each["Merchant Reference"] for each in elsewhere if each["Type"] == "Settled"] == [row["keys"]["merchant_reference"]]


def test_paid_twice_and_paid_although_failed(faulty: Faulty) -> None:
    twice = {"REFUND_PAID_TWICE": ("Refunded", "Modification Merchant Reference"), "PAYOUT_PAID_TWICE": ("PaidOut", "Merchant Reference")}
    for code, (kind, column) in twice.items():
        reference = faulty.row(code)["keys"]["merchant_reference"]
        own = [row for row in faulty.rows if row["Type"] == kind and row[column] == reference]
        assert len({row["Modification Reference"] for row in own}) == len(own) == 2
    assert len(faulty.lines("STATUS_DIFFERS", "Refunded")) == len(faulty.lines("PAYOUT_PAID_AFTER_RELEASE", "PaidOut")) == 1
    refund = faulty.sandbox.look_up(merchant_reference="rf_failing")
    assert refund is not None and refund["refund"]["state"] == "FAILED"


def test_chargebacks_that_are_told(faulty: Faulty) -> None:
    for code in ("CHARGEBACK_AMOUNT_DIFFERS", "CHARGEBACK_REVERSAL_NOT_BOOKED", "REFUND_AND_CHARGEBACK_BOTH_PAID"):
        assert faulty.events(code) == ["dispute.opened", "dispute.debited"], code
        assert len(faulty.lines(code, "Chargeback")) == 1
    assert len(faulty.lines("CHARGEBACK_REVERSAL_NOT_BOOKED", "ChargebackReversed")) == 1
    (line,) = faulty.lines("CHARGEBACK_AMOUNT_DIFFERS", "Chargeback")
    held = faulty.payment("CHARGEBACK_AMOUNT_DIFFERS")
    assert held is not None
    difference = amount(line, "Gross Debit (GC)") * 100 - held["disputes"][0]["amount"]["minor_units"]
    assert abs(difference) == faulty.row("CHARGEBACK_AMOUNT_DIFFERS")["amount_minor"]


@pytest.mark.parametrize("token", ["approve.lost", "approve"])
def test_no_fault_needs_that_a_chargeback_is_heard_of_where_its_events_are_lost(tmp_path: Path, token: str) -> None:
    told = ("CHARGEBACK_AMOUNT_DIFFERS", "CHARGEBACK_LINE_MISSING", "CHARGEBACK_REVERSAL_NOT_BOOKED")
    receiver = Receiver()
    sandbox = RunningSandbox(tmp_path, webhook_url=receiver.url)
    try:
        sandbox.control("PUT", "clock", {"now": f"{DAY}T10:00:00Z"})
        for number, _ in enumerate(told):
            sandbox.pay(token, reference=f"pi_{number}", amount_minor=5000)
        faults = {"codes": {code: {"count": 1} for code in told}}
        closed = sandbox.control("POST", "close_day", {"date": DAY, "faults": faults})
    finally:
        sandbox.kill()
        receiver.close()
    assert [row["code"] for row in closed["truth"]] == ([] if token == "approve.lost" else sorted(told))


def test_broken_files_come_before_the_right_one_and_a_restated_one_after(faulty: Faulty) -> None:
    ours = [file for file in faulty.closed["files"] if (file["source"], file["account"]) == ("adyen_sdr", "SANDBOX_EU")]
    assert [bool(file.get("refused")) for file in ours] == [True, True, False, False]
    assert len({Path(file["path"]).name for file in ours}) == 1
    (stray,) = faulty.events("EVENT_UNKNOWN_REFERENCE")
    assert stray == "payment.captured"
    assert faulty.sandbox.look_up(merchant_reference=faulty.row("EVENT_UNKNOWN_REFERENCE")["keys"]["merchant_reference"]) is None


def test_a_missing_number_and_a_late_statement(faulty: Faulty) -> None:
    profile = {"codes": {code: {"count": 1} for code in ("SETTLEMENT_REPORT_GAP", "STATEMENT_GAP")}}
    faulty.sandbox.control("PUT", "clock", {"now": "2025-11-22T10:00:00Z"})
    faulty.sandbox.pay("approve", reference="pi_next", amount_minor=5000)
    faults = {"2025-11-22": profile, "2025-11-23": "none", "2025-11-24": "none"}
    days = [faulty.sandbox.control("POST", "close_day", {"date": day, "faults": given}) for day, given in faults.items()]
    # the day between had a batch too: a transfer had bounced
    first, between, later = (int(report_rows(answer)[0]["Batch Number"]) for answer in (faulty.closed, faulty.next, days[0]))
    assert (between, later) == (first + 1, first + 3)
    late = next(row["account"] for row in days[0]["truth"] if row["code"] == "STATEMENT_GAP")
    given = [[file["date"] for file in day["files"] if file["account"] == late] for day in days]
    assert given == [[], ["2025-11-23"], ["2025-11-22", "2025-11-24"]]
    assert [day["open"]["withheld"] for day in days] == [1, 1, 0]


def test_a_fee_that_is_higher_and_money_that_is_held(faulty: Faulty) -> None:
    (held,) = faulty.lines("PSP_FUNDS_HELD", "DepositCorrection")
    assert amount(held, "Net Debit (NC)") * 100 == faulty.row("PSP_FUNDS_HELD")["amount_minor"]
    dear = faulty.row("FEE_DIFFERS")
    assert dear["amount_minor"] == 50 and dear["keys"] == dict.fromkeys(dear["keys"])


def test_a_transfer_that_bounces_is_paid_by_the_next_batch(faulty: Faulty) -> None:
    row = faulty.row("SETTLEMENT_TRANSFER_RETURNED")
    again = report_rows(faulty.next, account=row["account"])
    (returned,) = [each for each in again if each["Type"] == "BankInstructionReturned"]
    assert row["keys"]["psp_reference"] in returned["Modification Reference"]
    (paid,) = [each for each in again if each["Type"] == "MerchantPayout" and each["Net Currency"] == row["currency"]]
    assert amount(returned, "Net Credit (NC)") == amount(paid, "Net Debit (NC)")
    assert row["business_date"] == NEXT_DAY
