"""What can be asked for from a player's page: a bonus, an adjustment by hand (L12, G4)."""

from collections.abc import Mapping
from typing import Any

from django import forms

from cashier.admin import choices
from cashier.admin.granting import GRANT
from cashier.models import Player
from cashier.operations.settings import propose_limit
from cashier.operations.settings.limits import cools_off_until, limits_read
from ledger.admin.accounts.proposing import WAITS, adjustment_fields, amount_of, asked
from ledger.admin.frames import SHOWN, Act, Done, Page, Standing, hidden, reason_field, receipt_of
from ledger.admin.frames.receipts import Receipt
from ledger.admin.frames.text import absolute_text, money_text, sentence
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


def _limited(player: Player, page: Page) -> Standing:
    return SHOWN if limits_read(player) else hidden("The player has no limit.")


def _limit_fields(player: Player, page: Page) -> dict[str, forms.Field]:
    known = [(path, f"{limit_words(path)}: {_limit_amount(path, value)}") for path, value in limits_read(player).items()]
    words = "Empty: the limit is dropped. It holds after the cooling-off time."
    new = forms.CharField(
        label="New limit", required=False, max_length=40, help_text=words, widget=forms.TextInput({"inputmode": "decimal"})
    )
    return {"path": forms.ChoiceField(label="Limit", choices=known), "limit": new, "reason": reason_field()}


def _raise(player: Player, data: Data, page: Page) -> Done:
    currency = data["path"].split(".")[1]
    minor = amount_of(data["limit"], currency) if data["limit"].strip() else None
    request = propose_limit(
        player_id=player.pk, path=data["path"], limit_minor=minor, reason=data["reason"], maker=page.actor, now=page.now
    )
    until = absolute_text(cools_off_until(request), seconds=False)
    return Done(f"Asked for: {request.summary}. Somebody else decides, not before {until}.")


def limit_words(path: str) -> str:
    """`deposit.EUR.day_minor` as `Deposit in EUR, day`."""
    kind, currency, name = path.split(".")
    return f"{sentence(kind)} in {currency}, {name.removesuffix('_minor')}"


def _limit_amount(path: str, value: int) -> str:
    return money_text(value, path.split(".")[1])


ACTS = (
    Act("limit", "Ask to raise a limit…", "cashier.propose_limit", _raise, standing=_limited, title="Ask to raise a limit",
        fields=_limit_fields, guards_staleness=False, approver="Another person, with the permission to approve limits"),
    Act("adjust", "Propose adjustment…", "ledger.propose_adjustment", _adjust, title="Propose an adjustment", fields=_fields, live=_live,
        guards_staleness=False, approver="Another person, with the permission to approve adjustments"),
    GRANT,
)  # fmt: skip
