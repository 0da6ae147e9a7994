"""A person names what a waiting line is while a run finds it too: whoever comes second waits, and finds it done (R6, E4)."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.concurrency.test_residuals_at_once import until
from tests.concurrency.test_unmatching_at_once import somebody_waits

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("R6", "E4")
SAID = "TX635094338XT COUNTROOM_SANDBOX_EU"


def play(bench: "Bench", *, is_new: bool = False) -> None:
    """A bank line that came before the report of its payout waits in suspense, or (`is_new`) came after it and is not posted yet; so
    does another of the same amount. By now the payout is known."""
    from tests.reconciliation.detect.bench import later, sale_row

    bench.statement(*([] if is_new else [(30_000, SAID)]), (30_000, "WHO KNOWS"))
    bench.run(account="BANK_EUR")
    bench.report(sale_row(bench.sale(30_000)))
    bench.run(later(1))
    if is_new:
        bench.statement((30_000, SAID), number=2, opening=130_000, day=later(1))


def run_bank(bench: "Bench") -> Any:
    """On a connection of its own; gives what it raised, if anything."""
    from django.db import connections

    from tests.reconciliation.detect.bench import later

    try:
        bench.run(later(1), "BANK_EUR")
    except Exception as error:
        return error
    finally:
        connections.close_all()
    return None


@pytest.mark.parametrize("is_decided", [True, False], ids=["decided", "given up"])
def test_a_run_waits_for_whoever_decides_the_case_and_does_not_hold_the_line_meanwhile(bench: "Bench", is_decided: bool) -> None:
    from django.db import transaction

    from ledger.operations import decide
    from reconciliation.models import ExceptionCase, Match, SettlementBatch
    from reconciliation.operations.casework.desk import lock_case
    from reconciliation.operations.casework.items import lock_items
    from tests.reconciliation.cases.acting import propose
    from tests.reconciliation.detect.test_unmatching import require_proved
    from tests.reconciliation.house import NOW

    play(bench)
    batch, case = SettlementBatch.objects.get(), ExceptionCase.objects.get(facts__narrative__contains=SAID)
    request = propose(bench.records, case, "identify_line", batch.public_id)

    # Given somebody who has begun to decide the line's case
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_case(case.pk)
            # When a run comes to the line
            ran = pool.submit(run_bank, bench)
            assert until(lambda: somebody_waits() or ran.done(), 60)
            assert not ran.done(), ran.result()
            # Then the line is free for whoever decides
            lock_items(case)
            if is_decided:
                decide(request_id=request.pk, approve=True, checker=bench.house.ben, reason="", now=NOW)
        assert ran.result(60) is None

    # And it is identified once, by the one or by the other
    batch.refresh_from_db()
    case.refresh_from_db()
    rule = Match.objects.get(line_kind="bank", undone_at=None).rule
    assert (rule == "person.named@1", case.state) == ((True, "RESOLVED") if is_decided else (False, "AUTO_RESOLVED"))
    assert (batch.state, batch.paid_minor, bench.records.balance("in_transit")) == ("PAID", 30_000, 0)
    assert bench.records.balance("suspense", bench.house.bank.public_id) == -30_000  # the other line
    require_proved(bench)


@pytest.mark.parametrize("is_new", [False, True], ids=["a waiting line", "a new line"])
def test_a_payout_that_a_person_names_another_line_for_meanwhile_is_not_taken_twice(bench: "Bench", is_new: bool) -> None:
    from django.db import transaction

    from ledger.operations import decide
    from reconciliation.locks import lock_batches
    from reconciliation.models import BankLine, ExceptionCase, Match, SettlementBatch
    from tests.reconciliation.cases.acting import propose
    from tests.reconciliation.detect.test_unmatching import require_proved
    from tests.reconciliation.house import NOW

    play(bench, is_new=is_new)
    batch, case = SettlementBatch.objects.get(), ExceptionCase.objects.get(facts__narrative__contains="WHO KNOWS")
    request = propose(bench.records, case, "identify_line", batch.public_id)

    # Given a run that has read the payout as expected, and waits for it with the line that names it
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_batches([batch.pk])
            ran = pool.submit(run_bank, bench)
            assert until(lambda: somebody_waits() or ran.done(), 60)
            assert not ran.done(), ran.result()
            # When two people name the other line for it
            decide(request_id=request.pk, approve=True, checker=bench.house.ben, reason="", now=NOW)
        assert ran.result(60) is None

    # Then the run leaves its line in suspense
    match = Match.objects.get(line_kind="bank", undone_at=None)
    assert (match.rule, BankLine.objects.get(pk=match.line_id).narrative) == ("person.named@1", "WHO KNOWS")
    assert (bench.records.balance("in_transit"), bench.records.balance("suspense", bench.house.bank.public_id)) == (0, -30_000)
    require_proved(bench)
