"""A payout whose nudge or worker was lost is found again (C8)."""

from datetime import timedelta
from typing import Any

import pytest

from cashier.models import PayoutIntent
from cashier.operations.payouts import begin_payout_submission, sweep_payouts
from ledger.clock import real_now
from tests.cashier.payouts.test_request_payout import ask
from tests.cashier.payouts.test_settle_payout import send
from tests.house import House


@pytest.fixture
def nudged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Who was told: (task, payout)."""
    told: list[tuple[str, Any]] = []
    monkeypatch.setattr(
        "cashier.operations.payouts.sweep.nudge_again", lambda task, call_id: told.append((task.rpartition(".")[2], call_id))
    )
    return told


def age(payout: PayoutIntent, **moments: Any) -> None:
    """Set the row's moments back in time."""
    row = PayoutIntent.objects.get(pk=payout.pk)
    for name, moment in moments.items():
        setattr(row, name, moment)
    row.save(update_fields=list(moments))


@pytest.mark.spec("C8")
def test_an_approved_payout_whose_nudge_is_old_is_nudged_once(house: House, nudged: list[tuple[str, Any]]) -> None:
    payout = ask(house)
    assert sweep_payouts() == {"to_send": 0, "to_ask": 0}

    age(payout, nudged_at=real_now() - timedelta(minutes=1))

    assert sweep_payouts() == {"to_send": 1, "to_ask": 0}
    assert sweep_payouts() == {"to_send": 0, "to_ask": 0}
    assert nudged == [("submit_payout", payout.id)]


@pytest.mark.spec("C8")
def test_a_call_whose_lease_is_over_is_nudged(house: House, nudged: list[tuple[str, Any]]) -> None:
    payout = ask(house)
    begin_payout_submission(payout_id=payout.id, now=house.now)
    past = real_now() - timedelta(minutes=1)
    age(payout, call_state="SENT", next_try_at=past, nudged_at=past)

    assert sweep_payouts() == {"to_send": 1, "to_ask": 0}


@pytest.mark.spec("C8", "P5")
def test_one_that_was_taken_and_stays_quiet_is_asked_for(house: House, nudged: list[tuple[str, Any]]) -> None:
    payout = send(house, ask(house))
    assert sweep_payouts() == {"to_send": 0, "to_ask": 0}
    past = real_now() - timedelta(minutes=1)

    age(payout, next_try_at=past, nudged_at=past)

    assert sweep_payouts() == {"to_send": 0, "to_ask": 1}
    assert nudged == [("resolve_payout", payout.id)]
