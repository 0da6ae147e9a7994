"""The facts of a decision about a payment, frozen with it in the transaction of the decision (K11)."""

from datetime import datetime

from cashier.frozen_facts import Facts, digest_of, facts_of, last_gates
from cashier.models import Attempt, DepositIntent, FrozenChecks, PayoutIntent, PayoutPolicy, RoutingDecision
from ledger.models import ApprovalRequest


def freeze_deposit(
    intent: DepositIntent, attempt: Attempt, *, moment: str, routing: RoutingDecision | None = None, now: datetime
) -> FrozenChecks:  # fmt: skip
    """What was known of a deposit when it was sent to a PSP, or captured."""
    facts = facts_of(
        player=intent.player, gates=last_gates(intent.gates), instrument=attempt.instrument, account=attempt.merchant_account,
        routing=routing, risk_band=attempt.risk_band,
    )  # fmt: skip
    return _freeze({**facts, "attempt": attempt.public_id, "payer": attempt.payer or None}, moment=moment, now=now, intent=intent)


def freeze_payout(payout: PayoutIntent, *, moment: str, now: datetime) -> FrozenChecks:
    """What was known of a payout when it was asked for, approved or sent."""
    policy = PayoutPolicy.objects.filter(brand_id=payout.brand_id, currency=payout.currency).first()
    approval = _approval(payout.approval_id) if payout.approval_id else None
    facts = facts_of(
        player=payout.player, gates=last_gates(payout.gates), instrument=payout.instrument, account=payout.merchant_account, policy=policy,
        approval=approval,
    )  # fmt: skip
    return _freeze(facts, moment=moment, now=now, payout=payout)


def _approval(public_id: str) -> ApprovalRequest | None:
    return ApprovalRequest.objects.prefetch_related("decisions").filter(pk=ApprovalRequest.id_of(public_id)).first()


def _freeze(
    facts: Facts, *, moment: str, now: datetime, intent: DepositIntent | None = None, payout: PayoutIntent | None = None
) -> FrozenChecks:  # fmt: skip
    return FrozenChecks.objects.create(
        intent=intent, payout=payout, moment=moment, facts=facts, digest=digest_of(facts), frozen_at=now
    )  # fmt: skip
