"""The payments of the scene: players, deposits in every state with their captures and events."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from cashier.models import (
    Attempt,
    Capture,
    DepositIntent,
    DepositState,
    Player,
    PspEvent,
    PspEventWork,
    Refund,
    RefundState,
)
from ledger.actors import system_actor
from ledger.operations import Posting, post

if TYPE_CHECKING:
    from tests.backoffice.scene import Scene

TESTER = system_actor("scene")


def stamps(at: datetime) -> dict[str, Any]:
    return {"created_at": at, "updated_at": at}


def make_player(scene: "Scene", number: int) -> Player:
    return Player.objects.create(
        brand=scene.brand,
        external_id=f"p_{4400 + number}",
        state=Player.State.ACTIVE,
        kyc_status="approved",
        kyc_level=2,
        country="MT",
        currency="EUR",
        is_vip=number == 1,
        **stamps(scene.now - timedelta(days=30 + number)),
    )


STATES = (
    DepositState.CAPTURED,
    DepositState.CAPTURED,
    DepositState.CAPTURED,
    DepositState.FAILED,
    DepositState.EXPIRED,
    DepositState.PENDING,
    DepositState.ACTION_REQUIRED,
    DepositState.AUTHORIZED,
    DepositState.CANCELED,
    DepositState.VOIDED,
    DepositState.INITIATED,
)


def make_deposit(scene: "Scene", number: int) -> DepositIntent:
    at = scene.now - timedelta(hours=3 * number + 1, minutes=7 * number % 60)
    state, amount = STATES[number % len(STATES)], 1000 + 1250 * (number % 7)
    captured = amount if state == DepositState.CAPTURED else 0
    currency = "SEK" if number % 5 == 4 else "EUR"
    player = scene.players[number % len(scene.players)]
    account = scene.accounts[number % len(scene.accounts)]
    intent = DepositIntent.objects.create(
        player=player,
        brand=scene.brand,
        entity=scene.entity,
        merchant_account=account,
        client_id="cashier-web",
        region="EU",
        method="card",
        currency=currency,
        amount_minor=amount,
        gross_minor=amount,
        state=state,
        captured_minor=captured,
        authorised_minor=captured,
        expires_at=at + timedelta(minutes=30),
        decline_code="insufficient_funds" if state == DepositState.FAILED else "",
        **stamps(at),
    )
    attempt = Attempt.objects.create(
        intent=intent,
        merchant_account=account,
        number=1,
        payment_token="tok_approve",
        amount_minor=amount,
        currency=currency,
        capture_mode="auto",
        psp_ref=f"psp_{number:06d}",
        outcome="CAPTURED" if captured else "DECLINED",
        decline_code=intent.decline_code,
        call_state="DONE",
        call_kind="authorize",
        idempotency_key=f"att-{number}",
        three_ds_version="2.2.0",
        eci="05",
        tries=1,
        sent_at=at,
        answered_at=at + timedelta(seconds=1),
        **stamps(at),
    )
    if captured:
        _capture(scene, intent, attempt, number, at)
    _event(scene, intent, number, at)
    return intent


def _capture(scene: "Scene", intent: DepositIntent, attempt: Attempt, number: int, at: datetime) -> None:
    capture = Capture.objects.create(
        intent=intent,
        attempt=attempt,
        merchant_account=intent.merchant_account,
        amount_minor=intent.amount_minor,
        currency=intent.currency,
        state=Capture.State.SUCCEEDED,
        psp_ref=f"cap_psp_{number:06d}",
        captured_at=at,
        call_state="DONE",
        call_kind="capture",
        idempotency_key=f"cap-{number}",
        **stamps(at),
    )
    if number % 9 == 0:
        Refund.objects.create(
            capture=capture,
            merchant_account=capture.merchant_account,
            client_id="cashier-web",
            refund_id=f"r{number}",
            amount_minor=500,
            currency=capture.currency,
            state=RefundState.REFUND_PROCESSED,
            psp_ref=f"rf_psp_{number}",
            requested_by_kind="client",
            requested_by_id="cashier-web",
            call_state="DONE",
            call_kind="refund",
            idempotency_key=f"rf-{number}",
            processed_at=at,
            **stamps(at),
        )
    _book(scene, intent, capture, at)


def _book(scene: "Scene", intent: DepositIntent, capture: Capture, at: datetime) -> None:
    lines = [
        {
            "kind": "clearing",
            "holder": capture.merchant_account.public_id,
            "asset": intent.currency,
            "amount_minor": int(intent.amount_minor),
            "ref": capture.public_id,
            "label": "",
        },
        {
            "kind": "playable",
            "holder": intent.player.public_id,
            "asset": intent.currency,
            "amount_minor": -int(intent.amount_minor),
            "ref": "",
            "label": "",
        },
    ]
    posting = Posting(
        "OPENING_BALANCE@1",
        f"scene:{capture.public_id}",
        scene.entity.pk,
        {"lines": lines},
        at,
        intent_id=intent.public_id,
        player_id=intent.player.public_id,
    )
    with transaction.atomic():
        post(posting, actor=TESTER, now=at)


EVENT_STATES = ("APPLIED", "APPLIED", "IGNORED", "APPLIED", "WAITING", "DEAD", "RECEIVED")


def _event(scene: "Scene", intent: DepositIntent, number: int, at: datetime) -> None:
    assert intent.merchant_account is not None
    event = PspEvent.objects.create(
        merchant_account=intent.merchant_account,
        provider_event_id=f"evt_{number}",
        identity_key=f"evt_{number}",
        event="payment.captured",
        psp_ref=f"psp_{number:06d}",
        intent_ref=intent.public_id,
        amount_minor=intent.amount_minor,
        currency=intent.currency,
        occurred_at=at,
        received_at=at + timedelta(seconds=2),
        body_sha256="ab" * 32,
        raw_body='{"event":"payment.captured","amount":{"minor_units":5000,"currency":"EUR"}}',
    )
    state = EVENT_STATES[number % len(EVENT_STATES)]
    PspEventWork.objects.create(
        event=event,
        state=state,
        tries=10 if state == "DEAD" else 1,
        error="amount differs from the intent" if state == "DEAD" else "",
        applied_at=at if state == "APPLIED" else None,
    )
