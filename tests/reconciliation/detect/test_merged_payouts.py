"""One bank line that pays several payouts: matched where it is certain, else for a person (R5, R8)."""

from typing import TYPE_CHECKING

import pytest

from tests.reconciliation.detect.bench import later, sale_row

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("R5", "R8")
BOTH = "TX635094338XT TX635094339XT COUNTROOM_SANDBOX_EU"
PAYER = "SANDBOX PAYMENTS B.V. SETTLEMENT"
LONG_AFTER = later(12)


def two_batches(bench: "Bench", first: int = 30_000, second: int = 12_000) -> None:
    """Batches 38 and 39, posted and on their way."""
    bench.report(sale_row(bench.sale(first)))
    bench.report(sale_row(bench.sale(second, "obj_2")), batch="39", day=later(1))
    bench.run(later(1))


def require_paid(bench: "Bench", rule: str) -> None:
    """Both are paid by the one line, to the cent, and every proof stands."""
    from reconciliation.models import Match, SettlementBatch
    from reconciliation.proofs import bank_lines_are_booked, lines_are_consumed_once
    from reconciliation.proofs_of_accounts import bank_is_its_lines, in_transit_is_named
    from reconciliation.queries import three_way_proof

    batches = list(SettlementBatch.objects.order_by("number"))
    assert [(batch.state, int(batch.paid_minor), three_way_proof(batch).residual_minor) for batch in batches] == [
        ("PAID", 30_000, 0), ("PAID", 12_000, 0)
    ]  # fmt: skip
    matches = list(Match.objects.filter(line_kind="bank", undone_at=None).order_by("line_part"))
    assert [(m.rule, m.line_part, int(m.line_minor), (m.compared or {})["paid_with"]) for m in matches] == [
        (rule, 0, 30_000, ["39"]), (rule, 1, 12_000, ["38"])
    ]  # fmt: skip
    assert (bench.records.balance("in_transit"), bench.records.balance("suspense", bench.house.bank.public_id)) == (0, 0)
    assert bank_lines_are_booked().ok and bank_is_its_lines().ok and in_transit_is_named().ok and lines_are_consumed_once().ok


def test_a_line_that_names_all_payouts_and_is_their_sum_pays_them(bench: "Bench") -> None:
    two_batches(bench)
    bench.statement((42_000, BOTH), day=later(2))
    bench.run(later(2), "BANK_EUR")
    bench.run(LONG_AFTER, "BANK_EUR")  # and a run more changes nothing

    assert bench.codes() == []
    require_paid(bench, "bank.payouts_named@1")


def test_a_sum_that_is_not_exact_waits_for_a_person(bench: "Bench") -> None:
    two_batches(bench)
    bench.statement((41_900, BOTH), day=later(2))
    bench.run(LONG_AFTER, "BANK_EUR")

    (case,) = bench.cases()
    assert (case.reason_id, case.facts["batches"], case.facts["difference_minor"]) == ("SETTLEMENT_SPLIT_OR_MERGED", ["38", "39"], -100)


def test_the_only_choice_of_a_known_payer_is_taken_when_its_windows_have_closed(bench: "Bench") -> None:
    two_batches(bench)
    bench.statement((42_000, PAYER), day=later(2))

    # given the day itself: another payout could still come, so it is only suggested
    bench.run(later(2), "BANK_EUR")
    (case,) = bench.cases()
    assert (case.reason_id, case.facts["rule"], case.state) == ("SETTLEMENT_SPLIT_OR_MERGED", "bank.payer_and_sum@1", "OPEN")
    assert bench.records.balance("suspense", bench.house.bank.public_id) == -42_000

    # when the windows are past
    bench.run(LONG_AFTER, "BANK_EUR")

    case.refresh_from_db()
    assert (case.state, case.resolution, len(bench.cases())) == ("AUTO_RESOLVED", "payout_in_parts@1", 1)
    require_paid(bench, "bank.payer_and_sum@1")


def test_two_choices_are_never_decided_by_guess(bench: "Bench") -> None:
    """38 and 39 come to the line, and so would 40 alone."""
    two_batches(bench)
    bench.report(sale_row(bench.sale(42_000, "obj_3")), batch="40", day=later(1))
    bench.run(later(1))
    bench.statement((42_000, PAYER), day=later(2))
    bench.run(LONG_AFTER, "BANK_EUR")

    assert "BANK_CREDIT_UNIDENTIFIED" in bench.codes()
    assert bench.records.balance("in_transit") == 84_000


def test_a_payout_that_was_matched_before_is_still_another_choice(bench: "Bench") -> None:
    two_batches(bench)
    bench.report(sale_row(bench.sale(12_000, "obj_3")), batch="40", day=later(1))
    bench.run(later(1))
    bench.statement((12_000, "TX635094340XT batch 40, COUNTROOM_SANDBOX_EU"), (42_000, PAYER), day=later(2))
    bench.run(LONG_AFTER, "BANK_EUR")

    assert "BANK_CREDIT_UNIDENTIFIED" in bench.codes()


@pytest.mark.parametrize("text", ["A STRANGER", f"{PAYER} TX999999999XT"])
def test_a_stranger_and_a_reference_of_none_of_them_pay_nothing(bench: "Bench", text: str) -> None:
    two_batches(bench)
    bench.statement((42_000, text), day=later(2))
    bench.run(LONG_AFTER, "BANK_EUR")

    assert bench.codes().count("BANK_CREDIT_UNIDENTIFIED") == 1
    assert bench.records.balance("in_transit") == 42_000


def test_two_equal_lines_of_the_payer_are_for_a_person(bench: "Bench") -> None:
    two_batches(bench)
    bench.statement((42_000, PAYER), (42_000, PAYER + " AGAIN"), day=later(2))
    bench.run(LONG_AFTER, "BANK_EUR")

    assert bench.codes().count("SETTLEMENT_SPLIT_OR_MERGED") == 2
    assert bench.records.balance("in_transit") == 42_000


def test_people_confirm_what_no_rule_could(bench: "Bench") -> None:
    """Of a line that is less than its payouts, the last bears the rest, and has its case."""
    from tests.reconciliation.cases.acting import end

    two_batches(bench)
    bench.statement((41_900, BOTH), day=later(2))
    bench.run(LONG_AFTER, "BANK_EUR")
    (case,) = bench.cases()

    end(bench.records, case, "identify_line", "")

    assert (bench.records.balance("in_transit"), bench.records.balance("suspense", bench.house.bank.public_id)) == (100, 0)
    (differs,) = bench.cases("BANK_SETTLEMENT_AMOUNT_DIFFERS")
    assert (differs.amount_minor, differs.facts["batch"]) == (100, "39")
