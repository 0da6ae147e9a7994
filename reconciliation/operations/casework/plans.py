"""What each disposition would do to the books, worked out from what stands open now (E4).

A plan is plain values: postings by rule and source, and calls of the cashier by name. It is what a second person sees and
approves; at execution it is worked out again, and must be the same.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from cashier.models import Capture, DepositIntent, Hold, PayoutIntent
from ledger.ids import from_public
from ledger.locks import lock_wallet
from reconciliation.models import ExceptionCase
from reconciliation.operations.casework.items import OpenItem, linked, open_items
from reconciliation.operations.casework.refusals import NothingToMove

Plan = dict[str, list[dict[str, Any]]]
LATE_CREDIT, LATE_REFUND = "credit_late_money", "refund_late_money"


def plan_disposition(case: ExceptionCase, disposition: str, target: str) -> Plan:
    """The plan of a disposition that moves money. Needs a transaction (wallets are locked). Raises NothingToMove."""
    plan = PLANNERS[disposition](case, target)
    if not plan["postings"] and not plan["calls"]:
        raise NothingToMove()
    return plan


def plan_write_off(case: ExceptionCase, target: str) -> Plan:
    """Every open item goes to write_off."""
    return _postings(_each_item(case, "ITEM_ACCEPTED_AS_LOSS@1", entity=case.entity.public_id))


def plan_outside(case: ExceptionCase, target: str) -> Plan:
    """Suspense of a bank account goes to outside."""
    return _postings(_each_item(case, "ITEM_MOVED_OUTSIDE@1", kinds=("suspense",), entity=case.entity.public_id))


def plan_identify(case: ExceptionCase, target: str) -> Plan:
    """Suspense goes to the clearing of the record that a person named: a capture, refund or payout of the same merchant account."""
    to = {"kind": "clearing", "holder": _holder_of(case), "ref": _known_item(case, target)}
    return _postings(_each_item(case, "ITEM_IDENTIFIED@1", kinds=("suspense",), target=to))


def plan_correct_credit(case: ExceptionCase, target: str) -> Plan:
    """The player's credit is made what the PSP paid: too much is taken back as far as it goes, the rest is owed; too little is given."""
    player = linked(case, "player")
    items = [item for item in open_items(case) if item.kind == "clearing"]
    return _postings([_settle_with_player(case, player, item) for item in items if player])


def plan_hold_funds(case: ExceptionCase, target: str) -> Plan:
    """What the player has of the amount at risk is held (POSTINGS.md 3.2, hold.placed)."""
    player = linked(case, "player")
    if not player:
        return _postings([])
    held = min(case.amount_minor, lock_wallet(entity_id=case.entity_id, player_id=player, asset=case.currency).playable)
    source = {"player": player, "asset": case.currency, "amount_minor": held, "ref": case.public_id}
    return _postings([{"rule": "HOLD_PLACED@1", "source": source, "player": player}] if held else [])


def plan_adopt_refund(case: ExceptionCase, target: str) -> Plan:
    """A refund made at the PSP becomes ours: what was held, the rest owed; then its suspense line is identified (story 22)."""
    player, items = linked(case, "player"), [item for item in open_items(case) if item.kind == "suspense"]
    if not player or not items:
        return _postings([])
    item = items[0]
    held = min(_held_for(case, item), item.open_minor)
    source = {
        "player": player, "merchant_account": item.holder, "asset": item.asset, "ref": item.ref,
        "locked_minor": held, "receivable_minor": item.open_minor - held,
    }  # fmt: skip
    identified = {"item": item.as_source(), "target": {"kind": "clearing", "holder": item.holder, "ref": item.ref}}
    return _postings([
        {"rule": "REFUND_ADOPTED@1", "source": source, "player": player},
        {"rule": "ITEM_IDENTIFIED@1", "source": identified, "player": player},
    ])  # fmt: skip


def plan_credit_late_money(case: ExceptionCase, target: str) -> Plan:
    """Late money that waits in locked is credited, by the cashier (deposit.late_credited)."""
    return _late_money(case, LATE_CREDIT)


def plan_refund_late_money(case: ExceptionCase, target: str) -> Plan:
    """Late money that waits in locked is given back through the PSP, by the cashier (deposit.late_refunded when it confirms)."""
    return _late_money(case, LATE_REFUND)


PLANNERS: dict[str, Callable[[ExceptionCase, str], Plan]] = {
    "write_off": plan_write_off,
    "outside": plan_outside,
    "identify_line": plan_identify,
    "correct_credit": plan_correct_credit,
    "recover_from_player": plan_correct_credit,
    "hold_funds": plan_hold_funds,
    "adopt_refund": plan_adopt_refund,
    "credit_missing_deposit": plan_credit_late_money,
    "refund": plan_refund_late_money,
}


def _postings(postings: list[dict[str, Any]]) -> Plan:
    return {"postings": postings, "calls": []}


def _each_item(case: ExceptionCase, rule: str, *, kinds: tuple[str, ...] = (), **source: Any) -> list[dict[str, Any]]:
    items = [item for item in open_items(case) if not kinds or item.kind in kinds]
    player = linked(case, "player")
    return [{"rule": rule, "source": {**source, "item": item.as_source()}, "player": player} for item in items]


def _settle_with_player(case: ExceptionCase, player: str, item: OpenItem) -> dict[str, Any]:
    if item.open_minor < 0:
        return {"rule": "ITEM_GIVEN_TO_PLAYER@1", "source": {"player": player, "item": item.as_source()}, "player": player}
    there = min(item.open_minor, lock_wallet(entity_id=case.entity_id, player_id=player, asset=item.asset).playable)
    source = {"player": player, "item": item.as_source(), "playable_minor": there, "receivable_minor": item.open_minor - there}
    return {"rule": "ITEM_TAKEN_FROM_PLAYER@1", "source": source, "player": player}


def _late_money(case: ExceptionCase, call: str) -> Plan:
    held = _late_hold(case)
    return {"postings": [], "calls": [{"call": call, "capture": held.ref, "amount_minor": int(held.amount_minor)}] if held else []}


def _late_hold(case: ExceptionCase) -> Hold | None:
    captures = [link.target_id for link in case.links.all() if link.kind == "capture"]
    return Hold.objects.filter(kind=Hold.Kind.LATE_MONEY, ref__in=captures, state=Hold.State.HELD).first()


def _held_for(case: ExceptionCase, item: OpenItem) -> int:
    refs = [item.ref, case.psp_reference, *(link.target_id for link in case.links.all())]
    return sum(int(hold.amount_minor) for hold in Hold.objects.filter(ref__in=[ref for ref in refs if ref], state=Hold.State.HELD))


def _holder_of(case: ExceptionCase) -> str:
    if case.merchant_account is None:
        raise NothingToMove("Only a line of a PSP's report can be identified with a capture, refund or payout.")
    return case.merchant_account.public_id


def _known_item(case: ExceptionCase, target: str) -> str:
    """The public id, as given, if it is a capture or payout of the case's entity; an intent stands for its only capture."""
    for model, prefix in ((Capture, "cap_"), (PayoutIntent, "po_")):
        if target.startswith(prefix) and model._default_manager.filter(pk=_id(target, prefix)).exists():
            return target
    if target.startswith("pi_"):
        captures = list(Capture.objects.filter(intent__in=DepositIntent.objects.filter(pk=_id(target, "pi_")))[:2])
        if len(captures) == 1:
            return captures[0].public_id
    raise NothingToMove("Name the capture (cap_…) or payout (po_…) that the line belongs to.")


def _id(target: str, prefix: str) -> UUID:
    return from_public(target, prefix)
