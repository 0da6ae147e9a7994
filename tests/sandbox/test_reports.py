"""The settlement report and the statements of a day without faults."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.paper import DAY, NEXT_DAY, amount, net_by_currency, path_of, play_day, report_rows
from tests.sandbox.running import Receiver, RunningSandbox

pytestmark = pytest.mark.spec("Z1")
FEES = ("Commission (NC)", "Markup (NC)", "Scheme Fees (NC)", "Interchange (NC)")


class Day:
    """A day played and closed without faults, and the next one."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        sandbox.control("POST", "faults", {"profile": "none", "seed": 1})
        self.made = play_day(sandbox)
        self.closed = sandbox.control("POST", "close_day", {"date": DAY})
        self.rows = report_rows(self.closed)
        self.next = sandbox.control("POST", "close_day", {"date": NEXT_DAY})

    def of(self, kind: str) -> list[dict[str, str]]:
        """The report's rows of a Type."""
        return [row for row in self.rows if row["Type"] == kind]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    receiver = Receiver()
    sandbox = RunningSandbox(tmp_path_factory.mktemp("day"), webhook_url=receiver.url)
    yield Day(sandbox)
    sandbox.kill()
    receiver.close()


def test_a_day_without_faults_has_no_truth_and_leaves_nothing_open(day: Day) -> None:
    assert day.closed["truth"] == []
    assert day.closed["open"] == {"movements": 0, "transfers": 3, "withheld": 0}
    assert day.next["open"] == {"movements": 0, "transfers": 0, "withheld": 0}
    assert [file for file in day.next["files"] if file["source"] == "adyen_sdr"] == []


def test_every_object_has_its_row_and_no_other(day: Day) -> None:
    sales = {row["Merchant Reference"]: row for row in day.of("Settled")}
    assert set(sales) == {payment["merchant_reference"] for payment in day.made["sales"]} | {"pi_failing"}
    for payment in day.made["sales"]:
        row = sales[payment["merchant_reference"]]
        assert amount(row, "Gross Credit (GC)") * 100 == payment["amount"]["minor_units"]
        assert (row["Psp Reference"], row["Modification Reference"]) == (payment["psp_ref"], payment["captures"][0]["capture_id"])
    assert {row["Modification Merchant Reference"] for row in day.of("Refunded")} == {f"rf_{i}" for i in range(8)}
    paid = {f"po_{i}" for i in range(12)} | {f"po_held{i}" for i in range(3)}
    assert {row["Merchant Reference"] for row in day.of("PaidOut")} == paid
    assert [row["Merchant Reference"] for row in day.of("Chargeback")] == ["pi_sale9"]


def test_rows_and_batch_add_up(day: Day) -> None:
    for row in day.rows:
        gross = amount(row, "Gross Credit (GC)") - amount(row, "Gross Debit (GC)")
        net = amount(row, "Net Credit (NC)") - amount(row, "Net Debit (NC)")
        if row["Gross Currency"]:
            assert gross - sum(amount(row, fee) for fee in FEES) == net, row
    assert set(net_by_currency(day.rows).values()) == {0}
    assert set(net_by_currency(day.rows)) == {"EUR", "SEK", "GBP"}
    assert [row["Net Currency"] for row in day.of("MerchantPayout")] == ["EUR", "GBP", "SEK"]


def test_amounts_dates_and_fees_look_as_in_real_files(day: Day) -> None:
    cells = [row[column] for row in day.rows for column in (*FEES, "Net Credit (NC)", "Gross Debit (GC)") if row[column]]
    assert all(re.fullmatch(r"-?(\d*\.\d*[1-9]|[1-9]\d*)", cell) and not cell.startswith("0") for cell in cells)
    sale = next(row for row in day.of("Settled") if row["Merchant Reference"] == "pi_sale0")
    assert (sale["Creation Date"][:13], sale["TimeZone"], sale["Booking Date"]) == (f"{DAY} 12", "CET", DAY)
    assert (sale["Gross Credit (GC)"], sale["Commission (NC)"], sale["Net Credit (NC)"]) == ("10", ".24", "9.76")
    chargeback = day.of("Chargeback")[0]
    assert (chargeback["Commission (NC)"], chargeback["Dispute Reference"]) == ("15", chargeback["Modification Reference"])
    assert day.of("Fee")[0]["Modification Reference"] == "Transaction Fees November   20 2025"


def test_held_objects_end_at_the_close(day: Day) -> None:
    assert {day.sandbox.state_of(f"pi_held{i}") for i in range(4)} == {"FAILED"}
    assert {day.sandbox.state_of(f"po_held{i}") for i in range(3)} == {"SUCCEEDED"}


def test_transfers_arrive_the_day_after_with_the_banks_narrative(day: Day) -> None:
    payouts = {row["Net Currency"]: row for row in day.of("MerchantPayout")}
    camt = path_of(day.next, source="camt053", account="BANK_EUR").read_text()
    assert f"<Ustrd>{payouts['EUR']['Modification Reference']}</Ustrd>" in camt
    assert f'<Amt Ccy="EUR">{Decimal(payouts["EUR"]["Net Debit (NC)"]):.2f}</Amt>' in camt
    british = path_of(day.next, source="camt053", account="BANK_GBP").read_text()
    assert "camt.053.001.02" in british
    assert f"<Ustrd>{payouts['GBP']['Modification Reference'][:30]}</Ustrd>" in british
    swedish = path_of(day.next, source="mt940", account="BANK_SEK").read_text()
    assert payouts["SEK"]["Modification Reference"][:12] in swedish
    joined = re.sub(r"\?\d\d|[\r\n]", "", swedish)
    assert payouts["SEK"]["Modification Reference"] in joined
    assert Decimal(payouts["SEK"]["Net Debit (NC)"]) == Decimal(re.findall(r":61:\d{10}C([\d,]+)N", swedish)[0].replace(",", "."))


@pytest.mark.spec("R1", "R2")
def test_the_products_own_readers_accept_every_file(day: Day) -> None:
    from django.conf import settings

    from reconciliation import formats

    for file in day.closed["files"] + day.next["files"]:
        with Path(file["path"]).open("rb") as stream:
            described = formats.inspect(stream, source=file["source"], registry=settings.REPORT_FORMATS, name="file")
        assert described["readable"] and described["accepted"], (file, described["checks"], described["error"])


def test_balances_run_on(day: Day) -> None:
    openings, closings = [], []
    for closed in (day.closed, day.next):
        text = path_of(closed, source="mt940", account="BANK_SEK").read_text()
        openings.append(re.findall(r":60F:(.*)", text)[0].strip())
        closings.append(re.findall(r":62F:(.*)", text)[0].strip())
    assert openings == ["C251119SEK9000,00", closings[0]]
    assert re.findall(r":28C:(.*)", path_of(day.next, source="mt940", account="BANK_SEK").read_text())[0].strip() == "2/1"


def test_asked_again_the_same_answer(day: Day) -> None:
    again = day.sandbox.control("POST", "close_day", {"date": DAY, "faults": "hostile"})
    assert {**again, "open": None} == {**day.closed, "open": None}


def test_interchange_accounts_split_their_fees(own_sandbox: Callable[..., RunningSandbox]) -> None:
    sandbox = own_sandbox()
    sandbox.control("PUT", "clock", {"now": f"{DAY}T11:00:00Z"})
    sandbox.http.headers["Authorization"] = "Bearer second-secret"
    sandbox.pay("approve", amount_minor=10_000)
    row = report_rows(sandbox.control("POST", "close_day", {"date": DAY}), account="SANDBOX_EU2")[0]
    assert [row[fee] for fee in FEES] == ["", ".38", ".12", ".2"]
    assert row["Net Credit (NC)"] == "99.3"


def test_a_negative_batch_is_carried_to_the_next(own_sandbox: Callable[..., RunningSandbox]) -> None:
    sandbox = own_sandbox()
    sandbox.control("PUT", "clock", {"now": f"{DAY}T11:00:00Z"})
    sandbox.pay_out("approve", amount_minor=5000)
    sandbox.settle_jobs()
    first: dict[str, Any] = sandbox.control("POST", "close_day", {"date": DAY})
    rows = report_rows(first)
    assert [(row["Type"], row["Net Debit (NC)"], row["Net Credit (NC)"]) for row in rows] == [
        ("PaidOut", "50.4", ""),
        ("Balancetransfer", "", "50.4"),
    ]
    assert first["open"]["transfers"] == 0
    sandbox.control("PUT", "clock", {"now": f"{NEXT_DAY}T11:00:00Z"})
    sandbox.pay("approve", amount_minor=10_000)
    rows = report_rows(sandbox.control("POST", "close_day", {"date": NEXT_DAY}))
    assert [row["Type"] for row in rows] == ["Settled", "Fee", "Balancetransfer", "MerchantPayout"]
    assert (rows[2]["Net Debit (NC)"], rows[3]["Net Debit (NC)"]) == ("50.4", "48.08")
    assert (rows[2]["Modification Reference"], rows[0]["Batch Number"]) == ("Balancetransfer from batch 38", "39")
