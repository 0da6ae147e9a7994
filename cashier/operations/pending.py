"""Money seen on a rail but not final (C4): `pending` mirrors `unconfirmed` until it is captured or gone."""

from datetime import datetime, timedelta

from cashier.models import Attempt, Capture, DepositIntent, PspCall
from cashier.operations.bookings import book_deposit
from cashier.queries.rails import get_rail
from ledger.actors import Actor
from ledger.transitions import move


def see(
    *,
    intent: DepositIntent,
    attempt: Attempt,
    occurred_at: datetime,
    actor: Actor,
    now: datetime,
    is_correction: bool = False,
    payload_sha256: str = "",
) -> Capture:
    """The rail accepted the payment: PENDING, deposit.seen, with the capture that it will become. Needs the intent locked."""
    capture = Capture.objects.create(
        intent=intent,
        attempt=attempt,
        merchant_account=attempt.merchant_account,
        amount_minor=attempt.amount_minor,
        currency=intent.currency,
        is_seen=True,
        call_state=PspCall.CallState.DONE,
        call_kind="authorize",
        idempotency_key=f"{attempt.idempotency_key}#seen",
        created_at=now,
        updated_at=now,
    )
    mark_seen(
        intent, capture, occurred_at=occurred_at, actor=actor, now=now, is_correction=is_correction, payload_sha256=payload_sha256
    )  # fmt: skip
    return capture


def mark_seen(
    intent: DepositIntent, capture: Capture, *, occurred_at: datetime, actor: Actor, now: datetime, is_correction: bool = False,
    payload_sha256: str = "",
) -> None:  # fmt: skip
    """deposit.seen of one capture, and the intent PENDING; it waits as long as its rail's money usually does."""
    book_deposit(
        "deposit.seen",
        intent=intent,
        capture=capture,
        occurred_at=occurred_at,
        actor=actor,
        now=now,
        payload_sha256=payload_sha256,
        gross_minor=capture.amount_minor,
    )
    if not capture.is_seen:
        capture.is_seen = True
        capture.save(update_fields=["is_seen"])
    intent.pending_minor = capture.amount_minor
    intent.expires_at = now + timedelta(days=get_rail(intent.method).pending_days)
    edge, event = ("correct_to_pending", "deposit.status_corrected") if is_correction else ("pend", "deposit.seen")
    move(intent, edge, actor=actor, now=now, event=event, extra_fields=["pending_minor", "expires_at"])


def unsee(*, intent: DepositIntent, capture: Capture, occurred_at: datetime, actor: Actor, now: datetime, payload_sha256: str = "") -> None:
    """The pending of this capture ended without being credited: deposit.unseen. Needs the intent locked; the caller moves the states."""
    book_deposit(
        "deposit.unseen",
        intent=intent,
        capture=capture,
        occurred_at=occurred_at,
        actor=actor,
        now=now,
        payload_sha256=payload_sha256,
        gross_minor=capture.amount_minor,
    )
    capture.is_seen = False
    capture.save(update_fields=["is_seen"])
    intent.pending_minor = 0
    intent.save(update_fields=["pending_minor"])
