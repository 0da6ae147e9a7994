"""Adjustments by hand and write-offs (L12): proposed by one person, approved by another, posted once, key = approval id."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.actors import Actor
from ledger.chart import WALLET_KINDS
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, LegalEntity
from ledger.money import money_text
from ledger.operations.approvals import request_approval
from ledger.operations.posting_values import PostedTransaction, Posting
from ledger.operations.postings import lines_of, post
from ledger.operations.present_state import wallet_facts
from ledger.queries import open_of
from ledger.values import Line

_ADJUSTMENTS = {"credit": "MANUAL_CREDIT@1", "debit": "MANUAL_DEBIT@1"}
_WRITE_OFFS = {
    "receivable": "RECEIVABLE_WRITTEN_OFF@1",
    "item": "ITEM_WRITTEN_OFF@1",
    "surplus": "SURPLUS_RELEASED@1",
    "recovery": "WRITE_OFF_RECOVERED@1",
}


def propose_adjustment(
    *, entity_id: UUID, player_id: str, asset: str, amount_minor: int, direction: str, reason: str, ref: str = "",
    maker: Actor, now: datetime,
) -> ApprovalRequest:  # fmt: skip
    """Ask to credit or debit a player by hand. `direction`: credit | debit; `ref`: the case or the item it belongs to.

    Raises ApprovalRefused for no reason, no amount, or another direction.
    """
    payload = _adjustment(entity_id, player_id, asset, amount_minor, direction, ref)
    summary = f"{direction.capitalize()} {_amount(asset, amount_minor)} by hand"
    return _propose("ledger.adjustment", payload, summary, entity_id, player_id, reason, maker, now)


def preview_of_adjustment(
    *, entity_id: UUID, player_id: str, asset: str, amount_minor: int, direction: str, ref: str = ""
) -> list[Line]:  # fmt: skip
    """The lines that such a proposal would ask for. Raises as propose_adjustment."""
    return preview_adjustment(_adjustment(entity_id, player_id, asset, amount_minor, direction, ref))


def propose_write_off(
    *, entity_id: UUID, what: str, holder: str, asset: str, amount_minor: int, reason: str, ref: str = "",
    kind: str = "clearing", loss: str = "write_off", maker: Actor, now: datetime,
) -> ApprovalRequest:  # fmt: skip
    """Ask to write off. `what`: receivable (holder: the player) | item (holder: merchant account, `kind` clearing or
    in_transit) | surplus (suspense to write_off) | recovery (written off, paid after all; `kind` bank or clearing).

    `loss`: write_off, or chargeback_loss for disputes. Raises ApprovalRefused.
    """
    payload = _written_off(entity_id, what, holder, asset, amount_minor, ref, kind, loss)
    return _propose("ledger.write_off", payload, f"Write off {what} {_amount(asset, amount_minor)}", entity_id, holder, reason, maker, now)


def preview_of_write_off(
    *, entity_id: UUID, what: str, holder: str, asset: str, amount_minor: int, ref: str = "", kind: str = "clearing",
    loss: str = "write_off",
) -> list[Line]:  # fmt: skip
    """The lines that such a proposal would ask for. Raises as propose_write_off."""
    return preview_write_off(_written_off(entity_id, what, holder, asset, amount_minor, ref, kind, loss))


def execute_adjustment(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> PostedTransaction:
    """Post the approved adjustment. Raises InsufficientFunds where a debit finds too little: then nothing is decided."""
    return _post(payload, request, now)


def execute_write_off(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> PostedTransaction:
    """Post the approved write-off. Raises InsufficientFunds where the debt is smaller by now."""
    return _post(payload, request, now)


def preview_adjustment(payload: dict[str, Any]) -> list[Line]:
    """The lines that approval would post."""
    return lines_of(payload["rule"], payload["source"])


def preview_write_off(payload: dict[str, Any]) -> list[Line]:
    """The lines that approval would post."""
    return lines_of(payload["rule"], payload["source"])


def look_at_adjustment(payload: dict[str, Any]) -> dict[str, str]:
    """The player's balances, which the amount is taken from or added to."""
    return wallet_facts(payload["player_id"], payload["source"]["asset"])


def look_at_write_off(payload: dict[str, Any]) -> dict[str, str]:
    """What the player owes; of an item what stands open for it on its account."""
    source = payload["source"]
    if payload["player_id"]:
        return wallet_facts(payload["player_id"], source["asset"])
    kinds = {line.kind for line in lines_of(payload["rule"], source)} - {"write_off", "chargeback_loss", *WALLET_KINDS}
    if not source["ref"]:
        return {}
    open_minor = sum(open_of(UUID(payload["entity_id"]), kind, source["holder"], source["asset"], source["ref"]) for kind in kinds)
    return {"Open for the item": money_text(open_minor, source["asset"])}


def _adjustment(entity_id: UUID, player_id: str, asset: str, amount_minor: int, direction: str, ref: str) -> dict[str, Any]:
    if direction not in _ADJUSTMENTS:
        raise ApprovalRefused(f"An adjustment is a credit or a debit, not {direction!r}.")
    _amount(asset, amount_minor)
    return {
        "rule": _ADJUSTMENTS[direction], "entity_id": str(entity_id), "player_id": player_id,
        "source": {"entity": _entity_ref(entity_id), "player": player_id, "asset": asset, "amount_minor": amount_minor, "ref": ref},
    }  # fmt: skip


def _written_off(
    entity_id: UUID, what: str, holder: str, asset: str, amount_minor: int, ref: str, kind: str, loss: str
) -> dict[str, Any]:  # fmt: skip
    if what not in _WRITE_OFFS or loss not in ("write_off", "chargeback_loss"):
        raise ApprovalRefused(f"Nothing called {what!r} can be written off to {loss!r}.")
    _amount(asset, amount_minor)
    source = {"entity": _entity_ref(entity_id), "asset": asset, "amount_minor": amount_minor, "ref": ref, "loss": loss, "kind": kind}
    source["player" if what == "receivable" else "holder"] = holder
    return {
        "rule": _WRITE_OFFS[what], "entity_id": str(entity_id), "player_id": holder if what == "receivable" else "", "source": source,
    }  # fmt: skip


def _propose(
    kind: str, payload: dict[str, Any], summary: str, entity_id: UUID, holder: str, reason: str, maker: Actor, now: datetime
) -> ApprovalRequest:
    source = payload["source"]
    lines_of(payload["rule"], source)
    return request_approval(
        kind=kind, payload=payload, summary=summary, reason=reason, maker=maker, entity_id=entity_id,
        amount_minor=source["amount_minor"], currency=source["asset"], target_kind="Wallet", target_id=holder,
        player_ref=payload["player_id"], now=now,
    )  # fmt: skip


def _post(payload: dict[str, Any], request: ApprovalRequest, now: datetime) -> PostedTransaction:
    """The maker posts, the checker only consents (L12)."""
    posting = Posting(
        rule=payload["rule"],
        key=f"approval:{request.public_id}",
        entity_id=UUID(payload["entity_id"]),
        source=payload["source"],
        occurred_at=now,
        player_id=payload["player_id"],
    )
    return post(posting, actor=Actor(request.maker_kind, request.maker_id), now=now)


def _entity_ref(entity_id: UUID) -> str:
    return LegalEntity(pk=entity_id).public_id


def _amount(code: str, amount_minor: int) -> str:
    if amount_minor <= 0:
        raise ApprovalRefused("An amount above zero is needed.")
    return money_text(amount_minor, code)
