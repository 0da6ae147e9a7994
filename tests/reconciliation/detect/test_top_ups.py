"""Money that tops up a balance at a PSP: on its way from the bank line to the PSP's own (POSTINGS.md 3.3, R7)."""

from typing import TYPE_CHECKING

import pytest

from tests.reconciliation.detect.bench import later

if TYPE_CHECKING:
    from datetime import date

    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("R5", "R7", "L17")
TEXT = "TOP-UP SANDBOX_EU NOVEMBER"


@pytest.fixture
def prefunded(bench: "Bench") -> "Bench":
    bench.house.merchant.payout_funding = "prefund"
    bench.house.merchant.save()
    return bench


def arrived(bench: "Bench", reference: str, minor: int, day: "date") -> None:
    content = f"Date,Balance,Currency,Amount,Reference\n{day},top_up,EUR,{minor / 100:.2f},{reference}\n"
    assert bench.take_in(content.encode(), f"balances_{reference}.csv", "psp_balances", "SANDBOX_EU")["accepted"]


def require_proved() -> None:
    from reconciliation.proofs import bank_lines_are_booked
    from reconciliation.proofs_of_accounts import bank_is_its_lines, in_transit_is_named

    assert bank_lines_are_booked().ok and bank_is_its_lines().ok and in_transit_is_named().ok


def test_a_debit_that_names_the_account_is_on_its_way_until_the_psp_has_it(prefunded: "Bench") -> None:
    bench = prefunded
    bench.statement((-40_000, TEXT))
    bench.run(account="BANK_EUR")
    assert (bench.codes(), bench.records.balance("in_transit"), bench.records.balance("prefund")) == ([], 40_000, 0)
    require_proved()

    # given nothing from the PSP by the end of its window
    bench.run(later(9))
    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor) == ("TOP_UP_NOT_RECEIVED", 40_000)

    # when its paper tells the top-up
    arrived(bench, "TU-884711", 40_000, later(9))
    bench.run(later(10))
    bench.run(later(10))

    case.refresh_from_db()
    assert (case.resolution, bench.records.balance("in_transit"), bench.records.balance("prefund")) == ("top_up_arrived@1", 0, 40_000)
    require_proved()


def test_the_psp_may_tell_it_before_our_bank_does(prefunded: "Bench") -> None:
    bench = prefunded
    arrived(bench, "TU-884711", 40_000, later(0))
    bench.run()
    assert (bench.records.balance("in_transit"), bench.records.balance("prefund")) == (-40_000, 40_000)

    bench.statement((-40_000, "PAYMENT TU-88 4711"))
    bench.run(account="BANK_EUR")

    assert (bench.codes(), bench.records.balance("in_transit")) == ([], 0)


@pytest.mark.parametrize("text", ["TOP-UP SANDBOX", "SANDBOX_EU INVOICE 17", "STOPUP SANDBOX_EU"])
def test_a_debit_that_says_less_is_for_people(prefunded: "Bench", text: str) -> None:
    prefunded.statement((-40_000, text))
    prefunded.run(account="BANK_EUR")

    assert prefunded.codes() == ["BANK_DEBIT_UNIDENTIFIED"]


def test_an_account_that_is_paid_otherwise_has_no_top_ups(bench: "Bench") -> None:
    bench.statement((-40_000, TEXT))
    bench.run(account="BANK_EUR")

    assert bench.codes() == ["BANK_DEBIT_UNIDENTIFIED"]


def test_two_of_one_amount_are_not_taken_for_each_other(prefunded: "Bench") -> None:
    bench = prefunded
    bench.statement((-40_000, TEXT), (-40_000, f"{TEXT} SECOND"))
    bench.run(account="BANK_EUR")
    arrived(bench, "TU-884711", 40_000, later(1))
    bench.run(later(1))

    assert (bench.records.balance("in_transit"), bench.records.balance("prefund")) == (40_000, 40_000)
    assert bench.codes() == []


def test_a_debit_in_suspense_is_taken_out_when_its_reference_is_told(prefunded: "Bench") -> None:
    bench = prefunded
    bench.statement((-40_000, "PAYMENT TU-884711"))
    bench.run(account="BANK_EUR")
    (case,) = bench.cases()
    arrived(bench, "TU-884711", 40_000, later(1))
    bench.run(later(1))
    bench.run(later(1), "BANK_EUR")

    case.refresh_from_db()
    assert (case.state, bench.records.balance("in_transit")) == ("AUTO_RESOLVED", 0)
    assert bench.records.balance("suspense", bench.house.bank.public_id) == 0
    require_proved()
