"""A player's request to be paid (P1, P2, P4)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cashier.bonuses.endings import forfeit_on_payout
from cashier.models import Instrument, MerchantAccount, PayoutIntent, Player, PspCall
from cashier.operations.freezing import freeze_payout
from cashier.operations.offers import offers
from cashier.operations.payouts.books import post_payout
from cashier.operations.payouts.errors import DestinationNotOwned, DestinationNotUsable, NoRouteForPayout, PayoutRefused
from cashier.operations.payouts.gates import REVIEW, STOP, WORDS, Gate, approvals_needed, check_gates, get_policy
from cashier.operations.payouts.nudges import nudge_payout
from ledger.actors import Actor, system_actor
from ledger.clock import real_now
from ledger.locks import lock_wallet
from ledger.operations import request_approval
from ledger.transitions import move, record_birth

FEE_MODELS = ("operator", "player_taken_off")


def request_payout(
    *,
    player: Player,
    instrument_id: UUID,
    amount_minor: int,
    currency: str,
    fee_model: str,
    client_id: str,
    actor: Actor,
    now: datetime,
    metadata: dict[str, Any] | None = None,
    group_id: UUID | None = None,
) -> PayoutIntent:
    """Hold the amount and take the request; below the thresholds with all gates passed it is approved at once and sent.

    `amount_minor` leaves the wallet, in minor units of `currency`; with fee_model "player_taken_off" the brand's fee is inside it.
    Raises InsufficientFunds, DestinationNotOwned, DestinationNotUsable, NoRouteForPayout, PayoutRefused (a gate is closed).
    """
    with transaction.atomic():
        # 1. The wallet's lock comes first: two requests at once are judged one after the other.
        wallet = lock_wallet(entity_id=player.brand.entity_id, player_id=player.public_id, asset=currency)
        instrument = get_destination(player, instrument_id)
        payout = new_payout(player, instrument, amount_minor, currency, fee_model, client_id, metadata or {}, group_id, now)
        # 2. A closed gate refuses the request before anything is written.
        gates = check_gates(payout=payout, wallet=wallet, moment="request", now=now)
        refuse_stopped(gates)
        payout.save(force_insert=True)
        record_birth(payout, actor=actor, now=now, event="payout.requested")
        # 3. The money waits in `locked` from here on (P2).
        post_payout(payout, "payout.requested", {"amount_minor": amount_minor}, occurred_at=now, actor=actor, now=now)
        # 4. Bonuses whose terms end with a payout are forfeited; the wallet is locked already.
        forfeit_on_payout(player=player, currency=currency, actor=actor, now=now)
        # 5. What was known is frozen with it; then a person, or straight on.
        freeze_payout(payout, moment="request", now=now)
        if any(gate.result == REVIEW for gate in gates):
            send_to_review(payout, gates, maker=actor, now=now)
        else:
            approve_at_once(payout, now=now)
    return payout


def get_destination(player: Player, instrument_id: UUID) -> Instrument:
    instrument = Instrument.objects.filter(pk=instrument_id).first()
    if instrument is None or instrument.player_id != player.id:
        raise DestinationNotOwned
    if instrument.state == Instrument.State.BLOCKED:
        raise DestinationNotUsable
    return instrument


def new_payout(
    player: Player,
    instrument: Instrument,
    amount_minor: int,
    currency: str,
    fee_model: str,
    client_id: str,
    metadata: dict[str, Any],
    group_id: UUID | None,
    now: datetime,
) -> PayoutIntent:
    payout = PayoutIntent(
        player=player,
        brand=player.brand,
        entity=player.brand.entity,
        merchant_account=route_payout(player, instrument, currency),
        instrument=instrument,
        client_id=client_id,
        group_id=group_id,
        currency=currency,
        amount_minor=amount_minor,
        fee_model=fee_model,
        metadata=metadata,
        call_kind="payout",
        call_state=PspCall.CallState.DONE,
        created_at=now,
        updated_at=now,
    )
    payout.idempotency_key = f"payout:{payout.public_id}"
    payout.player_fee_minor = player_fee(payout)
    return payout


def player_fee(payout: PayoutIntent) -> int:
    """The fee inside the amount, by the brand's policy; a payout that would not cover it is refused."""
    policy = get_policy(payout)
    fee_minor = policy.player_fee_minor if policy is not None and payout.fee_model == "player_taken_off" else 0
    if fee_minor >= payout.amount_minor:
        raise PayoutRefused("The amount does not cover the fee.", gate="fee")
    return fee_minor


def route_payout(player: Player, instrument: Instrument, currency: str) -> MerchantAccount:
    """The first active merchant account of the brand, by rank, that takes this currency and method, at a provider that offers
    payouts (C16); an empty list means all.

    Paused captures don't pause payouts. Raises NoRouteForPayout.
    """
    for account in MerchantAccount.objects.filter(brands=player.brand_id, is_active=True).order_by("rank", "code"):
        is_taken = currency in (account.currencies or [currency]) and instrument.method in (account.methods or [instrument.method])
        if is_taken and offers(account, "payouts"):
            return account
    raise NoRouteForPayout


def refuse_stopped(gates: list[Gate]) -> None:
    """Raise PayoutRefused for the first gate that stops the payout."""
    for gate in gates:
        if gate.result == STOP:
            raise PayoutRefused(f"The payout is refused: {WORDS[gate.name]}.", gate=gate.name)


def send_to_review(payout: PayoutIntent, gates: list[Gate], *, maker: Actor, now: datetime) -> None:
    """Ask risk (S1): the frozen payload is what will be approved."""
    open_gates = [WORDS[gate.name] for gate in gates if gate.result == REVIEW]
    request = request_approval(
        kind="payout.approve",
        payload=payload_of(payout),
        summary=f"Pay {payout.player.public_id} to {payout.instrument.masked or payout.instrument.method}",
        reason=f"Needs review: {', '.join(open_gates)}",
        maker=maker,
        entity_id=payout.entity_id,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        target_kind="payout",
        target_id=payout.public_id,
        brand=payout.brand.code,
        player_ref=payout.player.public_id,
        required=approvals_needed(payout),
        now=now,
    )
    payout.approval_id = request.public_id
    move(payout, "review", actor=maker, now=now, event="payout.under_review", extra_fields=["approval_id"])


def payload_of(payout: PayoutIntent) -> dict[str, Any]:
    """What a person approves: this payout, this amount, to this destination."""
    return {
        "payout": payout.public_id,
        "player": payout.player.public_id,
        "instrument": payout.instrument.public_id,
        "amount_minor": payout.amount_minor,
        "player_fee_minor": payout.player_fee_minor,
        "currency": payout.currency,
    }


def approve_at_once(payout: PayoutIntent, *, now: datetime) -> None:
    """Below the thresholds, every gate passed: no person is needed (P4)."""
    payout.nudged_at = real_now()
    move(payout, "approve", actor=system_actor("payout_gates"), now=now, event="payout.approved", extra_fields=["nudged_at"])
    nudge_payout(payout.id)
