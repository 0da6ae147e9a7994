"""Days that are right and look wrong: nothing is a case. And what can't be told apart is not paired by guess (Z3)."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.runs.day import Casino

pytestmark = pytest.mark.whole

WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 3, number) for number in (11, 12, 13))
REFERENCES = ("Psp Reference", "Merchant Reference", "Modification Reference", "Modification Merchant Reference")


def at(casino: "Casino", day: date, hour: int, minute: int = 0, second: int = 0) -> None:
    casino.set_now(datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=UTC))


def equal_transfers(casino: "Casino") -> None:
    """One deposit at each of two PSPs, of the same amount and price: both will pay the same on the same day."""
    account = casino.world.account
    casino.deposit(amount_minor=7321)
    account.is_active = False
    account.save()
    casino.deposit(amount_minor=7321)
    account.is_active = True
    account.save()


def same_terms(casino: "Casino") -> None:
    """Both PSPs cost the same; the bank states nothing at weekends."""
    from tests.sandbox.running import ACCOUNTS, BANKS

    merchants = [{**merchant, "pricing": "blended"} for merchant in ACCOUNTS["merchant_accounts"]]
    banks = [{"code": "BANK_EUR", **BANKS["BANK_EUR"], "rests": True}]
    casino.sandbox.control("PUT", "accounts", {"merchant_accounts": merchants, "bank_accounts": banks})


def sources(casino: "Casino") -> list[str]:
    return [file["source"] for file in casino.files if file["account"] == "BANK_EUR"]


@pytest.mark.spec("Z3", "R5", "R6", "R7", "R8")
def test_equal_transfers_a_weekend_a_midnight_and_a_negative_batch_make_no_case(casino: "Casino") -> None:
    from ledger.proofs import prove_ledger
    from reconciliation.models import BankLine, ExceptionCase, Match, SettlementBatch
    from reconciliation.operations import reconcile

    # given two PSPs that pay the same for Wednesday, and two deposits around the midnight in Malta between Thursday and Friday
    same_terms(casino)
    at(casino, WEDNESDAY, 9)
    equal_transfers(casino)
    casino.hear()
    casino.close(WEDNESDAY)
    at(casino, THURSDAY, 22, 59, 30)
    before = casino.deposit(amount_minor=4100)
    at(casino, THURSDAY, 23, 0, 30)
    after = casino.deposit(amount_minor=4200)
    casino.hear()
    casino.close(THURSDAY)

    # and a Friday that owes more than it brings, a weekend without a statement, and a Saturday that pays for it
    at(casino, FRIDAY, 10)
    casino.pay_out(6500)
    casino.hear()
    casino.close(FRIDAY)
    stated = len(sources(casino))
    at(casino, FRIDAY + timedelta(days=1), 9)
    casino.deposit(amount_minor=9000)
    casino.hear()
    for later in (1, 2):
        casino.close(FRIDAY + timedelta(days=later))
    assert len(sources(casino)) == stated
    for later in (3, 4):
        casino.close(FRIDAY + timedelta(days=later))
    casino.set_now(casino.world.now + timedelta(days=9))
    reconcile(date=FRIDAY + timedelta(days=13), now=casino.world.now)

    # then every transfer is paired with its own batch, and nothing is a case
    assert [(case.reason_id, case.facts) for case in ExceptionCase.objects.all()] == []
    days = {line.merchant_reference: line.business_date for line in lines_of_sales()}
    assert (days[before.public_id], days[after.public_id]) == (THURSDAY, FRIDAY)
    first, second = SettlementBatch.objects.filter(business_date=WEDNESDAY).values_list("payout_minor", flat=True)
    assert first == second > 0
    assert SettlementBatch.objects.get(business_date=FRIDAY).carried_minor != 0
    transfers = BankLine.objects.filter(counterparty="SANDBOX PAYMENTS B.V.")
    assert Match.objects.filter(line_kind="bank", line_id__in=transfers, suggested=False, undone_at=None).count() == transfers.count() == 4
    wrong = [check for check in prove_ledger().checks if not check.ok and "Instrument" not in check.name]  # verified by hand here
    assert [(check.name, check.differences) for check in wrong] == []


def lines_of_sales() -> Any:
    from reconciliation.models import PspLine

    return PspLine.objects.filter(kind="sale")


@pytest.mark.spec("R4", "R6", "R7")
def test_equal_deposits_of_one_minute_whose_lines_name_nothing_are_not_paired_by_guess(casino: "Casino") -> None:
    from reconciliation.models import ExceptionCase, Match
    from reconciliation.operations import reconcile
    from tests.reconciliation.runs.day import DAY

    # given two deposits of one amount in one minute, and a report whose lines of them have lost every reference
    twins = {casino.deposit(amount_minor=5000).public_id for _ in range(2)}
    casino.deposit(amount_minor=6100)
    casino.hear()
    casino.set_now(datetime(2026, 3, 11, 5, tzinfo=UTC))
    closed = casino.sandbox.control("POST", "close_day", {"date": DAY.isoformat(), "faults": "none"})
    casino.hear()
    for file in closed["files"]:
        if file["source"] == "adyen_sdr":
            forget(Path(file["path"]), twins)
        casino.ingest(file)

    # when the day is run, and once more when everything is overdue
    reconcile(date=DAY, now=casino.world.now)
    for later in (1, 2):
        casino.close(DAY + timedelta(days=later))
    casino.set_now(casino.world.now + timedelta(days=9))
    reconcile(date=DAY + timedelta(days=12), now=casino.world.now)

    # then neither is paired: two lines that are nobody's, two deposits without a line
    unnamed = [line.pk for line in lines_of_sales() if not line.psp_reference]
    assert len(unnamed) == 2
    assert not Match.objects.filter(line_kind="psp", line_id__in=unnamed, undone_at=None).exists()
    cases = list(ExceptionCase.objects.values_list("reason_id", "merchant_reference"))
    assert sorted(cases) == sorted([("PSP_LINE_UNKNOWN_REFERENCE", "")] * 2 + [("CAPTURE_NOT_SETTLED", reference) for reference in twins])


def forget(report: Path, references: set[str]) -> None:
    """Blank every reference of these deposits' lines."""
    with report.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["Merchant Reference"] in references:
            row.update(dict.fromkeys(REFERENCES, ""))
    with report.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.spec("R7", "Z1", "Z3")
def test_a_refund_that_the_psp_dates_into_the_next_day_is_carried_by_name_and_ends_when_it_comes(casino: "Casino") -> None:
    from reconciliation.models import CaseState, ExceptionCase
    from tests.reconciliation.runs.day import DAY, unexplained
    from tests.sandbox.running import ACCOUNTS

    # given a PSP whose day begins an hour before ours, and a refund in that hour
    account = casino.world.account
    account.report_zone = "Europe/Athens"
    account.save()
    casino.sandbox.control("PUT", "accounts", {"merchant_accounts": [{**ACCOUNTS["merchant_accounts"][0], "zone": "Europe/Athens"}]})
    intent = casino.deposit(amount_minor=5000)
    casino.hear()
    at(casino, DAY, 22, 20)
    casino.refund(intent, 1300)
    casino.hear()
    casino.close(DAY)

    # when its row stays away for longer than three bank days, and comes on the last on which it is not missing
    casino.close(DAY + timedelta(days=1), profile={"v": 1, "codes": {"CUTOFF_DIFFERENCE": {"count": 1}}})
    for later in range(2, 9):
        casino.close(DAY + timedelta(days=later))

    # then there was one case, of our day, and it has ended
    assert unexplained(casino, amounts=False) == ([], [])
    case = ExceptionCase.objects.get()
    assert (case.reason_id, case.business_date, case.amount_minor, case.state) == ("CUTOFF_DIFFERENCE", DAY, 1300, CaseState.AUTO_RESOLVED)
