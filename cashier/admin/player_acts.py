"""What can be asked for from a player's page: a bonus, an adjustment by hand (L12, G4)."""

from collections.abc import Mapping
from typing import Any

from django import forms

from cashier.admin import choices
from cashier.admin.granting import GRANT
from cashier.models import Player
from ledger.admin.accounts.proposing import WAITS, adjustment_fields, amount_of, asked
from ledger.admin.frames import Act, Done, Page, receipt_of
from ledger.admin.frames.receipts import Receipt
from ledger.operations import propose_adjustment
from ledger.operations.adjustments import preview_of_adjustment

Data = Mapping[str, Any]


def _fields(player: Player, page: Page) -> dict[str, forms.Field]:
    """As on an account's page, with the currency to choose."""
    fields = adjustment_fields(player.currency)
    for name in ("data-ops-amount", "data-ops-decimals"):
        fields["amount"].widget.attrs.pop(name)
    currency = forms.ChoiceField(label="Currency", choices=choices.currencies, initial=player.currency)
    return {"direction": fields.pop("direction"), "currency": currency, **fields}


def _adjustment(player: Player, data: Data) -> dict[str, Any]:
    return {
        "entity_id": player.brand.entity_id, "player_id": player.public_id, "asset": data["currency"],
        "amount_minor": amount_of(data["amount"], data["currency"]), "direction": data["direction"], "ref": data["ref"].strip(),
    }  # fmt: skip


def _adjust(player: Player, data: Data, page: Page) -> Done:
    return asked(propose_adjustment(**_adjustment(player, data), reason=data["reason"], maker=page.actor, now=page.now))


def _live(player: Player, data: Mapping[str, str], page: Page) -> Receipt | None:
    if not data.get("amount", "").strip() or not data.get("direction"):
        return None
    return receipt_of(preview_of_adjustment(**_adjustment(player, {"ref": "", **data})), not_done=WAITS)


ACTS = (
    Act("adjust", "Propose adjustment…", "ledger.propose_adjustment", _adjust, title="Propose an adjustment", fields=_fields, live=_live,
        guards_staleness=False, approver="Another person, with the permission to approve adjustments"),
    GRANT,
)  # fmt: skip
