"""Money of a payer who is not known to be the player waits in pending; a person sends it on or back (K10, POSTINGS.md section 5)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cashier.decisions import fee_share
from cashier.locks import lock_captures, lock_intent
from cashier.models import Capture, DepositIntent, DepositState, Hold, PayerState
from cashier.operations.bookings import deposit_source
from cashier.operations.credits import CaptureProof, credit_capture, keep_late, succeed
from cashier.operations.payers import decide_on
from cashier.operations.pending import unsee
from cashier.refusals import NotInThisState
from ledger.actors import Actor


def is_payer_held(capture: Capture) -> bool:
    """Whether a capture that the PSP made waits in pending for a word on its payer."""
    waits = capture.state == Capture.State.SUBMITTED and capture.is_seen and bool(capture.psp_ref)
    return bool(waits and capture.attempt.payer == PayerState.HELD)


def has_payer_held(intent: DepositIntent) -> bool:
    """Whether the intent is pending for its payer: it ends by a person's word, not by its time."""
    waiting = intent.captures.filter(state=Capture.State.SUBMITTED, is_seen=True, attempt__payer=PayerState.HELD)
    return intent.state == DepositState.PENDING and waiting.exclude(psp_ref="").exists()


def accept_payer(*, capture_id: UUID, note: str, actor: Actor, now: datetime) -> Capture:
    """It is the player, or somebody who may pay for them: deposit.captured. The same payer is not asked about again for this player.

    Raises NotInThisState where nothing waits, or the player may not be credited (by now).
    """
    with transaction.atomic():
        intent, capture = _lock(capture_id)
        if not intent.player.may_deposit:
            raise NotInThisState("The player may not be credited.", player_state=intent.player.status)
        decide_on(capture.attempt, PayerState.ACCEPTED, note=note, actor=actor, now=now)
        credit_capture(intent=intent, attempt=capture.attempt, proof=_proof(capture), actor=actor, now=now)
    return capture


def unsee_payer(*, capture_id: UUID, note: str, actor: Actor, now: datetime) -> Capture:
    """It is somebody else: what was pending is unseen (deposit.unseen). `keep_refused` books what the PSP has. Raises NotInThisState."""
    with transaction.atomic():
        intent, capture = _lock(capture_id)
        decide_on(capture.attempt, PayerState.REFUSED, note=note, actor=actor, now=now)
        unsee(intent=intent, capture=capture, occurred_at=capture.captured_at or now, actor=actor, now=now)
    return capture


def keep_refused(*, capture_id: UUID, actor: Actor, now: datetime) -> Hold:
    """What a refused payer paid waits in locked (deposit.late_money) until it is given back. Raises NotInThisState."""
    with transaction.atomic():
        intent, capture = _lock(capture_id, payer=PayerState.REFUSED, is_seen=False)
        proof = _proof(capture)
        succeed(capture, intent, proof, is_late=True, actor=actor, now=now)
        return keep_late(intent, capture, proof, may_credit=False, actor=actor, now=now)


def captured_source(capture: Capture) -> dict[str, object]:
    """What deposit.captured will read of a capture that is held, for a person who is to agree to it."""
    intent = capture.intent
    fee = fee_share(
        fee_minor=intent.player_fee_minor, gross_minor=intent.gross_minor, before_minor=intent.captured_minor,
        amount_minor=capture.amount_minor,
    )  # fmt: skip
    gross = int(capture.amount_minor)
    return deposit_source(intent, capture, gross_minor=gross, player_fee_minor=fee, seen_minor=gross, conversion=None)


def gross_source(capture: Capture) -> dict[str, object]:
    """What deposit.unseen, deposit.late_money and deposit.late_refunded will read of it."""
    return deposit_source(capture.intent, capture, gross_minor=int(capture.amount_minor))


def _lock(capture_id: UUID, *, payer: PayerState = PayerState.HELD, is_seen: bool = True) -> tuple[DepositIntent, Capture]:
    intent = lock_intent(Capture.objects.values_list("intent_id", flat=True).get(pk=capture_id))
    capture = next(row for row in lock_captures(intent.pk) if row.pk == capture_id)
    if capture.state != Capture.State.SUBMITTED or capture.is_seen != is_seen or capture.attempt.payer != payer or not capture.psp_ref:
        raise NotInThisState("Nothing of this deposit waits for its payer.", state=str(capture.state))
    return intent, capture


def _proof(capture: Capture) -> CaptureProof:
    """As the PSP stated it when it was held."""
    assert capture.captured_at is not None, "a capture that is held has the time of its proof"
    return CaptureProof(capture.psp_ref, capture.amount_minor, capture.currency, capture.captured_at, reference=capture.public_id)
