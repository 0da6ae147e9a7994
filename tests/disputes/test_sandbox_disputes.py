"""A chargeback through the real sandbox: told, answered with evidence, won or lost."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from cashier.models import DepositIntent
from disputes.models import Dispute, DisputeAnswer, DisputePolicy
from disputes.operations import accept_dispute, attach_evidence, send_answer, submit_dispute
from tests.cashier.conftest import secrets, world
from tests.house import TESTER
from tests.sandbox.conftest import receiver, sandbox
from tests.sandbox.running import Receiver, RunningSandbox, eventually

if TYPE_CHECKING:
    from tests.cashier.world import World

__all__ = ["receiver", "sandbox", "secrets", "world"]


def charge_back(world: "World", sandbox: RunningSandbox, receiver: Receiver, intent: DepositIntent) -> Dispute:
    """The PSP takes the deposit back, and tells us."""
    DisputePolicy.objects.get_or_create(entity=world.entity, currency="EUR", four_eyes_above_minor=100_000)
    answer = sandbox.http.post("/_sim/disputes", json={"merchant_reference": intent.public_id})
    assert answer.status_code == 201, answer.text
    hear(world, receiver, intent, "dispute.debited")
    return Dispute.objects.get()


def hear(world: "World", receiver: Receiver, intent: DepositIntent, last: str) -> None:
    """Wait until `last` has come, let all events of the payment in and apply them."""
    assert eventually(lambda: last in receiver.names(intent.public_id)), receiver.names(intent.public_id)
    for event in receiver.of(intent.public_id):
        world.receive(json.dumps(event).encode())
    world.apply_all()


def booked(dispute: Dispute) -> list[str]:
    from ledger.models import JournalTransaction

    return list(JournalTransaction.objects.filter(intent_ref=dispute.public_id).order_by("id").values_list("kind", flat=True))


def act(world: "World") -> dict[str, Any]:
    return {"actor": TESTER, "now": world.now}


def prove(world: "World", dispute: Dispute) -> None:
    """Evidence attached and sent."""
    attach_evidence(
        dispute_id=dispute.id, content=b"%PDF-1.7 log", name="log.pdf", content_type="application/pdf", kind="gameplay", source="games",
        **act(world),
    )  # fmt: skip
    answer = submit_dispute(dispute_id=dispute.id, note="Dear issuer", reason="played", **act(world))
    assert isinstance(answer, DisputeAnswer)
    assert send_answer(answer_id=answer.id, now=world.now) in ("SUBMITTED", "APPROVED")


@pytest.mark.spec("X1", "X5", "X6")
def test_a_chargeback_is_told_answered_and_won(world: "World", sandbox: RunningSandbox, receiver: Receiver) -> None:
    intent = world.pay(amount_minor=5_000)
    dispute = charge_back(world, sandbox, receiver, intent)
    assert (dispute.state, dispute.scheme, dispute.flow, dispute.opened_by) == ("NOTIFIED", "visa", "visa_allocation", "webhook")
    assert world.wallet() == {}

    prove(world, dispute)
    assert world.fresh(dispute).state == "SUBMITTED"
    hear(world, receiver, intent, "dispute.won")

    assert world.fresh(dispute).state == "WON"
    assert world.wallet() == {"playable": 5_000}
    assert booked(dispute) == ["CHARGEBACK_OPENED", "CHARGEBACK_DEBITED", "CHARGEBACK_CREDITED", "DISPUTE_WON"]
    assert "chargeback_clearing" not in world.balances()


@pytest.mark.spec("X1", "X5")
def test_a_chargeback_is_lost(world: "World", sandbox: RunningSandbox, receiver: Receiver) -> None:
    intent = world.pay("tok_approve.dispute_lost", amount_minor=5_000)
    dispute = charge_back(world, sandbox, receiver, intent)

    prove(world, dispute)
    hear(world, receiver, intent, "dispute.lost")

    assert world.fresh(dispute).state == "LOST"
    assert world.wallet() == {}
    assert booked(dispute) == ["CHARGEBACK_OPENED", "CHARGEBACK_DEBITED"]


@pytest.mark.spec("X6")
def test_a_chargeback_is_accepted(world: "World", sandbox: RunningSandbox, receiver: Receiver) -> None:
    intent = world.pay(amount_minor=5_000)
    dispute = charge_back(world, sandbox, receiver, intent)

    answer = accept_dispute(dispute_id=dispute.id, reason="fraud", **act(world))
    send_answer(answer_id=answer.id, now=world.now)
    hear(world, receiver, intent, "dispute.accepted")

    assert world.fresh(dispute).state == "ACCEPTED"
    assert send_answer(answer_id=answer.id, now=world.now) == "done"
