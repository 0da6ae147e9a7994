"""The cashier's rows and the books agree, and a check that is given a difference names it (L10; POSTINGS.md section 4)."""

import tracemalloc

import pytest
from django.db import connection

from cashier import operations, proofs
from cashier.operations import RefundOrder
from ledger.proofs.checks import Check
from ledger.transitions import move
from tests.cashier.world import CALLER, World


def refunded() -> Check:
    return proofs.captures_sum_their_refunds()[0]


def refunding() -> Check:
    return proofs.captures_sum_their_refunds()[1]


ALL = (
    proofs.pending_is_what_waits,
    proofs.unconfirmed_mirrors_pending,
    proofs.locked_is_named,
    proofs.captures_are_booked,
    proofs.refunds_are_booked,
    proofs.intents_sum_their_captures,
    refunded,
    refunding,
)


@pytest.mark.spec("L10")
def test_after_a_busy_day_every_check_holds(world: World) -> None:
    world.pay("tok_pending_hold", 2500, method="paybybank")
    capture = world.capture_of(world.pay("tok_approve", 5000))
    for refund_id, amount in (("r1", 1000), ("r2", 500)):
        refund = operations.submit_refund(capture_id=capture.pk, order=RefundOrder(refund_id, amount, "shop"), actor=CALLER, now=world.now)
    operations.process_refund(refund_id=refund.pk, end=operations.RefundEnd("x", world.now), actor=CALLER, now=world.now)
    held = world.pay("tok_challenge")
    move(world.player, "block", actor=CALLER, now=world.now)
    proof = operations.CaptureProof("late", 5000, "EUR", world.now)
    operations.credit_capture(intent=world.fresh(held), attempt=held.attempts.get(), proof=proof, actor=CALLER, now=world.now)

    checks = [check() for check in ALL]

    assert [check.name for check in checks if not check.ok] == []
    assert all(check.examined for check in checks)


@pytest.mark.parametrize(
    ("check", "statement"),
    [
        (proofs.pending_is_what_waits, "UPDATE cashier_deposit_intent SET pending_minor = pending_minor + 1"),
        (proofs.locked_is_named, "UPDATE cashier_refund SET amount_minor = amount_minor + 1"),
        (proofs.captures_are_booked, "UPDATE cashier_capture SET amount_minor = amount_minor + 1"),
        (proofs.refunds_are_booked, "UPDATE cashier_refund SET state = 'REFUND_PROCESSED'"),
        (proofs.intents_sum_their_captures, "UPDATE cashier_deposit_intent SET captured_minor = captured_minor + 1"),
        (proofs.intents_sum_their_captures, "UPDATE cashier_deposit_intent SET refunded_minor = refunded_minor + 1"),
        (proofs.intents_sum_their_captures, "DELETE FROM cashier_refund; DELETE FROM cashier_capture"),
        (refunded, "UPDATE cashier_capture SET refunded_minor = refunded_minor + 1"),
        (refunded, "UPDATE cashier_refund SET state = 'REFUND_PROCESSED'"),
        (refunding, "UPDATE cashier_capture SET refunding_minor = 0"),
        (refunding, "UPDATE cashier_refund SET state = 'REFUND_FAILED'"),
    ],
)
def test_a_difference_is_named(world: World, check: object, statement: str) -> None:
    world.pay("tok_pending_hold", 2500, method="paybybank")
    capture = world.capture_of(world.pay("tok_approve", 5000))
    operations.submit_refund(capture_id=capture.pk, order=RefundOrder("r1", 1000, "shop"), actor=CALLER, now=world.now)

    with connection.cursor() as cursor:
        cursor.execute(statement)

    found = check()  # type: ignore[operator]
    assert not found.ok
    assert found.differences


MANY = 30_000
LIMIT_BYTES = 4 * 1024 * 1024  # a dict of so many captures alone takes more


@pytest.mark.spec("L10")
def test_many_captures_are_walked_through_not_held(world: World) -> None:
    capture = world.capture_of(world.pay("tok_approve", 5000))
    columns = [field.column for field in capture._meta.concrete_fields if field.column not in ("id", "psp_ref", "idempotency_key")]
    listed = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO cashier_capture (id, psp_ref, idempotency_key, {listed})
                SELECT gen_random_uuid(), 'many' || n, 'many' || n, {listed}
                  FROM cashier_capture, generate_series(1, %s) n WHERE id = %s""",
            [MANY, capture.pk],
        )

    tracemalloc.start()
    try:
        check = proofs.captures_are_booked()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (check.ok, check.examined, len(check.differences)) == (False, MANY + 1, 20)
    assert peak < LIMIT_BYTES


@pytest.mark.spec("L10", "C6")
def test_a_refund_that_was_adopted_counts(world: World) -> None:
    """Made in the PSP's own screens, it has no row of ours; a person confirmed it."""
    capture = world.capture_of(world.pay("tok_approve", 5000))
    paid = operations.submit_refund(capture_id=capture.pk, order=RefundOrder("r1", 1000, "shop"), actor=CALLER, now=world.now)
    operations.process_refund(refund_id=paid.pk, end=operations.RefundEnd("x", world.now), actor=CALLER, now=world.now)
    for ref in ("theirs_1", "theirs_2"):
        operations.adopt_refund(capture=capture, psp_refund_ref=ref, amount_minor=300, occurred_at=world.now, actor=CALLER, now=world.now)

    assert world.fresh(capture).refunded_minor == 1600
    assert [check.differences for check in (refunded(), refunding(), proofs.intents_sum_their_captures())] == [[], [], []]
