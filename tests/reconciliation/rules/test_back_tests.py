"""A version is run over stored lines of past days beside the version in force, and nothing of it is kept but the comparison (R15)."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.reconciliation.detect.bench import sale_row
from tests.reconciliation.house import DAY

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("R15")
PAYER = "SANDBOX PAYMENTS B.V. PAYOUT"  # with no reference at all


def books() -> list[int]:
    """All that a back-test must leave as it is."""
    from ledger.models import JournalTransaction
    from reconciliation.models import CaseEntry, ExceptionCase, LookupAnswer, Match, ReconciliationRun, SuspenseItem

    models = (JournalTransaction, Match, ExceptionCase, CaseEntry, SuspenseItem, LookupAnswer, ReconciliationRun)
    return [model.objects.count() for model in models]


def two_sales_and_their_transfer(bench: "Bench") -> None:
    """One sale with a long id of the PSP, one with a short one; the bank names their payout by nothing but payer and amount."""
    bench.report(sale_row(bench.sale(30_000, "obj_of_the_first")), sale_row(bench.sale(2_000, "obj_2")))
    bench.run()
    bench.statement((32_000, PAYER))
    bench.run(account="BANK_EUR", day=DAY + timedelta(days=10))


def test_it_finds_a_match_that_is_lost_and_one_that_is_gained(bench: "Bench") -> None:
    from reconciliation.models import BankLine, Match, PspLine, SettlementBatch
    from tests.reconciliation.rules.versions import drafted, make_people, run_test

    two_sales_and_their_transfer(bench)
    assert bench.codes() == ["BANK_CREDIT_UNIDENTIFIED", "PSP_SUCCESS_MISSING_BANK_SETTLEMENT"]
    mia, _ = make_people()
    before = books()
    # given a version that asks for longer ids of the PSP, and may find Adyen's payouts by payer and amount
    row = drafted(mia, sale_object={"shortest_reference": 6}, bank_payer_and_amount={"sources": ["adyen_sdr", "stripe_payout"]})
    test = run_test(row, mia)

    assert test.state == "DONE", test.error
    result = test.result
    assert (result["lines"], result["matched"]) == (3, [2, 2])
    assert result["lost"] == {"lines": 1, "amounts": {"EUR": 2_000}}
    assert result["gained"] == {"lines": 1, "amounts": {"EUR": 32_000}}
    assert (result["moved"]["lines"], result["renamed"]["lines"]) == (0, 1)  # the first sale is found by sale.object@2
    assert result["codes"] == {
        "BANK_CREDIT_UNIDENTIFIED": [1, 0], "CAPTURE_NOT_SETTLED": [0, 1], "DUPLICATE_PSP_LINE": [0, 1],
        "PSP_SUCCESS_MISSING_BANK_SETTLEMENT": [1, 0],
    }  # fmt: skip
    (lost,), (gained,) = result["examples"]["lost"], result["examples"]["gained"]
    short = PspLine.objects.get(object_reference="obj_2")
    match = Match.objects.get(line_kind="psp", line_id=short.pk)
    assert (lost["line"], lost["old"]) == (f"psp:{short.pk}", {"partner": match.item_public_id, "rule": "sale.object@1", "code": ""})
    assert lost["new"] == {"partner": "", "rule": "", "code": "DUPLICATE_PSP_LINE"}
    bank, batch = BankLine.objects.get(), SettlementBatch.objects.get()
    assert (gained["line"], gained["new"]["partner"]) == (f"bank:{bank.pk}", batch.public_id)
    assert gained["new"]["rule"] == "bank.payer_and_amount@2"
    # and the version in force would match what is matched, and the files are what was received
    assert result["as_stored"] == [2, 0]
    assert result["files"]["count"] == result["files"]["intact"] == 2
    assert books() == before


def test_it_says_the_same_each_time_and_leaves_no_table(bench: "Bench") -> None:
    from django.db import connection

    from reconciliation.operations.matching_rules.back_tests import result_digest
    from tests.reconciliation.rules.versions import drafted, make_people, run_test

    two_sales_and_their_transfer(bench)
    mia, _ = make_people()
    row = drafted(mia, sale_object={"shortest_reference": 6})
    first, second = run_test(row, mia), run_test(row, mia)

    assert first.result == second.result and first.result_digest == second.result_digest == result_digest(second)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.back_test_pair')")
        assert cursor.fetchone() == (None,)


def test_what_people_matched_or_took_apart_is_theirs_on_both_sides(bench: "Bench") -> None:
    from reconciliation.models import Match
    from tests.reconciliation.house import NOW
    from tests.reconciliation.rules.versions import drafted, make_people, run_test

    two_sales_and_their_transfer(bench)
    first, second = Match.objects.filter(line_kind="psp").order_by("line_id")
    Match.objects.filter(pk=first.pk).update(rule="by_hand@1")
    Match.objects.filter(pk=second.pk).update(undone_at=NOW, undone_reason="no")
    mia, _ = make_people()
    result = run_test(drafted(mia, sale_object={"shortest_reference": 40}), mia, account="SANDBOX_EU").result

    assert (result["lines"], result["matched"], result["lost"]["lines"]) == (0, [0, 0], 0)


def test_a_file_that_is_not_what_was_received_ends_it(bench: "Bench") -> None:
    from reconciliation.models import SourceFile
    from reconciliation.queries.stored import stored_path
    from tests.reconciliation.rules.versions import drafted, make_people, run_test

    two_sales_and_their_transfer(bench)
    with stored_path(SourceFile.objects.get(source="adyen_sdr").storage_path).open("ab") as file:
        file.write(b"x")
    mia, _ = make_people()
    test = run_test(drafted(mia, sale_object={"shortest_reference": 6}), mia)

    assert (test.state, test.result) == ("FAILED", {}) and "is not what was received" in test.error


@pytest.mark.parametrize(
    ("days", "account", "told"), [((5, 4), "", "31 days at most"), ((0, 31), "", "31 days"), ((0, 1), "NOBODY", "No account")]
)
def test_a_period_is_bounded(bench: "Bench", days: tuple[int, int], account: str, told: str) -> None:
    from cashier.refusals import Invalid
    from ledger.actors import user_actor
    from reconciliation.operations.matching_rules.back_tests import start_back_test
    from tests.reconciliation.house import NOW
    from tests.reconciliation.rules.versions import drafted, make_people

    mia, _ = make_people()
    row = drafted(mia, sale_object={"shortest_reference": 6})
    since, until = (DAY + timedelta(days=each) for each in days)
    with pytest.raises(Invalid, match=told):
        start_back_test(rules_id=row.pk, since=since, until=until, account=account, actor=user_actor(mia), now=NOW)


def test_a_worker_that_died_leaves_it_to_the_next_and_nobody_runs_it_twice_at_once(bench: "Bench") -> None:
    from ledger.actors import user_actor
    from ledger.clock import real_now
    from reconciliation.models import BackTest
    from reconciliation.operations.matching_rules.back_tests import run_back_test, start_back_test
    from tests.reconciliation.house import NOW
    from tests.reconciliation.rules.versions import DAYS, drafted, make_people

    mia, _ = make_people()
    row = drafted(mia, sale_object={"shortest_reference": 6})
    test = start_back_test(rules_id=row.pk, since=DAYS[0], until=DAYS[1], actor=user_actor(mia), now=NOW)

    def left(**values: Any) -> None:
        BackTest.objects.filter(pk=test.pk).update(state="RUNNING", done=7, **values)

    left(lease_until=real_now() + timedelta(minutes=1))
    assert run_back_test(back_test_id=test.pk, now=NOW) == "not due"
    left(lease_until=real_now() - timedelta(seconds=1))
    assert run_back_test(back_test_id=test.pk, now=NOW) == "DONE"
    assert run_back_test(back_test_id=test.pk, now=NOW) == "not due"
