"""The deposit intent is made, and cancelled (C1, C2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from cashier.decisions import fee_of
from cashier.locks import lock_intent
from cashier.models import Attempt, DepositIntent, DepositState, Player, PspCall
from cashier.operations.endings import end_intent
from cashier.operations.voids import record_void
from cashier.queries.rails import UnknownMethod, get_rail
from cashier.refusals import AttemptOpen, Invalid, NotInThisState
from ledger.actors import Actor
from ledger.transitions import record_birth


@dataclass(frozen=True, slots=True)
class IntentRequest:
    """What a caller asks for. amount_minor: minor units of `currency` that the player wants to deposit."""

    player: Player
    amount_minor: int
    currency: str
    method: str
    region: str
    metadata: dict[str, Any]
    client_id: str


def create_intent(*, request: IntentRequest, actor: Actor, now: datetime) -> DepositIntent:
    """Make a deposit intent with the brand's fee for the method in it (C19); no PSP is called. Raises Invalid for an unknown method."""
    try:
        rail = get_rail(request.method)
    except UnknownMethod as error:
        raise Invalid("This method is not offered.", field="method", rule="known_method") from error
    brand = request.player.brand
    fee = fee_of(request.amount_minor, request.currency, brand.fee_rules.get(request.method))
    with transaction.atomic():
        intent = DepositIntent.objects.create(
            player=request.player,
            brand=brand,
            entity=brand.entity,
            client_id=request.client_id,
            region=request.region,
            method=request.method,
            currency=request.currency,
            amount_minor=request.amount_minor,
            gross_minor=fee.gross_minor,
            fee_model=fee.model,
            player_fee_minor=fee.fee_minor,
            metadata=request.metadata,
            expires_at=now + timedelta(minutes=rail.expiry_minutes),
            created_at=now,
            updated_at=now,
        )
        record_birth(intent, actor=actor, now=now, event="deposit.initiated")
    return intent


def cancel_intent(*, intent_id: UUID, actor: Actor, now: datetime) -> DepositIntent:
    """Cancel an intent that holds no money: INITIATED, or ACTION_REQUIRED, whose attempt is then given back at the PSP.

    Should the player complete it all the same, the money is late money (C2). Raises AttemptOpen while an outcome is not
    known, NotInThisState otherwise.
    """
    with transaction.atomic():
        intent = lock_intent(intent_id)
        if intent.state == DepositState.CANCELED:
            return intent
        if intent.state not in (DepositState.INITIATED, DepositState.ACTION_REQUIRED):
            raise NotInThisState(state=str(intent.state))
        if intent.attempts.filter(call_state__in=PspCall.OPEN_CALLS).exists():
            raise AttemptOpen(state=str(intent.state))
        end_intent(intent=intent, state=DepositState.CANCELED, occurred_at=now, actor=actor, now=now)
        attempt = Attempt.objects.filter(intent=intent).order_by("-number").first()
        if attempt is not None and attempt.outcome == "ACTION_REQUIRED":
            record_void(intent=intent, attempt=attempt, reason="canceled", actor=actor, now=now)
    return intent
