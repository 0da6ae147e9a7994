"""A day of the sandbox's books, and its papers read without the product's readers."""

import csv
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.sandbox.running import RunningSandbox, eventually

DAY = "2025-11-20"
NEXT_DAY = "2025-11-21"


def play_day(sandbox: RunningSandbox, *, payments: int = 60) -> dict[str, list[dict[str, Any]]]:
    """Noon of DAY: payments in three currencies, refunds, payouts, a chargeback, held ones. Returns what was made."""
    sandbox.control("PUT", "clock", {"now": f"{DAY}T11:00:00Z"})
    currencies = ("EUR", "EUR", "SEK", "GBP")
    sales = [
        sandbox.pay("approve", reference=f"pi_sale{i}", amount_minor=1000 + 37 * i, currency=currencies[i % 4]) for i in range(payments)
    ]
    for i in range(4):
        sandbox.pay("decline_do_not_honour", reference=f"pi_declined{i}")
        sandbox.pay("pending_hold", reference=f"pi_held{i}", method="paybybank")
        sandbox.pay("challenge_abandon", reference=f"pi_abandoned{i}")
    refunds = [sandbox.refund(sales[i], 300 + i, reference=f"rf_{i}").json() for i in range(8)]
    payouts = [sandbox.pay_out("approve", reference=f"po_{i}", amount_minor=700 + i).json() for i in range(12)]
    held = [sandbox.pay_out("payout_pending", reference=f"po_held{i}", amount_minor=900 + i).json() for i in range(3)]
    failing = sandbox.pay("approve.refund_fail", reference="pi_failing", amount_minor=2000)
    sandbox.refund(failing, 500, reference="rf_failing")
    sandbox.pay_out("payout_fail", reference="po_failing", amount_minor=650)
    sandbox.control("POST", "disputes", {"merchant_reference": "pi_sale9"})
    assert eventually(lambda: sandbox.control("GET", "outbox")["due_jobs"] == 0)
    sandbox.control("PUT", "clock", {"now": f"{NEXT_DAY}T05:00:00Z"})
    return {"sales": sales, "refunds": refunds, "payouts": payouts, "held": held}


def report_rows(answer: dict[str, Any], *, account: str = "SANDBOX_EU") -> list[dict[str, str]]:
    """The rows of the settlement report of an account."""
    path = path_of(answer, source="adyen_sdr", account=account)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def path_of(answer: dict[str, Any], *, source: str, account: str) -> Path:
    """Where close_day put a file; of several the first that is not broken."""
    files = [file for file in answer["files"] if not file.get("refused")]
    return next(Path(file["path"]) for file in files if (file["source"], file["account"]) == (source, account))


def amount(row: dict[str, str], column: str) -> Decimal:
    """A cell; empty is 0."""
    return Decimal(row[column] or "0")


def net_by_currency(rows: list[dict[str, str]], *, where: Callable[[dict[str, str]], bool] = lambda row: True) -> Counter[str]:
    """Sum of credit less debit per net currency, in minor units."""
    sums: Counter[str] = Counter()
    for row in filter(where, rows):
        sums[row["Net Currency"]] += int((amount(row, "Net Credit (NC)") - amount(row, "Net Debit (NC)")) * 100)
    return sums


def truth_of(answer: dict[str, Any], code: str) -> dict[str, Any]:
    """The one truth row of a code."""
    rows = [row for row in answer["truth"] if row["code"] == code]
    assert len(rows) == 1, [row["code"] for row in answer["truth"]]
    row: dict[str, Any] = rows[0]
    return row
