"""What must hold at any moment, and at the end: the PSP's books and ours say the same, to the minor unit."""

from datetime import timedelta
from typing import Any

from cashier.models import Attempt, Capture, DepositIntent, PspCall, PspEvent, Refund, RefundState, Void
from cashier.models.deposits import DepositState
from cashier.operations import confirm_movement
from ledger.proofs import prove_ledger, replay_journal
from tests.cashier.any_order.casino import Casino

BOOKED = (Capture.State.SUCCEEDED, Capture.State.RETURNED, Capture.State.FAILED_LATE)
ENDED_PAYOUTS = ("SETTLED", "REJECTED", "CANCELED", "FAILED", "RETURNED")
ENDED_REFUNDS = (RefundState.REFUND_PROCESSED, RefundState.REFUND_FAILED, RefundState.REFUND_REVERSED)
# Longer than the longest life of an open intent: an authorisation's seven days, a pending payment's three, and looks every quarter hour.
STEPS = (*[timedelta(minutes=m) for m in (1, 5, 30, 70)], *[timedelta(hours=6)] * 4, *[timedelta(days=1)] * 10)


def charged_by_psp(casino: Casino, reference: str) -> dict[str, int]:
    """What the PSP's own books say of one of our payments."""
    sums = dict.fromkeys(("charged_minor", "refunded_minor", "disputed_minor"), 0)
    for charge in casino.sandbox.control("GET", f"books?merchant_reference={reference}")["charges"]:
        for name in sums:
            sums[name] += charge[name]
    return sums


def credited_by_us(intent: DepositIntent) -> int:
    """What we booked as captured."""
    return sum(row.amount_minor for row in intent.captures.filter(state__in=BOOKED))


def no_credit_without_capture(casino: Casino) -> None:
    for intent in casino.intents():
        credited = credited_by_us(intent)
        assert not credited or credited <= charged_by_psp(casino, intent.public_id)["charged_minor"], intent.public_id
        assert credited == intent.captured_minor


def bring_to_its_end(casino: Casino) -> None:
    """The PSP is up and all is delivered but what was lost; workers work and sweepers sweep while time passes."""
    casino.break_psp(is_down=False)
    for number, step in enumerate(STEPS):
        calm(casino)
        for capture in casino.held_for_payer():
            casino.decide_payer(capture, is_player=number % 2 == 0)
        calm(casino)
        if not what_is_open(casino):
            break
        casino.wait(step)
        casino.sweep()
    calm(casino)
    casino.sandbox.control("PUT", "hold", {"hold": False})
    read_report(casino)


def calm(casino: Casino) -> None:
    """Until neither side has anything to do now."""
    for _ in range(20):
        casino.queue.drain()
        casino.let_psp_work()
        if not casino.told and not casino.queue.messages:
            return
        while casino.told:
            casino.deliver(casino.told.pop(0))
    raise AssertionError("never calm")


def what_is_open(casino: Casino) -> list[str]:
    """Everything that has not ended, in words."""
    intents = [f"{row.public_id} {row.state}" for row in casino.intents() if row.is_open]
    refunds = [f"{row.public_id} {row.state}" for row in casino.refunds() if row.state not in ENDED_REFUNDS]
    payouts = [f"{row.public_id} {row.state}" for row in casino.payouts() if row.state not in ENDED_PAYOUTS]
    captures = Capture.objects.filter(intent__player=casino.player, state=Capture.State.SUBMITTED)
    open_calls = {"intent__player": casino.player, "call_state__in": PspCall.OPEN_CALLS}
    calls = [f"call {row.idempotency_key}" for model in (Attempt, Void) for row in model.objects.filter(**open_calls)]
    events = PspEvent.objects.filter(work__state__in=("RECEIVED", "WAITING"))
    waiting = [f"{event.event} {event.work.state} {event.work.error}" for event in events.select_related("work")]
    return [*intents, *refunds, *payouts, *(f"{row.public_id} {row.state}" for row in captures), *calls, *waiting]


def read_report(casino: Casino) -> None:
    """What a settlement report brings of those whose events were lost: the only way in which we hear of money that came back."""
    for refund in casino.refunds():
        if {refund.public_id, refund.capture.intent.public_id} & casino.silent and is_state(casino, refund.public_id, "REVERSED"):
            confirm(casino, "refund_reversal", refund.public_id, refund.psp_ref)
    for payout in casino.payouts():
        if payout.public_id in casino.silent and is_state(casino, payout.public_id, "RETURNED"):
            confirm(casino, "payout_return", payout.public_id, payout.psp_ref)


def is_state(casino: Casino, reference: str, state: str) -> bool:
    return casino.sandbox.state_of(reference) == state


def confirm(casino: Casino, kind: Any, reference: str, psp_ref: str) -> None:
    confirm_movement(kind=kind, merchant_reference=reference, psp_reference=psp_ref, now=casino.clock.at)
    casino.queue.commit()
    casino.queue.drain()


def require_agreement(casino: Casino) -> None:
    """Every intent ended; books equal; nobody charged or paid twice; every proof holds."""
    still_open = what_is_open(casino)
    assert not still_open, "; ".join(still_open)
    for intent in casino.intents():
        agree_on_deposit(casino, intent)
    agree_on_payouts(casino)
    dead = PspEvent.objects.filter(work__state="DEAD").values_list("event", "work__error")
    assert list(dead) == []
    differences = [f"{check.name}: {check.differences}" for check in prove_ledger().checks if not check.ok]
    assert not differences, "; ".join(differences)
    assert replay_journal().ok


def agree_on_deposit(casino: Casino, intent: DepositIntent) -> None:
    books = casino.sandbox.control("GET", f"books?merchant_reference={intent.public_id}")
    assert books["double_charged"] == []
    psp = charged_by_psp(casino, intent.public_id)
    refunded = sum(row.amount_minor for row in Refund.objects.filter(capture__intent=intent, state=RefundState.REFUND_PROCESSED))
    assert (credited_by_us(intent), refunded) == (psp["charged_minor"], psp["refunded_minor"]), (intent.public_id, intent.state)
    assert intent.refunded_minor == refunded
    if intent.public_id not in casino.silent:
        assert intent.disputed_minor == psp["disputed_minor"], intent.public_id
    assert (intent.state == DepositState.CAPTURED) == (psp["charged_minor"] > 0)


def agree_on_payouts(casino: Casino) -> None:
    for payout in casino.payouts():
        books = casino.sandbox.control("GET", f"books?merchant_reference={payout.public_id}")
        assert books["double_paid"] == []
        paid_minor = sum(row["paid_minor"] for row in books["payouts"])
        returned = sum(row["returned"] for row in books["payouts"])
        ours = payout.amount_minor - payout.player_fee_minor if payout.state in ("SETTLED", "RETURNED") else 0
        assert (ours, payout.state == "RETURNED") == (paid_minor, returned > 0), (payout.public_id, payout.state)
