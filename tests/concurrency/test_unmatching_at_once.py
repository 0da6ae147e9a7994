"""A match is taken apart while a run is at the same payout: whoever comes second waits, and both are done (R6, R9)."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.concurrency.test_residuals_at_once import somebody_waits_for_a_lock, until

if TYPE_CHECKING:
    from reconciliation.models import Match
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("R6", "R9")
BOTH = "TX635094338XT TX635094339XT COUNTROOM_SANDBOX_EU"


@pytest.fixture(autouse=True)
def payouts(bench: "Bench") -> None:
    """A bank line that pays two payouts, matched; and a line that nobody knows, taken in and not run."""
    from tests.reconciliation.detect.bench import later, sale_row

    bench.report(sale_row(bench.sale(30_000)))
    bench.report(sale_row(bench.sale(12_000, "obj_2")), batch="39", day=later(1))
    bench.run(later(1))
    bench.statement((42_000, BOTH), day=later(2))
    bench.run(later(2), "BANK_EUR")
    bench.statement((5_000, "WHO KNOWS"), day=later(3), number=2, opening=142_000)


def take_apart(bench: "Bench", match: "Match") -> Any:
    """On a connection of its own; gives what it raised, if anything."""
    from django.db import connections

    from tests.reconciliation.detect.test_unmatching import take_apart

    try:
        take_apart(bench, match)
    except Exception as error:
        return error
    finally:
        connections.close_all()
    return None


def somebody_waits() -> bool:
    """Asked within a transaction, which otherwise goes on seeing what it saw first."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
    return somebody_waits_for_a_lock()


def test_it_waits_for_the_payout_before_it_posts_anything(bench: "Bench") -> None:
    from django.db import transaction

    from reconciliation.locks import lock_batches
    from reconciliation.models import BankLine, Match, SettlementBatch
    from reconciliation.operations.run.bank import put_in_suspense
    from reconciliation.operations.run.context import BankRun
    from tests.reconciliation.detect.test_unmatching import require_proved

    match = Match.objects.get(line_kind="bank", line_part=1)
    line = BankLine.objects.get(narrative__contains="WHO KNOWS")
    step = BankRun(match.run, line.bank_account, line.booked_date, match.matched_at)

    # Given a run that holds one of the payouts
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_batches([SettlementBatch.objects.order_by("pk").first().pk])  # type: ignore[union-attr]
            # When the match is taken apart meanwhile, and the run then posts to the very account that this will post to
            apart = pool.submit(take_apart, bench, match)
            assert until(lambda: somebody_waits() or apart.done(), 60)
            assert not apart.done(), apart.result()
            put_in_suspense(step, line)
        assert apart.result(60) is None

    # Then both are booked
    bank = bench.house.bank.public_id
    assert (bench.records.balance("in_transit"), bench.records.balance("suspense", bank)) == (42_000, -47_000)
    require_proved(bench)


def test_two_who_take_the_same_line_apart_by_its_parts_do_not_meet_crosswise(bench: "Bench") -> None:
    from reconciliation.models import Match
    from reconciliation.operations.casework.refusals import NothingToMove
    from tests.concurrency.threads import at_once

    parts = Match.objects.filter(line_kind="bank").order_by("line_part")

    outcomes = at_once([lambda match=match: take_apart(bench, match) for match in parts])  # type: ignore[misc]

    assert [type(outcome) for outcome in outcomes if outcome is not None] == [NothingToMove], outcomes
    assert bench.records.balance("suspense", bench.house.bank.public_id) == -42_000
