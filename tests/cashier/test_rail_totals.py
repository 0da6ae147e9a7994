"""Totals by rail, currency and status (L13), as they stand and as they stood."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cashier.models import Capture, DepositIntent, PayoutIntent, PspCall, Refund
from cashier.queries.totals import STATUS_OF, rail_totals
from ledger.transitions import move, record_birth
from tests.house import CLIENT, TESTER, House, make_capture, make_house

START = datetime(2026, 3, 10, 12, tzinfo=UTC)


def later(hours: int) -> datetime:
    return START + timedelta(hours=hours)


def told(house: House, at: datetime | None = None) -> dict[tuple[str, str], tuple[int, int]]:
    return {(row.direction, row.status): (row.amount_minor, row.count) for row in rail_totals(house.entity.pk, at)}


def refund_of(capture: Capture, amount_minor: int) -> Refund:
    refund = Refund.objects.create(
        capture=capture, merchant_account=capture.merchant_account, client_id="c", refund_id="r", amount_minor=amount_minor, currency="EUR",
        requested_by_kind="client", requested_by_id="c", idempotency_key="r", call_kind="refund", created_at=later(1), updated_at=later(1),
    )  # fmt: skip
    record_birth(refund, actor=TESTER, now=later(1), event="refund.submitted")
    return refund


def payout_of(house: House, **facts: Any) -> PayoutIntent:
    payout = PayoutIntent.objects.create(
        player=house.player, brand=house.brand, entity=house.entity, merchant_account=house.account, instrument=house.instrument,
        client_id=CLIENT.id, currency="EUR", idempotency_key="po", call_kind="payout", call_state=PspCall.CallState.DONE,
        created_at=START, updated_at=START, **facts,
    )  # fmt: skip
    record_birth(payout, actor=TESTER, now=START, event="payout.requested")
    return payout


@pytest.mark.django_db
@pytest.mark.spec("L13")
def test_a_total_is_where_things_stood_at_that_moment() -> None:
    house = make_house(START)
    first, second = make_capture(house, amount_minor=5000, psp_ref="a"), make_capture(house, amount_minor=700, psp_ref="b")
    refund = refund_of(first, 1200)
    move(refund, "process", actor=TESTER, now=later(2), event="refund.processed")
    move(second, "be_returned", actor=TESTER, now=later(3), event="deposit.returned")

    assert told(house, later(-1)) == {}
    assert told(house, later(1)) == {("in", "success"): (5700, 2)}
    assert told(house, later(2)) == {("in", "success"): (5700, 2), ("in", "refunded"): (1200, 1)}
    assert told(house) == {("in", "success"): (5000, 1), ("in", "reversed"): (700, 1), ("in", "refunded"): (1200, 1)}
    assert {(row.method, row.currency) for row in rail_totals(house.entity.pk)} == {("card", "EUR")}


@pytest.mark.django_db
@pytest.mark.spec("L13")
def test_payouts_and_intents_without_money_are_counted_too() -> None:
    house = make_house(START)
    payout = payout_of(house, amount_minor=900)
    intent = DepositIntent.objects.create(
        player=house.player, brand=house.brand, entity=house.entity, client_id=CLIENT.id, method="card", currency="EUR",
        amount_minor=333, gross_minor=333, expires_at=later(1), created_at=START, updated_at=START,
    )  # fmt: skip
    record_birth(intent, actor=TESTER, now=START, event="deposit.initiated")
    move(payout, "approve", actor=TESTER, now=later(1), event="payout.approved")
    move(payout, "submit", actor=TESTER, now=later(2), event="payout.submitted")
    move(payout, "settle", actor=TESTER, now=later(3), event="payout.settled")
    move(intent, "expire", actor=TESTER, now=later(4), event="deposit.expired")

    assert told(house, later(2)) == {("out", "pending"): (900, 1), ("in", "pending"): (333, 1)}
    assert told(house, later(3)) == {("out", "success"): (900, 1), ("in", "pending"): (333, 1)}
    assert told(house) == {("out", "success"): (900, 1), ("in", "failed"): (333, 1)}


def test_every_state_has_a_status_or_is_left_out_on_purpose() -> None:
    known = {*DepositIntent.State.values, *Capture.State.values, *Refund.State.values}
    left_out = {"CAPTURED", "REFUND_SUBMITTED", "REFUND_PENDING", "REFUND_FAILED", "REFUND_REVERSED"}
    assert set(STATUS_OF["in"]) == known - left_out
    assert set(STATUS_OF["out"]) == set(PayoutIntent.State.values)
