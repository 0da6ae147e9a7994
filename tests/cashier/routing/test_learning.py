"""What routing learns (C10): tallies of the window, fees by settlement lines, arms that lose; and dry runs that fail or are lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from cashier.models import RoutingDecision, RoutingFee, RoutingTally, RoutingTrial, SplitStop
from cashier.operations.routing.learning import learn_fees, refresh_tallies, stop_losing_arms
from cashier.operations.routing.trials import run_trial, sweep_trials
from cashier.queries.routing import routing_accounts
from cashier.queries.routing.accounts import scheduled_fees
from cashier.routing import Fees
from ledger.clock import real_now
from ledger.models import AuditRecord
from tests.cashier.routing.test_cascade import rule_in_force
from tests.cashier.world import World

pytestmark = pytest.mark.spec("C10")
FEES: list[dict[str, Any]] = []


def told_fees(*, since: Any) -> list[dict[str, Any]]:
    return FEES


def tracks(world: World) -> dict[str, Any]:
    rows = routing_accounts(brand=world.brand, method="card", currency="EUR", now=world.now)
    return {row.code: (row.track.tries, row.track.successes) for row in rows}


def test_success_is_learned_in_a_sliding_window(world: World) -> None:
    for token in ("tok_approve", "tok_approve", "tok_decline_stolen_card", "tok_challenge"):
        world.pay(token)
    world.pay("tok_decline_do_not_honour.once")
    assert refresh_tallies(now=world.now) == 2
    assert tracks(world) == {"SANDBOX_EU": (4, 2), "SANDBOX_EU2": (1, 1)}
    assert refresh_tallies(now=world.now) == 0
    world.now += timedelta(days=8)
    assert tracks(world) == {"SANDBOX_EU": (0, 0), "SANDBOX_EU2": (0, 0)}
    refresh_tallies(now=world.now)
    assert not RoutingTally.objects.exists()


def test_what_is_learned_decides(world: World) -> None:
    for account, successes in ((world.account, 100), (world.other_account, 900)):
        RoutingTally.objects.create(
            merchant_account=account, method="card", currency="EUR", scheme="", hour=world.now - timedelta(hours=2), tries=1000,
            successes=successes,
        )  # fmt: skip
    assert world.pay().merchant_account == world.other_account


def test_fees_come_from_the_schedule_and_then_from_settlement_lines(world: World, settings: Any) -> None:
    assert scheduled_fees({"commission": {"percent": "1.40", "fixed_minor": 10}, "line_texts": ["x"]}) == Fees(14_000, 10)
    # of a currency that the fixed part does not name the percentage is known, and counts
    by_currency = {"processing": {"percent": "1.40", "fixed_minor": {"EUR": 10, "SEK": 100}}}
    found = [scheduled_fees(by_currency, currency) for currency in ("EUR", "SEK", "JPY")]
    assert found == [Fees(14_000, 10), Fees(14_000, 100), Fees(14_000, 0)]
    settings.NOTICE_HANDLERS = {**settings.NOTICE_HANDLERS, "routing.fees": "tests.cashier.routing.test_learning.told_fees"}
    row = {
        "merchant_account_id": world.account.pk,
        "method": "card",
        "currency": "EUR",
        "lines": 60,
        "gross_minor": 10**6,
        "fee_minor": 19_000,
    }
    FEES[:] = [row, {**row, "merchant_account_id": world.other_account.pk, "lines": 49}]
    assert learn_fees(now=world.now) == 2
    fees = {row.code: row.fees for row in routing_accounts(brand=world.brand, method="card", currency="EUR", now=world.now)}
    assert fees == {"SANDBOX_EU": Fees(19_000, 0, "settlement"), "SANDBOX_EU2": Fees(0, 0)}
    FEES[:] = []
    assert learn_fees(now=world.now) == 0 and not RoutingFee.objects.exists()


def test_lines_of_settlement_reports_are_asked_for_their_fees(world: World) -> None:
    """The real handler, on an installation without lines yet."""
    assert learn_fees(now=world.now) == 0


def test_a_losing_arm_is_stopped_once_and_all_go_the_usual_way(world: World) -> None:
    split = {"name": "try-second", "percent": 50, "accounts": ["SANDBOX_EU2"], "guard_tries": 20, "guard_points": 5}
    rules = rule_in_force(world, splits=[split])
    arms: dict[str, list[RoutingDecision]] = {"A": [], "B": []}
    while min(len(found) for found in arms.values()) < 20:
        intent = world.intent()
        world.begin(intent)
        decision = intent.routing_decisions.get()
        assert decision.merchant_account == (world.other_account if decision.arm == "B" else world.account)
        arms[decision.arm].append(decision)
    assert stop_losing_arms(now=world.now) == []
    for arm, outcome in (("A", "CAPTURED"), ("B", "DECLINED")):
        for decision in arms[arm]:
            assert decision.attempt is not None
            decision.attempt.call_state, decision.attempt.outcome = "DONE", outcome
            decision.attempt.save()
    assert stop_losing_arms(now=world.now) == ["try-second"]
    assert stop_losing_arms(now=world.now) == []
    assert SplitStop.objects.get().rules == rules
    assert AuditRecord.objects.get(act="routing.split_stopped").detail["b_successes"] == 0
    again = world.pay()
    assert (again.merchant_account, again.routing_decisions.get().arm) == (world.account, "")


@pytest.mark.spec("C12")
def test_a_dry_run_is_leased_and_found_again(world: World) -> None:
    rules = rule_in_force(world)
    world.pay()
    trial = RoutingTrial.objects.create(
        rules=rules, digest=rules.digest, since=world.now - timedelta(days=1), until=world.now + timedelta(days=1), asked_by_kind="user",
        asked_by_id="1", asked_at=world.now, state="RUNNING", lease_until=real_now() + timedelta(seconds=30),
    )  # fmt: skip
    assert run_trial(trial_id=trial.pk, now=world.now) == "not due"
    assert sweep_trials() == 0
    trial.lease_until = real_now() - timedelta(seconds=1)
    trial.save()
    assert sweep_trials() == 1
    assert run_trial(trial_id=trial.pk, now=world.now) == "DONE"
    assert world.fresh(trial).result["moved"] == 0
    other = RoutingTrial.objects.create(
        rules=rules,
        digest="of another body",
        since=trial.since,
        until=trial.until,
        asked_by_kind="user",
        asked_by_id="1",
        asked_at=world.now,
    )
    assert run_trial(trial_id=other.pk, now=world.now) == "FAILED"
    assert "changed meanwhile" in world.fresh(other).error


def test_a_decision_asks_little_of_the_database(world: World) -> None:
    from django.db import connection

    intent = world.intent()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        world.begin(intent)
    reads = [row["sql"] for row in queries.captured_queries if row["sql"].lstrip().startswith("SELECT")]
    assert len(reads) <= 22, reads
