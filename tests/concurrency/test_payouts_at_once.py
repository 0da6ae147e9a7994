"""Payouts asked for, approved and sent at the same moment, in real threads on real connections."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connections

from cashier.models import PayoutIntent
from cashier.operations.payouts import begin_payout_submission, cancel_payout, settle_payout
from ledger.errors import InsufficientFunds
from ledger.models import ApprovalRequest
from ledger.operations import ApprovalRefused, decide
from tests.cashier.payouts.test_request_payout import ask
from tests.house import CLIENT, TESTER, House, kinds, make_house, make_person, set_policy, wallet


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts in threads that start together; each one's result, or what it raised."""
    gate = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.fixture
def house(committed_db: Any, now: datetime) -> House:
    house = make_house(now, playable_minor=50_000)
    set_policy(house)
    return house


@pytest.mark.spec("L6", "P2")
def test_two_requests_for_the_last_unit(house: House) -> None:
    results = at_once(*(lambda: ask(house, 50_000) for _ in range(4)))

    assert sum(isinstance(result, PayoutIntent) for result in results) == 1
    assert sum(isinstance(result, InsufficientFunds) for result in results) == 3
    assert wallet(house.player) == (0, 50_000, 0)
    assert kinds() == ["PAYOUT_REQUESTED"]


@pytest.mark.spec("P4")
def test_two_small_requests_do_not_both_pass_the_days_sum(house: House) -> None:
    set_policy(house, review=30_000)

    results = at_once(*(lambda: ask(house, 20_000) for _ in range(2)))

    assert sorted(payout.state for payout in results) == ["APPROVED", "UNDER_REVIEW"]


@pytest.mark.spec("S1", "P4")
def test_a_double_approval_executes_once(house: House) -> None:
    set_policy(house, review=100)
    ask(house, 20_000)
    request = ApprovalRequest.objects.get()
    people = [make_person(name, "approve_payout") for name in ("ben", "dan", "eve")]

    results = at_once(
        *(
            lambda checker=checker: decide(request_id=request.id, approve=True, checker=checker, reason="ok", now=house.now)
            for checker in people
        )
    )

    assert sum(isinstance(result, ApprovalRequest) for result in results) == 1
    assert sum(isinstance(result, ApprovalRefused) for result in results) == 2
    payout = PayoutIntent.objects.get()
    assert payout.state == "APPROVED"
    assert payout.history.filter(state="APPROVED").count() == 1


@pytest.mark.spec("P1", "S1")
def test_approval_and_cancellation_at_once_end_in_one_of_the_two(house: House) -> None:
    set_policy(house, review=100)
    payout = ask(house, 20_000)
    request, ben = ApprovalRequest.objects.get(), make_person("ben", "approve_payout")

    at_once(
        lambda: decide(request_id=request.id, approve=True, checker=ben, reason="ok", now=house.now),
        lambda: cancel_payout(payout_id=payout.id, reason="changed his mind", actor=CLIENT, now=house.now),
    )

    payout.refresh_from_db()
    # Approved first, it can still be canceled, for it was not sent; canceled first, it is never approved.
    assert payout.state == "CANCELED"
    assert wallet(house.player) == (50_000, 0, 0)


@pytest.mark.spec("P5")
def test_two_workers_begin_one_submission(house: House) -> None:
    payout = ask(house, 20_000)

    at_once(*(lambda: begin_payout_submission(payout_id=payout.id, now=house.now) for _ in range(4)))

    payout.refresh_from_db()
    assert payout.state == "SUBMITTED"
    assert payout.history.filter(state="SUBMITTED").count() == 1


@pytest.mark.spec("L3", "W3")
def test_ten_settlements_of_one_payout_post_once(house: House) -> None:
    payout = ask(house, 20_000)
    begin_payout_submission(payout_id=payout.id, now=house.now)

    results = at_once(*(lambda: settle_payout(payout_id=payout.id, occurred_at=house.now, actor=TESTER, now=house.now) for _ in range(10)))

    assert [result.state for result in results] == ["SETTLED"] * 10
    assert kinds() == ["PAYOUT_REQUESTED", "PAYOUT_SETTLED"]
