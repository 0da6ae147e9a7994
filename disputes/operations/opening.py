"""A dispute begins: by a notification, a settlement line or by hand (X1); the money is taken from the player (X5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from cashier.bonuses.endings import forfeit_of_deposit
from cashier.models import Capture, MerchantAccount
from cashier.operations.disputed import change_disputed, lock_disputed_capture
from cashier.operations.payouts import cancel_unsent_payouts
from disputes.models import Dispute, DisputeMovement, DisputeState
from disputes.models.disputes import UNNAMED
from disputes.operations.holds import release_hold
from disputes.operations.movements import book_movement, find_movement
from disputes.operations.splits import CaptureFacts, needed_from_player, split_opening
from disputes.reasons import answer_days, flow_of
from disputes.refusals import DisputeCurrencyDiffers, DisputeNotNamed, DisputeOfAnotherPayment
from ledger.actors import Actor
from ledger.calendar import business_date
from ledger.locks import lock_wallet
from ledger.notices import tell
from ledger.transitions import move, record_birth

Kind = DisputeMovement.Kind
WON_STATES = (DisputeState.WON, DisputeState.WON_PROVISIONALLY)


@dataclass(frozen=True, slots=True)
class Notice:
    """What we were told of a dispute. Amounts are minor units; `told_by` is webhook, line or hand; `movement` counts from 1.

    `provider_case_id` is empty where a report names no case.
    """

    merchant_account: MerchantAccount
    capture_id: UUID
    provider_case_id: str
    amount_minor: int
    currency: str
    occurred_at: datetime
    told_by: str
    movement: int = 1
    psp_ref: str = ""
    scheme: str = ""
    reason_code: str = ""
    answer_by: datetime | None = None
    payload_sha256: str = ""


def open_dispute(notice: Notice, *, actor: Actor, now: datetime) -> Dispute:
    """Open the dispute of this provider case and take its amount: hold, unsent payouts (cancelled first), playable, rest owed.

    Told twice, or of a movement that is booked: nothing more happens. One dispute per provider case id.
    Raises Capture.DoesNotExist, DisputeAmountDiffers, DisputeCurrencyDiffers.
    """
    with transaction.atomic():
        dispute, capture = find_or_make(notice, state=DisputeState.NOTIFIED, actor=actor, now=now)
        reach_notified(dispute, notice, actor=actor, now=now)
        take_from_player(dispute, capture, notice, actor=actor, now=now)
    return dispute


def find_or_make(notice: Notice, *, state: str, actor: Actor, now: datetime) -> tuple[Dispute, Capture]:
    """The dispute of the case, made in `state` where there is none, and its capture; both locked, in that order.

    Raises DisputeCurrencyDiffers: an amount of another currency is never counted as one of the capture's; DisputeOfAnotherPayment,
    DisputeNotNamed.
    """
    capture = lock_disputed_capture(capture_id=notice.capture_id)
    if notice.currency != capture.currency:
        raise DisputeCurrencyDiffers(told=notice.currency, captured=capture.currency, capture=capture.public_id)
    cases = Dispute.objects.select_for_update(of=("self",)).select_related("merchant_account", "player__brand", "entity", "capture")
    known = _known(cases.filter(merchant_account=notice.merchant_account), notice, capture)
    if known is not None:
        return known, capture
    dispute = new_dispute(notice, capture, state=state, now=now)
    dispute.save(force_insert=True)
    event = "dispute.inquiry" if state == DisputeState.INQUIRY else "chargeback.opened"
    record_birth(dispute, actor=actor, now=now, event=event)
    return dispute, capture


def _known(cases: QuerySet[Dispute], notice: Notice, capture: Capture) -> Dispute | None:
    """By the PSP's case id. A report that names none means the payment's only dispute; one that was opened so takes the name that is
    told later, so that nothing is taken twice."""
    if not notice.provider_case_id:
        return _only_one(cases, capture)
    found = cases.filter(provider_case_id=notice.provider_case_id).first()
    if found is not None and found.capture.intent_id != capture.intent_id:
        raise DisputeOfAnotherPayment(dispute=found.public_id, told=capture.public_id)
    if found is None and (found := cases.filter(provider_case_id=_stand_in(capture)).first()) is not None:
        found.provider_case_id = notice.provider_case_id
        found.save(update_fields=["provider_case_id"])
    return found


def _only_one(cases: QuerySet[Dispute], capture: Capture) -> Dispute | None:
    own = list(cases.filter(capture__intent=capture.intent_id).order_by("pk")[:2])
    if len(own) > 1:
        raise DisputeNotNamed(capture=capture.public_id)
    return own[0] if own else None


def _stand_in(capture: Capture) -> str:
    """What a case is called until the PSP names it."""
    return f"{UNNAMED}{capture.public_id}"


def reach_notified(dispute: Dispute, notice: Notice, *, actor: Actor, now: datetime) -> None:
    """Bring the case to where a chargeback belongs: notified, or fought again after a win.

    A notice of a movement that a win or a credit has answered already changes no stage: it is only late.
    """
    if dispute.state == DisputeState.INQUIRY:
        move(dispute, "notify", actor=actor, now=now, event="chargeback.opened")
    elif dispute.state in WON_STATES and notice.movement > last_number(dispute):
        dispute.closed_at = None
        move(dispute, "reopen", actor=actor, now=now, event="dispute.reopened", extra_fields=["closed_at"])


def last_number(dispute: Dispute) -> int:
    """The highest movement that is booked, 0 for none."""
    return dispute.movements.order_by("-number").values_list("number", flat=True).first() or 0


def new_dispute(notice: Notice, capture: Capture, *, state: str, now: datetime) -> Dispute:
    """A row for the case. The answer-by date is the provider's; none given: the scheme's ceiling, else 7 days (X2)."""
    intent = capture.intent
    return Dispute(
        merchant_account=notice.merchant_account,
        capture=capture,
        player=intent.player,
        entity=intent.entity,
        provider_case_id=notice.provider_case_id or _stand_in(capture),
        psp_ref=notice.psp_ref,
        amount_minor=notice.amount_minor,
        currency=notice.currency,
        scheme=notice.scheme,
        reason_code=notice.reason_code,
        flow=flow_of(notice.scheme, notice.reason_code),
        opened_by=notice.told_by,
        state=state,
        answer_by=notice.answer_by or notice.occurred_at + timedelta(days=answer_days(notice.scheme)),
        opened_at=notice.occurred_at,
        created_at=now,
        updated_at=now,
    )


def take_from_player(dispute: Dispute, capture: Capture, notice: Notice, *, actor: Actor, now: datetime) -> None:
    """Post chargeback.opened for this movement, unless what is taken has not been given back since (then it stands)."""
    if find_movement(dispute, Kind.OPENED, notice.movement, amount_minor=notice.amount_minor) or dispute.disputed_minor:
        return
    facts = facts_of(capture)
    needed_minor = needed_from_player(notice.amount_minor, facts)[0]
    # 1. Payouts that were not sent come back first; they are locked before the wallet.
    cancel_unsent_payouts(
        player_id=dispute.player_id,
        currency=dispute.currency,
        needed_minor=needed_minor - min(dispute.held_minor, needed_minor),
        reason=f"chargeback {dispute.public_id}",
        actor=actor,
        now=now,
    )
    # 2. The split is decided with the wallet locked, and written on the movement.
    wallet = lock_wallet(entity_id=dispute.entity_id, player_id=dispute.player.public_id, asset=dispute.currency)
    opening = split_opening(notice.amount_minor, facts, held_minor=dispute.held_minor, playable_minor=wallet.playable)
    book_movement(
        dispute,
        Kind.OPENED,
        number=notice.movement,
        amount_minor=notice.amount_minor,
        facts=opening.facts,
        occurred_at=notice.occurred_at,
        told_by=notice.told_by,
        actor=actor,
        now=now,
        payload_sha256=notice.payload_sha256,
    )
    # 3. The bonus that the deposit earned is forfeited, by a posting of its own.
    reason = f"chargeback {dispute.public_id}"
    forfeit_of_deposit(deposit_ref=dispute.capture.intent.public_id, reason=reason, actor=actor, now=now)
    # 4. What the hold kept beyond that goes back; the capture counts as disputed.
    left_minor = dispute.held_minor - opening.held_minor
    dispute.held_minor = 0
    dispute.disputed_minor = notice.amount_minor
    dispute.save(update_fields=["held_minor", "disputed_minor"])
    release_hold(dispute, left_minor, occurred_at=notice.occurred_at, told_by=notice.told_by, actor=actor, now=now)
    change_disputed(capture=capture, by_minor=notice.amount_minor, actor=actor, now=now)
    if opening.refunded_minor:
        tell_above_captured(dispute, facts, opening.refunded_minor, occurred_at=notice.occurred_at, now=now)


def facts_of(capture: Capture) -> CaptureFacts:
    given_back_minor = capture.refunded_minor + capture.returned_minor
    return CaptureFacts(capture.amount_minor, capture.player_fee_minor, given_back_minor, capture.disputed_minor)


def tell_above_captured(dispute: Dispute, capture: CaptureFacts, amount_minor: int, *, occurred_at: datetime, now: datetime) -> None:
    """More was given back and charged back than was captured: paid twice where any was given back, else disputed above the capture."""
    code = "REFUND_AND_CHARGEBACK_BOTH_PAID" if capture.given_back_minor else "CHARGEBACK_AMOUNT_DIFFERS"
    tell(
        "case.raise",
        code=code,
        entity_id=dispute.entity_id,
        business_date=business_date(dispute.entity, occurred_at),
        amount_minor=amount_minor,
        currency=dispute.currency,
        merchant_account=dispute.merchant_account,
        merchant_reference=dispute.capture.intent.public_id,
        psp_reference=dispute.psp_ref,
        dedupe_key=f"{code}:{dispute.public_id}",
        facts={
            "disputed_minor": dispute.amount_minor,
            "captured_minor": capture.amount_minor,
            "given_back_minor": capture.given_back_minor,
            "disputed_before_minor": capture.disputed_minor,
        },
        links=[("dispute", dispute.public_id), ("capture", dispute.capture.public_id)],
        now=now,
    )
