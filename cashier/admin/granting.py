"""A bonus granted by hand, from the player's page or the list of bonuses (G4, S1): its lines are shown, somebody else decides."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django import forms

from cashier.admin import choices
from cashier.bonuses.by_hand import lines_of_grant, propose_grant
from cashier.bonuses.grants import LONGEST, MOST_SPINS, MOST_TIMES, Grant
from cashier.models import Bonus, Player
from cashier.refusals import NotFound
from ledger.admin.frames import SHOWN, Act, Done, Page, Standing, disabled, reason_field, receipt_of
from ledger.admin.frames.receipts import Receipt
from ledger.admin.frames.text import money_text, sentence
from ledger.errors import BadPublicId
from ledger.money import get_asset, parse_minor

Data = Mapping[str, Any]
MAY = "cashier.propose_bonus"
NOT_DONE = "Nothing is posted before a second person says yes."
SPINS = "Free spins post nothing before one wins."


def _amount(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=40, help_text=help_text, widget=forms.TextInput({"inputmode": "decimal"})
    )


def _whole(label: str, most: int, help_text: str, initial: int | None = None) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=most, initial=initial, help_text=help_text)


def terms_fields() -> dict[str, forms.Field]:
    """The terms of a bonus; amounts in major units of the currency that is chosen beside them."""
    return {
        "kind": forms.ChoiceField(label="Type", choices=[(kind.value, sentence(kind.value)) for kind in Bonus.Kind]),
        "currency": forms.ChoiceField(label="Currency", choices=choices.currencies),
        "amount": _amount("Amount", "Of an amount or a cashback, like 20 or 20.50."),
        "wager_times": _whole("Wagered how often", MOST_TIMES, "0: it is cash, playable at once.", 30),
        "term_days": _whole("Days to wager it", LONGEST.days, "", 7),
        "max_bet": _amount("Highest bet", "Empty: no limit."),
        "cap": _amount("Converted at most", "Empty: no limit."),
        "spins": _whole("Free spins", MOST_SPINS, "Of the type free spins only."),
        "spin_value": _amount("Value of a spin", "Of the type free spins only."),
        "game": forms.CharField(label="Game of the spins", required=False, max_length=128, help_text="Empty: any game."),
        "forfeits": forms.BooleanField(label="A payout forfeits it", required=False),
        "reason": reason_field(),
    }


def _fields(player: Player, page: Page) -> dict[str, forms.Field]:
    fields = terms_fields()
    fields["currency"].initial = player.currency
    return fields


def _list_fields(obj: Any, page: Page) -> dict[str, forms.Field]:
    who = forms.CharField(label="Player", max_length=64, help_text="Our id (pl_…), as it stands on the player's page.")
    return {"player": who, **terms_fields()}


def grant_from(data: Data) -> Grant:
    """What the form says, in minor units. Raises MoneyError, UnknownAsset."""
    asset = get_asset(str(data["currency"]))

    def minor(name: str) -> int | None:
        text = str(data.get(name) or "").replace(",", "").strip()
        return parse_minor(text, asset) if text else None

    def whole(name: str) -> int:
        text = str(data.get(name) or "0").strip()
        return int(text) if text.isdecimal() and len(text) < 9 else 0

    kind = str(data["kind"])
    grant = Grant(
        kind=kind, currency=asset.code, term=timedelta(days=min(whole("term_days"), LONGEST.days)), cap_minor=minor("cap"),
        wager_times=0 if kind == Bonus.Kind.CASHBACK else whole("wager_times"), max_bet_minor=minor("max_bet"),
        forfeits_on_payout=bool(data.get("forfeits")),
    )  # fmt: skip
    if kind != Bonus.Kind.FREESPINS:
        return replace(grant, amount_minor=minor("amount") or 0)
    return replace(grant, spins=whole("spins"), spin_minor=minor("spin_value") or 0, game=str(data.get("game") or "").strip())


def _propose(player: Player, data: Data, page: Page) -> Done:
    request = propose_grant(player=player, grant=grant_from(data), reason=data["reason"], maker=page.actor, now=page.now)
    return Done(f"Asked: {money_text(request.amount_minor, request.currency)} are granted when a second person says yes.")


def _propose_for(obj: Any, data: Data, page: Page) -> Done:
    return _propose(_player(data["player"]), data, page)


def _live(player: Player, data: Mapping[str, str], page: Page) -> Receipt | None:
    """The lines of the terms so far; nothing while the amount, or the spins, are not there yet."""
    if not (data.get("amount", "").strip() or (data.get("spins", "").strip() and data.get("spin_value", "").strip())):
        return None
    lines = lines_of_grant(player, grant_from(data), now=page.now)
    return receipt_of(lines, not_done=NOT_DONE if lines else f"{SPINS} {NOT_DONE}")


def _live_for(obj: Any, data: Mapping[str, str], page: Page) -> Receipt | None:
    return _live(_player(data["player"]), data, page) if data.get("player", "").strip() else None


def _player(text: str) -> Player:
    try:
        return Player.objects.select_related("brand__entity").get(pk=Player.id_of(text.strip().lower()))
    except (Player.DoesNotExist, BadPublicId):
        raise NotFound(f"No player is called {text.strip()}.") from None


def _creditable(player: Player, page: Page) -> Standing:
    return SHOWN if player.is_creditable else disabled("This player may not be credited.")


GRANT = Act(
    "grant", "Grant bonus…", MAY, _propose, standing=_creditable, title="Ask to grant a bonus", fields=_fields, live=_live,
    guards_staleness=False, icon="redeem", approver="finance",
)  # fmt: skip
GRANT_TO = Act(
    "grant", "Grant bonus…", MAY, _propose_for, kind="primary", title="Ask to grant a bonus", fields=_list_fields, live=_live_for,
    approver="finance",
)  # fmt: skip
