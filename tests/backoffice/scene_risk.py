"""What the scene has of risk: a payer that is held, facts that were frozen, a deposit that waits for a person, an event asked for."""

from datetime import timedelta
from typing import TYPE_CHECKING

from cashier.models import Attempt, DepositReview, DepositState, EventPull, RoutingDecision
from cashier.operations.freezing import freeze_deposit, freeze_payout
from cashier.operations.payers import keep_check
from cashier.operations.players import keep_identity
from cashier.risk import Payer
from ledger.clock import real_now

if TYPE_CHECKING:
    from tests.backoffice.scene import Scene


def make_risk(scene: "Scene") -> None:
    _payer(scene)
    _frozen(scene)
    _review(scene)
    EventPull.objects.create(
        kind="deposit", object_id=scene.deposits[0].pk, merchant_account=scene.accounts[0], asked_at=real_now(), tries=2, pulled=1,
        next_ask_at=real_now() + timedelta(minutes=5),
    )  # fmt: skip


def _payer(scene: "Scene") -> None:
    pending = next(row for row in scene.deposits if row.state == DepositState.PENDING)
    keep_identity(pending.player, {"first_name": "Ada", "last_name": "Lovelace"}, now=scene.now)
    attempt = Attempt.objects.filter(intent=pending).first()
    assert attempt is not None
    check = keep_check(Payer("Robin Thirdparty", ""), "hash-of-robin", pending.player, attempt=attempt, now=scene.now)
    attempt.payer = check.state
    attempt.save(update_fields=["payer"])


def _frozen(scene: "Scene") -> None:
    for attempt in Attempt.objects.select_related("intent__player", "merchant_account", "instrument")[:3]:
        freeze_deposit(attempt.intent, attempt, moment="authorize", now=scene.now)
    freeze_payout(scene.payouts[0], moment="request", now=scene.now)


def _review(scene: "Scene") -> None:
    intent = next(row for row in scene.deposits if row.state == DepositState.INITIATED)
    payment = {
        "key": intent.public_id, "brand": "lucky", "entity": "e", "region": intent.region, "currency": intent.currency,
        "amount_minor": int(intent.gross_minor), "method": intent.method,
    }  # fmt: skip
    decision = RoutingDecision.objects.create(
        intent=intent, moment="authorize", outcome="review", rules_version=1, rules_matched=[2], payment=payment, candidates=[],
        decided_at=scene.now - timedelta(days=60),
    )  # fmt: skip
    at = scene.now - timedelta(minutes=40)
    DepositReview.objects.create(intent=intent, decision=decision, created_at=at, updated_at=at)
