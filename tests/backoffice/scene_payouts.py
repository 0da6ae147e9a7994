"""The payouts of the scene, in every state; the money of those that wait stands in locked."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from cashier.models import Instrument, PayoutIntent, PayoutState
from cashier.operations.payouts.request import payload_of
from ledger.actors import system_actor
from ledger.operations import Posting, post, request_approval
from tests.backoffice.scene_payments import TESTER, stamps

if TYPE_CHECKING:
    from tests.backoffice.scene import Scene


PAYOUT_STATES = (
    PayoutState.UNDER_REVIEW,
    PayoutState.UNDER_REVIEW,
    PayoutState.UNDER_REVIEW,
    PayoutState.SETTLED,
    PayoutState.SUBMITTED,
    PayoutState.REJECTED,
    PayoutState.FAILED,
)


def make_payout(scene: "Scene", number: int) -> PayoutIntent:
    at = scene.now - timedelta(hours=2 + 5 * number)
    player, state = scene.players[number % len(scene.players)], PAYOUT_STATES[number]
    instrument = Instrument.objects.create(
        player=player,
        method="card",
        merchant_account=scene.accounts[0],
        token=f"tok_payout_{number}",
        masked="411111••••1111",
        state="VERIFIED",
        call_state="DONE",
        call_kind="verify",
        idempotency_key=f"ins-{number}",
        **stamps(at),
    )
    payout = PayoutIntent.objects.create(
        player=player,
        brand=scene.brand,
        entity=scene.entity,
        merchant_account=scene.accounts[0],
        instrument=instrument,
        client_id="cashier-web",
        currency="EUR",
        amount_minor=420_000 - 31_050 * number,
        state=state,
        call_state="DONE",
        call_kind="payout",
        idempotency_key=f"po-{number}",
        gates=[
            {
                "at": at.isoformat(),
                "moment": "request",
                "gates": [
                    {"name": "player_status", "result": "pass", "inputs": {"state": "ACTIVE"}},
                    {"name": "kyc", "result": "pass", "inputs": {"status": "approved", "level": 2}},
                    {"name": "amount", "result": "review", "inputs": {"amount_minor": 420_000 - 31_050 * number, "above_minor": 100_000}},
                ],
            }
        ],
        **stamps(at),
    )
    if state == PayoutState.UNDER_REVIEW:
        _lock(scene, payout, at)
        request = request_approval(
            kind="payout.approve",
            payload=payload_of(payout),
            summary=f"Pay {player.external_id} to {instrument.masked}",
            reason="Amount above the brand's threshold",
            maker=system_actor("payouts"),
            entity_id=scene.entity.pk,
            amount_minor=int(payout.amount_minor),
            currency="EUR",
            target_kind="PayoutIntent",
            target_id=payout.public_id,
            required=2 if number == 0 else 1,
            now=at,
        )
        payout.approval_id = request.public_id
        payout.save(update_fields=["approval_id"])
    return payout


def _lock(scene: "Scene", payout: PayoutIntent, at: datetime) -> None:
    """The money of a payout that waits stands in locked."""
    amount = int(payout.amount_minor)
    lines = [
        {
            "kind": "clearing",
            "holder": scene.accounts[0].public_id,
            "asset": payout.currency,
            "amount_minor": amount,
            "ref": "",
            "label": "",
        },
        {"kind": "locked", "holder": payout.player.public_id, "asset": payout.currency, "amount_minor": -amount, "ref": "", "label": ""},
    ]
    key = f"scene:{payout.public_id}"
    posting = Posting("OPENING_BALANCE@1", key, scene.entity.pk, {"lines": lines}, at, player_id=payout.player.public_id)
    with transaction.atomic():
        post(posting, actor=TESTER, now=at)
