"""How a payout ends, on the PSP's word: by its answer, an event, a lookup or a settlement line (P2)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cashier.models import PayoutIntent, PayoutState, PspCall
from cashier.operations.kept_locked import take_kept
from cashier.operations.payouts.books import creditable_kind, merchant_account_of, payer_facts, payer_of, post_payout
from cashier.operations.payouts.errors import PayoutStateConflict
from cashier.operations.payouts.locked import lock_payout
from cashier.operations.payouts.release import keep_payout_locked, release_payout
from cashier.operations.told_amounts import NONE_STATED, PAYOUT, Told, tell_told
from ledger.actors import Actor
from ledger.calendar import business_date
from ledger.locks import lock_wallet
from ledger.notices import tell
from ledger.transitions import move

PAID_STATES = (PayoutState.SETTLED, PayoutState.RETURNED)
RELEASED_STATES = (PayoutState.FAILED, PayoutState.CANCELED, PayoutState.REJECTED)


def settle_payout(
    *,
    payout_id: UUID,
    occurred_at: datetime,
    actor: Actor,
    now: datetime,
    psp_ref: str = "",
    payload_sha256: str = "",
    told: Told = NONE_STATED,
) -> PayoutIntent:
    """The PSP has paid it: the money leaves `locked`. One that is settled already stays as it is.

    One whose money we had released posts payout.paid_after_release and leaves a case. told: the amount that the PSP states; another one
    than ours changes nothing of ours: clearing keeps the difference, and a case says so (POSTINGS.md section 5). Raises
    PayoutStateConflict for a payout that was never sent, DoesNotExist.
    """
    with transaction.atomic():
        payout = lock_payout(payout_id)
        if payout.state in PAID_STATES:
            tell_told(PAYOUT, payout, told, occurred_at=occurred_at, now=now)
            return payout
        payout.psp_ref = payout.psp_ref or psp_ref
        if payout.state in RELEASED_STATES:
            settle_released(payout, occurred_at=occurred_at, actor=actor, now=now, sha256=payload_sha256)
        elif payout.state == PayoutState.SUBMITTED:
            mark_settled(payout, "settle", "payout.settled", occurred_at=occurred_at, actor=actor, now=now)
            facts = {"amount_minor": payout.amount_minor, "fee_minor": payout.player_fee_minor, **payer_facts(payout)}
            post_payout(payout, "payout.settled", facts, occurred_at=occurred_at, actor=actor, now=now, sha256=payload_sha256)
        else:
            raise PayoutStateConflict("The payout was never sent.", state=payout.state)
        tell_told(PAYOUT, payout, told, occurred_at=occurred_at, now=now)
    return payout


def mark_settled(payout: PayoutIntent, transition: str, event: str, *, occurred_at: datetime, actor: Actor, now: datetime) -> None:
    payout.settled_at = occurred_at
    payout.call_state = PspCall.CallState.DONE
    payout.next_try_at = None
    move(payout, transition, actor=actor, now=now, event=event, extra_fields=["settled_at", "call_state", "next_try_at", "psp_ref"])


def settle_released(payout: PayoutIntent, *, occurred_at: datetime, actor: Actor, now: datetime, sha256: str) -> None:
    """Paid although released: what stayed locked for this payout, then what is there, the rest is owed; always a case."""
    event = "payout.paid_after_release"
    wallet = lock_wallet(entity_id=payout.entity_id, player_id=payout.player.public_id, asset=payout.currency)
    paid_minor = int(payout.amount_minor - payout.player_fee_minor)
    locked_minor = take_kept(payout.public_id, most_minor=paid_minor, event=event, actor=actor, now=now)
    playable_minor = min(wallet.playable, paid_minor - locked_minor)
    owed_minor = paid_minor - locked_minor - playable_minor
    taken = {"locked_minor": locked_minor, "playable_minor": playable_minor, "receivable_minor": owed_minor}
    mark_settled(payout, "psp_paid_late", event, occurred_at=occurred_at, actor=actor, now=now)
    post_payout(payout, event, {**taken, **payer_facts(payout)}, occurred_at=occurred_at, actor=actor, now=now, sha256=sha256)
    tell_case(payout, "PAYOUT_PAID_AFTER_RELEASE", amount_minor=paid_minor, occurred_at=occurred_at, now=now)


def fail_payout(
    *,
    payout_id: UUID,
    occurred_at: datetime,
    actor: Actor,
    now: datetime,
    decline_code: str = "",
    psp_ref: str = "",
    payload_sha256: str = "",
) -> PayoutIntent:
    """The PSP says that it was not paid: the money goes back to the player. One that has failed already stays as it is.

    Raises PayoutStateConflict for one that was never sent or was settled (that comes back as a return), DoesNotExist.
    """
    with transaction.atomic():
        payout = lock_payout(payout_id)
        if payout.state == PayoutState.FAILED:
            return payout
        if payout.state != PayoutState.SUBMITTED:
            raise PayoutStateConflict("Only a payout that was sent and has not ended can fail.", state=payout.state)
        payout.psp_ref = payout.psp_ref or psp_ref
        payout.call_state = PspCall.CallState.DONE
        payout.next_try_at = None
        fields = ["decline_code", "psp_ref", "call_state", "next_try_at"]
        move(payout, "fail", actor=actor, now=now, event="payout.failed", extra_fields=fields, decline_code=decline_code)
        release_payout(payout, "payout.failed", occurred_at=occurred_at, actor=actor, now=now, sha256=payload_sha256)
    return payout


def return_payout(
    *, payout_id: UUID, return_ref: str, returned_minor: int, occurred_at: datetime, actor: Actor, now: datetime, payload_sha256: str = ""
) -> PayoutIntent:
    """A settled payout came back: `returned_minor` reached the PSP, what is missing was kept on the way (our cost), the player gets all.

    One that is not settled yet is settled first: a return proves the payment. Returned already: stays as it is.
    Raises PayoutStateConflict for one that was never sent, ValueError for more than was paid.
    """
    with transaction.atomic():
        payout = settle_payout(payout_id=payout_id, occurred_at=occurred_at, actor=actor, now=now)
        if payout.state == PayoutState.RETURNED:
            return payout
        kept_minor = payout.amount_minor - payout.player_fee_minor - returned_minor
        if kept_minor < 0 or returned_minor < 0:
            raise ValueError(f"{returned_minor} came back of {payout.public_id}, more than was paid")
        payout.returned_minor = returned_minor
        move(payout, "return_funds", actor=actor, now=now, event="payout.returned", extra_fields=["returned_minor"])
        facts = return_facts(payout, kept_minor=kept_minor)
        post_payout(
            payout, "payout.returned", facts, suffix=return_ref, occurred_at=occurred_at, actor=actor, now=now, sha256=payload_sha256
        )
        if facts["credit_to"] == "locked":
            keep_payout_locked(payout, why="payout.returned", now=now, part="returned")
        tell_case(payout, "PAYOUT_RETURNED", amount_minor=payout.amount_minor, occurred_at=occurred_at, now=now)
    return payout


def return_facts(payout: PayoutIntent, *, kept_minor: int) -> dict[str, object]:
    account = merchant_account_of(payout)
    paid_to = {"settlement": "clearing", "prefund": "prefund", "bank": "bank"}[account.payout_funding]
    return {
        "returned_minor": payout.returned_minor,
        "kept_minor": kept_minor,
        "fee_minor": payout.player_fee_minor,
        "paid_to": paid_to,
        "payer": payer_of(payout, account),
        "merchant_account": account.public_id,
        "entity": payout.entity.public_id,
        "credit_to": creditable_kind(payout.player),
    }


def tell_case(payout: PayoutIntent, code: str, *, amount_minor: int, occurred_at: datetime, now: datetime) -> None:
    """A case about this payout; one per payout and code, whoever tells it first."""
    account = merchant_account_of(payout)
    tell(
        "case.raise",
        code=code,
        entity_id=payout.entity_id,
        business_date=business_date(payout.entity, occurred_at),
        amount_minor=amount_minor,
        currency=payout.currency,
        merchant_account=account,
        merchant_reference=payout.public_id,
        psp_reference=payout.psp_ref,
        dedupe_key=f"{code}:{payout.public_id}",
        facts={"state": payout.state, "returned_minor": payout.returned_minor},
        links=[("payout", payout.public_id), ("player", payout.player.public_id)],
        now=now,
    )
