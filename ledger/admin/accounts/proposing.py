"""Corrections proposed from an account's page (L12, UX 4.12): prefilled, with the lines they would post, decided by somebody else."""

from collections.abc import Mapping
from typing import Any

from django import forms

from ledger.admin.frames import SHOWN, Act, Done, Page, Standing, hidden, money_field, reason_field, receipt_of
from ledger.admin.frames.receipts import Receipt
from ledger.admin.frames.text import money_text
from ledger.models import Account, ApprovalRequest
from ledger.money import format_major, get_asset, parse_minor
from ledger.operations import propose_adjustment, propose_write_off
from ledger.operations.adjustments import preview_of_adjustment, preview_of_write_off
from ledger.queries import get_account_balance

Data = Mapping[str, Any]
WAITS = "Nothing is posted before a second person says yes."
DIRECTIONS = (("credit", "Credit: the player gets it"), ("debit", "Debit: it is taken from the player"))
LOSSES = (("write_off", "A loss that two people accept"), ("chargeback_loss", "The loss of a dispute"))
# What may be written off, by kind of account.
WRITE_OFFS = {
    "receivable": (("receivable", "A debt that nobody will pay"),),
    "clearing": (("item", "An item that the PSP will not pay"), ("recovery", "Written off, paid by the PSP after all")),
    "in_transit": (("item", "An item that will not arrive"),),
    "suspense": (("surplus", "A surplus that nobody claims"),),
    "bank": (("recovery", "Written off, paid to the bank after all"),),
}


def asked(request: ApprovalRequest) -> Done:
    """The words after a proposal."""
    amount = money_text(request.amount_minor, request.currency)
    return Done(f"Asked for: {request.summary}, {amount}. Somebody else decides.")


def amount_of(text: str, currency: str) -> int:
    """Minor units of what was typed; thousands may have commas. Raises MoneyError."""
    return parse_minor(text.replace(",", "").strip(), get_asset(currency))


def adjustment_fields(currency: str) -> dict[str, forms.Field]:
    """Direction, amount, what it belongs to, and why."""
    return {
        "direction": forms.ChoiceField(label="Which way", choices=DIRECTIONS, widget=forms.RadioSelect, initial="credit"),
        "amount": money_field("Amount", currency),
        "ref": _ref_field(),
        "reason": reason_field(),
    }


def _ref_field() -> forms.CharField:
    return forms.CharField(label="Belongs to", required=False, max_length=64, help_text="The case or the item it corrects, by its id.")


def _adjustable(account: Account, page: Page) -> Standing:
    return SHOWN if account.kind == "playable" else hidden("Only what a player can play with is adjusted by hand.")


def _adjust(account: Account, data: Data, page: Page) -> Done:
    return asked(propose_adjustment(**_adjustment(account, data), reason=data["reason"], maker=page.actor, now=page.now))


def _adjustment(account: Account, data: Data) -> dict[str, Any]:
    return {
        "entity_id": account.entity_id, "player_id": account.owner_ref, "asset": account.asset,
        "amount_minor": amount_of(data["amount"], account.asset), "direction": data["direction"], "ref": data["ref"].strip(),
    }  # fmt: skip


def _live_adjustment(account: Account, data: Mapping[str, str], page: Page) -> Receipt | None:
    if not data.get("amount", "").strip() or not data.get("direction"):
        return None
    return receipt_of(preview_of_adjustment(**_adjustment(account, {"ref": "", **data})), not_done=WAITS)


def _can_be_written_off(account: Account, page: Page) -> Standing:
    return SHOWN if account.kind in WRITE_OFFS else hidden("Nothing of this account is written off.")


def _write_off_fields(account: Account, page: Page) -> dict[str, forms.Field]:
    choices = WRITE_OFFS.get(account.kind, ())
    open_minor = get_account_balance(account.pk) if account.kind == "receivable" else 0
    initial = format_major(open_minor, get_asset(account.asset)) if open_minor > 0 else ""
    fields: dict[str, forms.Field] = {
        "what": forms.ChoiceField(label="What", choices=choices, widget=forms.RadioSelect, initial=choices[0][0] if choices else ""),
        "amount": money_field("Amount", account.asset, initial=initial),
        "loss": forms.ChoiceField(label="Booked as", choices=LOSSES),
        "ref": _ref_field(),
        "reason": reason_field(),
    }
    if account.kind != "receivable":
        del fields["loss"]
    return fields


def _write_off(account: Account, data: Data, page: Page) -> Done:
    return asked(propose_write_off(**_written_off(account, data), reason=data["reason"], maker=page.actor, now=page.now))


def _written_off(account: Account, data: Data) -> dict[str, Any]:
    return {
        "entity_id": account.entity_id, "what": data["what"], "holder": account.owner_ref, "asset": account.asset,
        "amount_minor": amount_of(data["amount"], account.asset), "ref": data["ref"].strip(), "kind": account.kind,
        "loss": data.get("loss") or "write_off",
    }  # fmt: skip


def _live_write_off(account: Account, data: Mapping[str, str], page: Page) -> Receipt | None:
    if not data.get("amount", "").strip() or not data.get("what"):
        return None
    return receipt_of(preview_of_write_off(**_written_off(account, {"ref": "", **data})), not_done=WAITS)


ACTS = (
    Act("write_off", "Propose write-off…", "ledger.propose_write_off", _write_off, standing=_can_be_written_off,
        title="Propose a write-off", fields=_write_off_fields, live=_live_write_off, guards_staleness=False,
        approver="Another person, with the permission to approve write-offs"),
    Act("adjust", "Propose adjustment…", "ledger.propose_adjustment", _adjust, kind="primary", standing=_adjustable,
        title="Propose an adjustment", fields=lambda account, page: adjustment_fields(account.asset), live=_live_adjustment,
        guards_staleness=False, approver="Another person, with the permission to approve adjustments"),
)  # fmt: skip
