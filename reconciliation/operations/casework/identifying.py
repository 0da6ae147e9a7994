"""A line in suspense finds its item because a person names it: of a report with a capture, refund or payout, of a bank with a batch."""

from typing import Any

from cashier.locks import lock_intent
from cashier.models import Capture, DepositIntent, Hold, PayoutIntent, Refund
from ledger.errors import BadPublicId
from reconciliation.models import ExceptionCase, Match, PspLine
from reconciliation.operations.casework.holding import held_under
from reconciliation.operations.casework.identifying_payouts import bank_step
from reconciliation.operations.casework.items import OpenItem, open_items
from reconciliation.operations.casework.pairing import run_of
from reconciliation.operations.casework.people import captures_of, player_of, psp_line_of
from reconciliation.operations.casework.refusals import NothingToMove
from reconciliation.operations.casework.steps import Step, call_step, post_step
from reconciliation.queries.rates import rate_of

_MODELS: dict[str, tuple[Any, str]] = {"cap_": (Capture, "capture"), "rf_": (Refund, "refund"), "po_": (PayoutIntent, "payout")}


def plan_identify(case: ExceptionCase, target: str) -> list[Step]:
    """Suspense goes to the named item, and the line is matched with it. Raises NothingToMove saying what must be named."""
    items = [item for item in open_items(case) if item.line is not None]
    if not items:
        return []
    item = items[0]
    is_bank = item.line is not None and item.line[0] == "bank"
    step = bank_step(case, item, target) if is_bank else _psp_step(case, item, *_named(case, item, target))
    run_of(case)
    return [step]


def plan_adopt_refund(case: ExceptionCase, target: str) -> list[Step]:
    """A refund made at the PSP becomes ours: what was held is taken, the rest owed; its line leaves suspense for it (story 22)."""
    line = psp_line_of(case)
    items = [item for item in open_items(case) if item.line is not None and item.line[0] == "psp" and item.open_minor > 0]
    if line is None or not items:
        return []
    if line.gross_currency != items[0].asset:
        raise NothingToMove("The refund was converted at the PSP's rate: what the player has got back is not what is in suspense.")
    run_of(case)
    item, capture = items[0], _refunded_capture(case, target)
    lock_intent(capture.intent_id)  # before the wallet, as everybody does
    held = min(held_under(Hold.Kind.FOUND_REFUND, line.object_reference), item.open_minor)
    source = {
        "entity": capture.intent.entity.public_id, "player": capture.intent.player.public_id,
        "merchant_account": capture.merchant_account.public_id, "asset": item.asset, "ref": line.object_reference,
        "capture": capture.public_id, "locked_minor": held, "receivable_minor": item.open_minor - held,
    }  # fmt: skip
    adopted = call_step("adopt_refund", rule="REFUND_ADOPTED@1", source=source, capture=capture.public_id)
    pair = {"item_kind": "refund", "item": "", "expected_minor": -item.open_minor}
    return [adopted, _identified(case, item, line.object_reference, pair)]


def _psp_step(case: ExceptionCase, item: OpenItem, kind: str, named: Any) -> Step:
    signed = int(named.amount_minor) if kind == "capture" else -int(named.amount_minor)
    if kind == "payout":
        signed += int(named.player_fee_minor)
    return _identified(case, item, named.public_id, {"item_kind": kind, "item": named.public_id, "expected_minor": signed})


def _identified(case: ExceptionCase, item: OpenItem, ref: str, pair: dict[str, Any]) -> Step:
    """As a run books it: in the item's own currency, by the rate that the line states, where that is not the settlement's."""
    source = {"merchant_account": item.holder, "currency": item.asset, "amount_minor": item.open_minor, "line": item.ref, "item": ref}
    line, rule = _line_of(item), "LINE_IDENTIFIED@1"
    if line.gross_currency != item.asset:
        source, rule = {**source, "entity": case.entity.public_id, "rates": [rate_of(line)]}, "LINE_IDENTIFIED@2"
    return post_step(rule, source, player=player_of(case), line=item.line, pair=pair)


def _line_of(item: OpenItem) -> PspLine:
    assert item.line is not None
    return PspLine.objects.select_related("batch__merchant_account", "batch__source_file").get(pk=item.line[1])


def _named(case: ExceptionCase, item: OpenItem, target: str) -> tuple[str, Any]:
    """The capture, refund or payout that a person named, of this account and currency, not consumed by another line."""
    kind, found = _find(target)
    if found is None:
        raise NothingToMove("Name the capture (cap_…), refund (rf_…) or payout (po_…) that the line belongs to.")
    if found.merchant_account_id != case.merchant_account_id or found.currency != _line_of(item).gross_currency:
        raise NothingToMove(f"{found.public_id} is of another merchant account or currency.")
    if Match.objects.filter(item_kind=kind, item_id=found.pk, undone_at=None).exists():
        raise NothingToMove(f"{found.public_id} has its line already.")
    return kind, found


def _find(target: str) -> tuple[str, Any]:
    """By its own id; an intent stands for its only capture."""
    prefix = target.partition("_")[0] + "_"
    try:
        if prefix == DepositIntent.PREFIX:
            captures = list(Capture.objects.filter(intent_id=DepositIntent.id_of(target), state=Capture.State.SUCCEEDED)[:2])
            return "capture", captures[0] if len(captures) == 1 else None
        model, kind = _MODELS.get(prefix, (None, ""))
        return kind, model.objects.filter(pk=model.id_of(target)).first() if model else None
    except BadPublicId:
        return "", None


def _refunded_capture(case: ExceptionCase, target: str) -> Capture:
    captures = captures_of(case)
    chosen = [capture for capture in captures if capture.public_id == target] if target else captures
    if len(chosen) != 1:
        raise NothingToMove("Name the capture (cap_…) that was refunded.")
    return chosen[0]
