"""The one door by which a deposit's money reaches a player (C3)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cashier.decisions import fee_share
from cashier.models import Attempt, Capture, DepositIntent, Hold, PspCall
from cashier.operations.bookings import book_deposit
from cashier.operations.cases import raise_deposit_case
from cashier.operations.late_money import hold_late_money
from cashier.operations.payers import CODE as PAYER_CODE
from cashier.operations.payers import is_held, tell_of_payer
from cashier.operations.pending import mark_seen, unsee
from ledger.actors import Actor
from ledger.transitions import move


@dataclass(frozen=True, slots=True)
class CaptureProof:
    """A capture as the PSP stated it to us: in the answer to our own call, or in a lookup that we made. Never a notification.

    psp_ref: the PSP's capture id. reference: our capture (`cap_…`) where the PSP names it. amount_minor: gross.
    """

    psp_ref: str
    amount_minor: int
    currency: str
    occurred_at: datetime
    reference: str = ""
    payload_sha256: str = ""


class Credited(StrEnum):
    """What became of the money."""

    CREDITED = "credited"
    LATE_MONEY = "late_money"
    DUPLICATE = "duplicate_capture"
    DIFFERS = "amount_differs"
    ALREADY = "already"
    PAYER_HELD = "payer_held"


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether captured money may be credited; if not, the code of the case, and whether the brand's policy may decide or a person must."""

    outcome: Credited
    code: str = ""
    is_by_policy: bool = False


def credit_capture(
    *, intent: DepositIntent, attempt: Attempt, proof: CaptureProof, actor: Actor, now: datetime, is_correction: bool = False
) -> tuple[Credited, Capture]:
    """Book one proved capture: to `playable` where all of C3 holds, else to `locked` as late money with a case (C2).

    Needs the intent locked. Asked again for a capture that is booked it changes nothing. `is_correction`: our state was
    behind the PSP's and nothing had told us (C2, "status corrected to match the PSP").
    """
    capture = find_capture(intent, attempt, proof)
    if capture is not None and capture.state not in (Capture.State.SUBMITTED, Capture.State.REFUSED):
        return Credited.ALREADY, capture
    finding = judge(intent, attempt, capture, proof)
    if finding.outcome is Credited.CREDITED and is_held(attempt) and intent.state == DepositIntent.State.CAPTURED:
        finding = Finding(Credited.LATE_MONEY, PAYER_CODE)  # what is captured in part can't be pending again
    capture = capture or new_capture(intent, attempt, proof, now=now)
    if finding.outcome is Credited.CREDITED and is_held(attempt):
        hold_for_payer(intent, attempt, capture, proof, actor=actor, now=now, is_correction=is_correction)
        return Credited.PAYER_HELD, capture
    is_late = finding.outcome is not Credited.CREDITED
    if is_late and capture.is_seen:  # what was seen goes as it was seen: the PSP may have taken another amount
        unsee(intent=intent, capture=capture, occurred_at=proof.occurred_at, actor=actor, now=now)
    succeed(capture, intent, proof, is_late=is_late, actor=actor, now=now)
    if not is_late:
        post_credit(intent, capture, proof, actor=actor, now=now)
        advance(intent, capture, actor=actor, now=now, is_correction=is_correction)
    else:
        tell_of(finding, intent, attempt, capture, proof, now=now)
        may_credit = finding.is_by_policy and not is_held(attempt)
        keep_late(intent, capture, proof, may_credit=may_credit, actor=actor, now=now, is_correction=is_correction)
    return finding.outcome, capture


def keep_late(
    intent: DepositIntent, capture: Capture, proof: CaptureProof, *, may_credit: bool, actor: Actor, now: datetime,
    is_correction: bool = False,
) -> Hold:  # fmt: skip
    """A capture that succeeded and may not simply be credited: into `locked`, and on by policy where that may decide."""
    hold = hold_late_money(
        intent=intent, capture=capture, proof_sha256=proof.payload_sha256, may_credit=may_credit, actor=actor, now=now
    )  # fmt: skip
    advance(intent, capture, actor=actor, now=now, is_correction=is_correction)
    return hold


def hold_for_payer(
    intent: DepositIntent, attempt: Attempt, capture: Capture, proof: CaptureProof, *, actor: Actor, now: datetime, is_correction: bool
) -> None:
    """The PSP has the money and its payer is not known to be the player: it stays in pending, with a case (K10). Once."""
    if capture.is_seen and capture.psp_ref == proof.psp_ref:
        return
    capture.psp_ref, capture.captured_at, capture.updated_at = proof.psp_ref, proof.occurred_at, now
    capture.call_state, capture.next_try_at = PspCall.CallState.DONE, None
    capture.save(update_fields=["psp_ref", "captured_at", "updated_at", "call_state", "next_try_at"])
    if not capture.is_seen:
        mark_seen(
            intent, capture, occurred_at=proof.occurred_at, actor=actor, now=now, is_correction=is_correction,
            payload_sha256=proof.payload_sha256,
        )  # fmt: skip
    tell_of_payer(
        intent, attempt, amount_minor=proof.amount_minor, occurred_at=proof.occurred_at, about=capture.public_id, capture=capture, now=now
    )


def find_capture(intent: DepositIntent, attempt: Attempt, proof: CaptureProof) -> Capture | None:
    """Our row for this capture: by the PSP's id, by our own id, or the one that waits for its PSP's id."""
    captures = list(intent.captures.select_related("merchant_account"))
    same = [row for row in captures if row.psp_ref == proof.psp_ref and row.merchant_account_id == attempt.merchant_account_id]
    named = [row for row in captures if proof.reference and row.public_id == proof.reference and row.psp_ref in ("", proof.psp_ref)]
    waiting = [row for row in captures if not row.psp_ref and row.call_kind == "authorize" and row.attempt_id == attempt.pk]
    return next(iter([*same, *named, *waiting]), None)


def judge(intent: DepositIntent, attempt: Attempt, capture: Capture | None, proof: CaptureProof) -> Finding:
    """Whether this capture may be credited: pure, from the rows at hand.

    Money for an ended intent is for the brand's policy; a second charge, another amount or another currency waits for a person.
    """
    if is_of_other_currency(intent, proof):
        return Finding(Credited.DIFFERS, "CURRENCY_DIFFERS")
    expected = capture.amount_minor if capture else attempt.amount_minor
    is_as_asked = proof.currency == intent.currency and proof.amount_minor == expected
    if intent.is_ended or not intent.player.may_deposit:
        return Finding(Credited.LATE_MONEY, "PSP_SUCCESS_AFTER_TERMINAL", is_by_policy=is_as_asked)
    if intent.state == DepositIntent.State.CAPTURED and (
        capture is None or intent.captured_minor + proof.amount_minor > ceiling_of(intent)
    ):
        return Finding(Credited.DUPLICATE, "DUPLICATE_PSP_CAPTURE")
    if not is_as_asked:
        return Finding(Credited.DIFFERS, "GROSS_AMOUNT_DIFFERS")
    return Finding(Credited.CREDITED)


def is_of_other_currency(intent: DepositIntent, proof: CaptureProof) -> bool:
    """Whether the PSP took another currency than was asked for; one that states none took another by no word of its own."""
    return proof.currency not in ("", intent.currency)


def ceiling_of(intent: DepositIntent) -> int:
    """What all captures together may reach: the authorised amount, or the charge where the rail has no authorisation."""
    return int(intent.authorised_minor or intent.gross_minor)


def new_capture(intent: DepositIntent, attempt: Attempt, proof: CaptureProof, *, now: datetime) -> Capture:
    """A row for a capture that came with its authorisation, or that we did not ask for."""
    return Capture.objects.create(
        intent=intent,
        attempt=attempt,
        merchant_account=attempt.merchant_account,
        amount_minor=proof.amount_minor,
        currency=intent.currency,
        call_state=PspCall.CallState.DONE,
        call_kind="authorize",
        idempotency_key=f"{attempt.idempotency_key}#{proof.psp_ref}"[:80],
        created_at=now,
        updated_at=now,
    )


def succeed(capture: Capture, intent: DepositIntent, proof: CaptureProof, *, is_late: bool, actor: Actor, now: datetime) -> None:
    """The capture's own row: succeeded, with the PSP's id, the time and, where it is credited, its share of the player's fee."""
    capture.psp_ref, capture.captured_at, capture.is_late = proof.psp_ref, proof.occurred_at, is_late
    capture.call_state, capture.next_try_at = PspCall.CallState.DONE, None
    if is_late:  # as it came: other money than was asked for is held in its own currency
        capture.amount_minor, capture.currency = proof.amount_minor, proof.currency or intent.currency
    else:
        capture.player_fee_minor = fee_share(
            fee_minor=intent.player_fee_minor,
            gross_minor=intent.gross_minor,
            before_minor=intent.captured_minor,
            amount_minor=proof.amount_minor,
        )
    edge = "succeed" if capture.state == Capture.State.SUBMITTED else "succeed_late"
    fields = ["psp_ref", "captured_at", "is_late", "call_state", "next_try_at", "amount_minor", "currency", "player_fee_minor"]
    move(capture, edge, actor=actor, now=now, event="deposit.late_money" if is_late else "deposit.captured", extra_fields=fields)


def post_credit(intent: DepositIntent, capture: Capture, proof: CaptureProof, *, actor: Actor, now: datetime) -> None:
    """deposit.captured: what was pending for this capture, if anything, moves with it."""
    seen_minor = capture.amount_minor if capture.is_seen else 0
    book_deposit(
        "deposit.captured",
        intent=intent,
        capture=capture,
        occurred_at=proof.occurred_at,
        actor=actor,
        now=now,
        payload_sha256=proof.payload_sha256,
        gross_minor=capture.amount_minor,
        player_fee_minor=capture.player_fee_minor,
        seen_minor=seen_minor,
        conversion=None,  # both currencies are one; written down, so that the second version reads this source too (L11)
    )
    if capture.is_seen:
        capture.is_seen = False
        capture.save(update_fields=["is_seen"])


def advance(intent: DepositIntent, capture: Capture, *, actor: Actor, now: datetime, is_correction: bool) -> None:
    """The intent's state and sums. CAPTURED means that at least one capture succeeded."""
    intent.captured_minor += capture.amount_minor if intent.counts(capture) else 0
    intent.pending_minor = 0
    if intent.state == DepositIntent.State.CAPTURED:
        intent.updated_at = now
        intent.save(update_fields=["captured_minor", "pending_minor", "updated_at"])
        return
    edge, event = "capture", "deposit.captured"
    if intent.is_ended:
        edge, event = "psp_captured_late", "deposit.psp_captured_late"
    elif is_correction:
        edge, event = "correct_to_captured", "deposit.status_corrected"
    move(intent, edge, actor=actor, now=now, event=event, extra_fields=["captured_minor", "pending_minor"])


def tell_of(finding: Finding, intent: DepositIntent, attempt: Attempt, capture: Capture, proof: CaptureProof, *, now: datetime) -> None:
    expected = attempt.amount_minor
    differs = finding.code == "GROSS_AMOUNT_DIFFERS"
    raise_deposit_case(
        finding.code,
        intent=intent,
        account=attempt.merchant_account,
        psp_ref=attempt.psp_ref,
        amount_minor=abs(proof.amount_minor - expected) if differs else proof.amount_minor,
        occurred_at=proof.occurred_at,
        about=capture.public_id,
        facts={
            "intent_state": str(intent.state),
            "player_state": intent.player.status,
            "expected_minor": expected,
            "captured_minor": proof.amount_minor,
            "captured_currency": str(capture.currency),
            "psp_capture": proof.psp_ref,
        },
        capture=capture,
        now=now,
    )
