"""What each disposition would do to the books, worked out from what stands open now (E4).

A plan is plain values: steps in order. It is what a second person sees and approves; at execution it is worked out again under the
same locks, and must be the same. What is held for the case is given back first; a step that takes takes it from playable then.

Locks, always in this order: the request, the cases that speak of the same records by id, the items by name, lines in suspense, payouts
of PSPs with the runs of their days, then the deposit or the player's payout, its captures, the wallet, holds. Steps are done in turn, and
the first gives back what is held, under the wallet's lock: so a planner locks the deposit or payout that a later step moves.
"""

from collections.abc import Callable
from typing import Any

from cashier.locks import lock_intent
from cashier.models import Capture, Hold, PayoutIntent, PayoutState, PspCall, Refund
from cashier.operations.payer_holds import captured_source, gross_source
from cashier.operations.payouts.books import payer_facts
from cashier.operations.payouts.locked import lock_payout
from cashier.operations.payouts.outcomes import RELEASED_STATES
from reconciliation.models import ExceptionCase
from reconciliation.operations.casework.duplicates import plan_reverse_duplicate
from reconciliation.operations.casework.holding import (
    held_under,
    holds_of,
    kept_hold_of,
    late_hold_of,
    payer_held_of,
    playable_for,
    release_step,
    release_steps,
)
from reconciliation.operations.casework.identifying import plan_adopt_refund, plan_identify
from reconciliation.operations.casework.items import OpenItem, lock_items, open_items
from reconciliation.operations.casework.people import captures_of, find_player, player_of, record_of
from reconciliation.operations.casework.refusals import NothingToMove
from reconciliation.operations.casework.steps import Step, call_step, post_step

Plan = dict[str, list[Step]]
KEEPS_HOLDS = ("hold_funds",)


def plan_disposition(case: ExceptionCase, disposition: str, target: str) -> Plan:
    """The plan of a disposition that moves money. Needs a transaction (records and wallets are locked). Raises NothingToMove."""
    lock_items(case)
    planner = PLANNERS.get(disposition)
    steps = planner(case, target) if planner else []
    released = [] if disposition in KEEPS_HOLDS else release_steps(case)
    if disposition == "adopt_refund":  # the cashier takes its own hold of a found refund
        released = [step for step in released if step["kind"] != Hold.Kind.FOUND_REFUND]
    if not (steps if planner else released):
        raise NothingToMove()
    return {"steps": [*released, *steps]}


def stands_open(case: ExceptionCase, *, but_held: bool = False) -> bool:
    """Whether the books hold anything open, or held, for this case; `but_held`: beside what is held under the case's own id."""
    held = [hold for hold in holds_of(case) if not (but_held and hold.kind == Hold.Kind.CASE)]
    return bool(held or open_items(case) or late_hold_of(case) or kept_hold_of(case) or payer_held_of(case))


def plan_write_off(case: ExceptionCase, target: str) -> list[Step]:
    """Every open item goes to write_off: of a break in amount only what has its line, the rest still waits for one."""
    items = [item for item in open_items(case) if item.has_line or case.category != "amount_mismatch"]
    return [_move_item(case, "ITEM_ACCEPTED_AS_LOSS@1", item) for item in items]


def plan_bank_charge(case: ExceptionCase, target: str) -> list[Step]:
    """What is missing of a payout on the way to the bank becomes the bank's fee; what is too much never does."""
    if case.bank_account is None:
        return []
    bank = case.bank_account.public_id
    short = [item for item in open_items(case) if item.kind == "in_transit" and item.open_minor > 0]
    return [post_step("ITEM_BOOKED_AS_BANK_CHARGE@1", {"bank_account": bank, "item": item.as_source()}) for item in short]


def plan_outside(case: ExceptionCase, target: str) -> list[Step]:
    """Suspense of a bank account goes to outside."""
    items = [item for item in open_items(case) if item.line is not None and item.line[0] == "bank"]
    return [_move_item(case, "ITEM_MOVED_OUTSIDE@1", item) for item in items]


def plan_settle_with_player(case: ExceptionCase, target: str) -> list[Step]:
    """The player gets or gives what makes the credit equal to what the PSP paid.

    A capture that the PSP does not know, or never executed, is taken back whole with its fee, late money too; other late money, of
    another amount, is credited as it came; of a difference too much is taken as far as it goes and the rest owed, too little is given.
    """
    failed = _captures_to_fail(case)
    if failed:
        for capture in failed:
            lock_intent(capture.intent_id)
        return [_fail_capture(case, capture) for capture in failed]
    late = late_hold_of(case)
    if late is not None:
        return _late_credit(late)
    player = player_of(case)
    items = [item for item in open_items(case) if item.kind in ("clearing", "suspense") and item.has_line] if player else []
    return [step for item in items if (step := _settle_item(case, player, item)) is not None]


def plan_hold_funds(case: ExceptionCase, target: str) -> list[Step]:
    """What the player has of the amount at risk is held under the case (POSTINGS.md 3.2, hold.placed); once."""
    player = player_of(case)
    if find_player(player) is None or Hold.objects.filter(kind=Hold.Kind.CASE, ref=case.public_id).exists():
        return []
    held = min(int(case.amount_minor), playable_for(case, player, case.currency))
    source = {"player": player, "asset": case.currency, "amount_minor": held, "ref": case.public_id}
    return [call_step("place_hold", rule="HOLD_PLACED@1", source=source, kind=str(Hold.Kind.CASE), ref=case.public_id)] if held else []


def plan_credit(case: ExceptionCase, target: str) -> list[Step]:
    """Late money that waits in locked is credited, or what was kept for a player who may be credited again is released; of a payer who
    is the player after all, the pending deposit is captured."""
    late, kept, paid = late_hold_of(case), kept_hold_of(case), payer_held_of(case)
    if paid is not None:
        lock_intent(paid.intent_id)
        creditable = paid.intent.player.may_deposit
        return [call_step("accept_payer", rule="DEPOSIT_CAPTURED@1", source=captured_source(paid), capture=paid.public_id)] * creditable
    if late is not None:
        return _late_credit(late)
    return [release_step(kept)] if kept is not None and kept.player.is_creditable else []


def plan_give_back(case: ExceptionCase, target: str) -> list[Step]:
    """Late money that waits in locked goes back through the PSP; deposit.late_refunded posts when it confirms. What is pending for
    another payer becomes late money first."""
    paid = payer_held_of(case)
    if paid is not None:
        return _refuse_payer(paid)
    late = late_hold_of(case)
    if late is None:
        return []
    _lock_deposit_of(late)
    capture = Capture.objects.select_related("merchant_account").get(pk=Capture.id_of(late.ref))
    source = {**_late_source(late), "merchant_account": capture.merchant_account.public_id}
    return [call_step("refund_late_money", rule="DEPOSIT_LATE_REFUNDED@1", source=source, capture=late.ref)]


def _refuse_payer(paid: Capture) -> list[Step]:
    lock_intent(paid.intent_id)
    source, capture = gross_source(paid), paid.public_id
    rules = (
        ("unsee_payer", "DEPOSIT_UNSEEN@1"),
        ("keep_refused", "DEPOSIT_LATE_MONEY@1"),
        ("refund_late_money", "DEPOSIT_LATE_REFUNDED@1"),
    )
    return [call_step(name, rule=rule, source=source, capture=capture) for name, rule in rules]


def plan_fail_refund(case: ExceptionCase, target: str) -> list[Step]:
    """A refund that the PSP never executed: what was held for it goes back. Only one that is answered and has not ended."""
    refund = record_of(case, "refund", Refund, related="capture__intent__player")
    if refund is None or refund.state not in Refund.OPEN_STATES or refund.call_state != PspCall.CallState.DONE:
        return []
    lock_intent(refund.capture.intent_id)  # before the wallet, which what is released with it locks
    player = refund.capture.intent.player
    gives_back = refund.source == Refund.Source.PLAYABLE and player.is_creditable
    held = int(refund.amount_minor - refund.fee_returned_minor)
    source = {"player": player.public_id, "asset": refund.currency, "ref": refund.public_id, "amount_minor": held}
    return [call_step("fail_refund", rule="REFUND_FAILED@1" if gives_back else "", source=source, refund=refund.public_id)]


def plan_fail_payout(case: ExceptionCase, target: str) -> list[Step]:
    """A payout that the PSP never paid: back to the player. Only one that is answered and has not ended."""
    named = record_of(case, "payout", PayoutIntent)
    payout = lock_payout(named.pk) if named is not None else None
    if payout is None or payout.state != PayoutState.SUBMITTED or payout.call_state != PspCall.CallState.DONE:
        return []
    rule = "PAYOUT_FAILED@1" if payout.player.is_creditable else ""
    return [
        call_step("fail_payout", rule=rule, source=_payout_source(payout, amount_minor=int(payout.amount_minor)), payout=payout.public_id)
    ]


def plan_adopt_payout(case: ExceptionCase, target: str) -> list[Step]:
    """A payout that the PSP paid: settled; where we had released the money, what is there is taken and the rest owed."""
    named = record_of(case, "payout", PayoutIntent)
    payout = lock_payout(named.pk) if named is not None else None
    if payout is None or payout.state not in (PayoutState.SUBMITTED, *RELEASED_STATES):
        return []
    if payout.state == PayoutState.SUBMITTED:
        source = _payout_source(
            payout, amount_minor=int(payout.amount_minor), fee_minor=int(payout.player_fee_minor), **payer_facts(payout)
        )
        return [call_step("settle_payout", rule="PAYOUT_SETTLED@1", source=source, payout=payout.public_id)]
    paid = int(payout.amount_minor - payout.player_fee_minor)
    kept = min(held_under(Hold.Kind.CASE, payout.public_id), paid)
    there = min(paid - kept, playable_for(case, payout.player.public_id, payout.currency))
    source = _payout_source(payout, locked_minor=kept, playable_minor=there, receivable_minor=paid - kept - there, **payer_facts(payout))
    return [call_step("settle_payout", rule="PAYOUT_PAID_AFTER_RELEASE@1", source=source, payout=payout.public_id)]


PLANNERS: dict[str, Callable[[ExceptionCase, str], list[Step]]] = {
    "write_off": plan_write_off,
    "outside": plan_outside,
    "book_bank_charge": plan_bank_charge,
    "identify_line": plan_identify,
    "correct_credit": plan_settle_with_player,
    "recover_from_player": plan_settle_with_player,
    "reverse_duplicate": plan_reverse_duplicate,
    "hold_funds": plan_hold_funds,
    "adopt_refund": plan_adopt_refund,
    "adopt_payout": plan_adopt_payout,
    "fail_refund": plan_fail_refund,
    "fail_payout": plan_fail_payout,
    "credit_missing_deposit": plan_credit,
    "refund": plan_give_back,
}


def _move_item(case: ExceptionCase, rule: str, item: OpenItem) -> Step:
    return post_step(rule, {"entity": case.entity.public_id, "item": item.as_source()}, player=player_of(case), line=item.line)


def _settle_item(case: ExceptionCase, player: str, item: OpenItem) -> Step | None:
    """A surplus is given only where it is the PSP's own word on an item; a line that nobody knows is nobody's gift."""
    if item.open_minor > 0:
        there = min(item.open_minor, playable_for(case, player, item.asset))
        source = {"player": player, "item": item.as_source(), "playable_minor": there, "receivable_minor": item.open_minor - there}
        return post_step("ITEM_TAKEN_FROM_PLAYER@1", source, player=player, line=item.line)
    if item.kind == "suspense":
        return None
    return post_step("ITEM_GIVEN_TO_PLAYER@1", {"player": player, "item": item.as_source()}, player=player, line=item.line)


def _captures_to_fail(case: ExceptionCase) -> list[Capture]:
    """Credited captures of a break "the PSP has nothing" for which no line came."""
    if case.category != "missing_psp":
        return []
    waiting = {item.ref for item in open_items(case) if item.kind == "clearing" and not item.has_line}
    return [capture for capture in captures_of(case) if capture.public_id in waiting and capture.state == Capture.State.SUCCEEDED]


def _fail_capture(case: ExceptionCase, capture: Capture) -> Step:
    player = capture.intent.player.public_id
    amount = int(capture.amount_minor - capture.player_fee_minor)
    late = 0 if capture.refunding_minor else min(held_under(Hold.Kind.LATE_MONEY, capture.public_id), amount)
    there = min(amount - late, playable_for(case, player, capture.currency))
    source = {
        "entity": capture.intent.entity.public_id, "player": player, "merchant_account": capture.merchant_account.public_id,
        "asset": capture.currency, "ref": capture.public_id, "gross_minor": int(capture.amount_minor),
        "player_fee_minor": int(capture.player_fee_minor), "locked_minor": late, "playable_minor": there,
        "receivable_minor": amount - late - there,
    }  # fmt: skip
    return call_step("fail_capture", rule="DEPOSIT_CAPTURE_FAILED@1", source=source, capture=capture.public_id)


def _late_credit(late: Hold) -> list[Step]:
    """Nothing where it is on its way back to the payer: it would be given twice."""
    _lock_deposit_of(late)
    if Capture.objects.filter(pk=Capture.id_of(late.ref), refunding_minor__gt=0).exists():
        return []
    return [call_step("credit_late_money", rule="DEPOSIT_LATE_CREDITED@1", source=_late_source(late), capture=late.ref)]


def _lock_deposit_of(late: Hold) -> None:
    """Before the wallet, which what is released with it locks: whoever hears of its refund locks the deposit, then the wallet."""
    lock_intent(Capture.objects.values_list("intent_id", flat=True).get(pk=Capture.id_of(late.ref)))


def _late_source(late: Hold) -> dict[str, Any]:
    return {"player": late.player.public_id, "asset": late.currency, "ref": late.ref, "gross_minor": int(late.amount_minor)}


def _payout_source(payout: PayoutIntent, **facts: Any) -> dict[str, Any]:
    return {"player": payout.player.public_id, "payout": payout.public_id, "asset": payout.currency, **facts}
