"""Statements: lines that stand twice, payouts in parts, and the closing balance (R2, R5, R8)."""

from typing import TYPE_CHECKING

import pytest

from tests.reconciliation.detect.bench import later, sale_row

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench

TEXT = "TX635094338XT batch 38, COUNTROOM_SANDBOX_EU"


def settled(bench: "Bench", minor: int = 30_000) -> None:
    """Batch 38 of one sale, posted."""
    bench.report(sale_row(bench.sale(minor)))
    bench.run()


@pytest.mark.spec("R2", "R8")
def test_a_line_that_the_balances_do_not_hold_is_kept_and_never_posted(bench: "Bench") -> None:
    from ledger.queries import get_balance
    from reconciliation.models import BankLine
    from reconciliation.proofs import bank_lines_are_booked
    from reconciliation.proofs_of_accounts import bank_is_its_lines

    # given a credit twice, and a closing balance of one of them
    result = bench.statement((5_000, "PAYMENT"), (5_000, "PAYMENT"), closing=105_000, refs=["B1", "B1"])
    assert result["accepted"]
    bench.run(account="BANK_EUR")
    bench.run(account="BANK_EUR")

    assert sorted(bench.codes()) == ["BANK_CREDIT_UNIDENTIFIED", "BANK_LINE_DUPLICATED"]
    (duplicated,) = bench.cases("BANK_LINE_DUPLICATED")
    assert (duplicated.amount_minor, duplicated.bank_reference, duplicated.facts["balances_hold_with_it"]) == (5_000, "B1", False)
    assert BankLine.objects.count() == 2
    assert get_balance(bench.house.entity.pk, "bank", bench.house.bank.public_id, "EUR") == 105_000
    assert bank_lines_are_booked().ok and bank_is_its_lines().ok


@pytest.mark.spec("R2")
def test_equal_lines_whose_balances_hold_are_two_payments(bench: "Bench") -> None:
    bench.statement((5_000, "PAYMENT"), (5_000, "PAYMENT"), refs=["NONREF", "NONREF"])
    bench.run(account="BANK_EUR")

    assert bench.codes() == ["BANK_CREDIT_UNIDENTIFIED"] * 2


@pytest.mark.spec("R2")
def test_the_banks_own_id_a_second_time_is_not_posted_again(bench: "Bench") -> None:
    bench.statement((5_000, "PAYMENT"), refs=["B77"])
    bench.run(account="BANK_EUR")
    bench.statement((5_000, "PAYMENT"), (700, "ANOTHER"), number=2, opening=105_000, refs=["B77", "B78"])
    bench.run(account="BANK_EUR")

    assert bench.codes().count("BANK_LINE_DUPLICATED") == 1
    assert "BANK_BALANCE_DIFFERS" not in bench.codes()  # the line that is not posted explains it


@pytest.mark.parametrize(
    ("lines", "refs"),
    [
        (((5_000, "PAYMENT"), (5_000, "PAYMENT")), ["BGC", "BGC"]),
        (((5_000, "PAYMENT"), (5_000, "PAYMENT"), (700, "ANOTHER")), ["260105BGI", "260105BGI", "260105BGI"]),
    ],
)
@pytest.mark.spec("R2", "R8")
def test_what_banks_write_for_a_kind_of_payment_is_no_id(bench: "Bench", lines: tuple[tuple[int, str], ...], refs: list[str]) -> None:
    """Two equal payments with "BGC" for a reference were one, and the second was never posted."""
    from ledger.queries import get_balance

    bench.statement(*lines, refs=refs)
    bench.run(account="BANK_EUR")

    assert bench.codes() == ["BANK_CREDIT_UNIDENTIFIED"] * len(lines)
    assert get_balance(bench.house.entity.pk, "bank", bench.house.bank.public_id, "EUR") == 100_000 + sum(amount for amount, _ in lines)


@pytest.mark.spec("R2")
def test_a_statement_that_is_wrong_for_another_reason_is_still_refused(bench: "Bench") -> None:
    result = bench.statement((5_000, "PAYMENT"), (5_000, "PAYMENT"), closing=107_000)

    assert not result["accepted"]
    assert bench.codes() == ["FILE_REFUSED"]


@pytest.mark.spec("R5")
def test_parts_that_sum_exactly_are_matched_without_a_case(bench: "Bench") -> None:
    from reconciliation.models import SettlementBatch
    from reconciliation.proofs_of_accounts import in_transit_is_named
    from reconciliation.queries import three_way_proof

    settled(bench)
    bench.statement((10_000, TEXT), (20_000, TEXT))
    bench.run(account="BANK_EUR")

    assert bench.codes() == []
    batch = SettlementBatch.objects.get()
    assert (batch.state, batch.paid_minor, three_way_proof(batch).residual_minor) == ("PAID", 30_000, 0)
    assert bench.records.balance("in_transit") == 0
    assert in_transit_is_named().ok


@pytest.mark.spec("R5")
def test_parts_that_leave_a_rest_are_a_case_until_the_last_one_comes(bench: "Bench") -> None:
    settled(bench)
    bench.statement((10_000, TEXT), (15_000, TEXT))
    bench.run(account="BANK_EUR")

    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor, case.psp_reference) == ("SETTLEMENT_SPLIT_OR_MERGED", 5_000, "TX635094338XT")
    assert case.facts["parts_minor"] == [10_000, 15_000]

    bench.statement((5_000, TEXT), number=2, opening=125_000, day=later(1))
    bench.run(later(1), "BANK_EUR")

    case.refresh_from_db()
    assert (case.state, case.resolution, len(bench.cases())) == ("AUTO_RESOLVED", "payout_in_parts@1", 1)


@pytest.mark.spec("R5")
@pytest.mark.spec("R8")
def test_one_line_of_another_amount_is_a_difference_not_a_part(bench: "Bench") -> None:
    settled(bench)
    bench.statement((29_000, TEXT))
    bench.run(account="BANK_EUR")

    assert bench.codes() == ["BANK_SETTLEMENT_AMOUNT_DIFFERS"]


@pytest.mark.spec("R5", "R8")
def test_a_charge_that_the_bank_states_explains_what_a_payout_lacks(bench: "Bench") -> None:
    """Nobody read it: each payout from abroad was a case."""
    from ledger.queries import get_balance
    from reconciliation.models import SettlementBatch

    settled(bench)
    bench.statement((29_900, f"{TEXT} /OCMT/EUR300,00/CHGS/EUR1,00/"))
    bench.run(account="BANK_EUR")

    assert bench.codes() == [] and SettlementBatch.objects.get().state == "PAID"
    assert get_balance(bench.house.entity.pk, "bank_fees", bench.house.bank.public_id, "EUR") == 100
    assert bench.records.balance("in_transit") == 0


@pytest.mark.spec("R8", "D2")
def test_books_that_are_not_the_closing_balance_are_a_case_until_explained(bench: "Bench") -> None:
    from tests.ledger.books import book, cr, dr
    from tests.reconciliation.house import AT

    bench.statement((5_000, "PAYMENT"))
    bench.run(account="BANK_EUR")
    assert "BANK_BALANCE_DIFFERS" not in bench.codes()

    # when something is posted to the bank that no statement shows
    bank, entity = bench.house.bank.public_id, bench.house.entity
    book(entity, "stray", dr("bank", bank, 900), cr("adjustments", entity.public_id, 900), at=AT)
    bench.run(account="BANK_EUR")
    (case,) = bench.cases("BANK_BALANCE_DIFFERS")
    assert (case.amount_minor, case.facts["closing_minor"], case.facts["books_minor"]) == (900, 105_000, 105_900)

    book(entity, "stray back", cr("bank", bank, 900), dr("adjustments", entity.public_id, 900), at=AT)
    bench.run(account="BANK_EUR")
    case.refresh_from_db()
    assert case.resolution == "balance_explained@1"


@pytest.mark.spec("R2", "R8")
def test_what_a_missing_statement_explains_is_that_case_alone(bench: "Bench") -> None:
    bench.statement((5_000, "PAYMENT"))
    bench.statement((1_000, "OTHER"), number=3, opening=109_000, day=later(2))
    bench.run(later(2), "BANK_EUR")

    assert sorted(set(bench.codes())) == ["BANK_CREDIT_UNIDENTIFIED", "STATEMENT_GAP"]
