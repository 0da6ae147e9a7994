"""Bodies of bonuses. Amounts are major units: in requests string or number, in answers strings."""

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cashier.bonuses.grants import LONGEST, MOST_SPINS, MOST_TIMES, Grant
from cashier.models import Bonus
from ledger.api.fields import AMOUNT_SCHEMA, parse_amount, parse_currency
from ledger.money import Asset, format_major, get_asset

NAME = r"^[\x21-\x7e]{1,128}$"
DEPOSIT = r"^pi_[0-9a-hjkmnp-tv-z]{26}$"


@extend_schema_field(AMOUNT_SCHEMA)
class RawAmount(serializers.Field[Any, Any, Any, Any]):
    """An amount as it was sent; read when its currency is known."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class FreeSpins(serializers.Serializer[Any]):
    """`value`: what a spin would cost; `game`: the only game in which they are played, any where it is left out."""

    count = serializers.IntegerField(min_value=1, max_value=MOST_SPINS)
    game = serializers.RegexField(NAME, required=False)
    value = RawAmount()


class BonusGrant(serializers.Serializer[Any]):
    """A bonus and its terms; what is left out does not limit.

    `amount` for the types amount and cashback, `freespins` for freespins. `wager`: how often the face must be staked; an amount
    without it, and cashback, are cash. `contribution`: percent per game, "*" for every other game (100 where it is not named).
    `deposit_id`: the deposit that earned it; if that is charged back or returned, the bonus is forfeited.
    """

    player_id = serializers.CharField(max_length=128)
    type = serializers.ChoiceField(Bonus.Kind.choices)
    currency = serializers.CharField(max_length=16)
    amount = RawAmount(required=False)
    freespins = FreeSpins(required=False)
    wager = serializers.IntegerField(min_value=0, max_value=MOST_TIMES, default=0)
    term_days = serializers.IntegerField(min_value=1, max_value=LONGEST.days, default=30)
    max_bet = RawAmount(required=False)
    max_conversion = RawAmount(required=False)
    contribution = serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=100), required=False)
    prohibited_games = serializers.ListField(child=serializers.RegexField(NAME), required=False, max_length=1000)
    forfeit_on_withdrawal = serializers.BooleanField(default=False)
    deposit_id = serializers.RegexField(DEPOSIT, required=False)
    reason = serializers.CharField(max_length=300, required=False)
    idempotency_key = serializers.CharField(max_length=200, required=False)


class BonusEnd(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300, required=False)
    idempotency_key = serializers.CharField(max_length=200, required=False)


class BonusBody(serializers.Serializer[Any]):
    """`balance`: what stands of it in the wallet's `bonus`."""

    bonus_id = serializers.CharField()
    player_id = serializers.CharField()
    type = serializers.ChoiceField(Bonus.Kind.choices)
    status = serializers.ChoiceField(Bonus.State.choices)
    currency = serializers.CharField()
    amount = serializers.CharField()
    balance = serializers.CharField()
    converted = serializers.CharField()
    expires_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class BonusAsked(serializers.Serializer[Any]):
    """A grant that waits for people: nothing is granted yet. `bonus.granted` tells when it is."""

    approval_id = serializers.CharField()
    status = serializers.CharField()


class SpinsBody(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    left = serializers.IntegerField()
    value = serializers.CharField()
    game = serializers.CharField(allow_null=True)


class WagerBody(serializers.Serializer[Any]):
    """`contribution`: percent per game, "*" every other one. `max_bet` and `max_conversion` null: no limit."""

    bonus_id = serializers.CharField()
    status = serializers.ChoiceField(Bonus.State.choices)
    currency = serializers.CharField()
    required = serializers.CharField()  # type: ignore[assignment]
    wagered = serializers.CharField()
    remaining = serializers.CharField()
    contribution = serializers.DictField(child=serializers.IntegerField())
    prohibited_games = serializers.ListField(child=serializers.CharField())
    max_bet = serializers.CharField(allow_null=True)
    max_conversion = serializers.CharField(allow_null=True)
    freespins = SpinsBody(allow_null=True)
    expires_at = serializers.DateTimeField()


def grant_of(stated: dict[str, Any]) -> Grant:
    """The stated terms in minor units. Raises ValidationError for an amount that is none."""
    asset = parse_currency(stated["currency"])
    spins = stated.get("freespins") or {}
    return Grant(
        kind=stated["type"],
        currency=asset.code,
        term=timedelta(days=stated["term_days"]),
        amount_minor=minor(stated, "amount", asset) or 0,
        spins=spins.get("count", 0),
        spin_minor=minor(spins, "value", asset) or 0,
        game=spins.get("game", ""),
        wager_times=stated["wager"],
        cap_minor=minor(stated, "max_conversion", asset),
        max_bet_minor=minor(stated, "max_bet", asset),
        contribution=stated.get("contribution", {}),
        prohibited_games=tuple(stated.get("prohibited_games", ())),
        forfeits_on_payout=stated["forfeit_on_withdrawal"],
        deposit_ref=stated.get("deposit_id", ""),
    )


def minor(stated: dict[str, Any], name: str, asset: Asset) -> int | None:
    return parse_amount(stated[name], asset) if name in stated else None


def bonus_body(bonus: Bonus) -> dict[str, Any]:
    asset = get_asset(bonus.currency)
    return {
        "bonus_id": bonus.public_id,
        "player_id": bonus.player.public_id,
        "type": bonus.kind,
        "status": str(bonus.state),
        "currency": bonus.currency,
        "amount": format_major(bonus.face_minor, asset),
        "balance": format_major(bonus.balance_minor, asset),
        "converted": format_major(bonus.converted_minor, asset),
        "expires_at": bonus.expires_at.isoformat(),
        "ended_at": bonus.ended_at.isoformat() if bonus.ended_at else None,
        "created_at": bonus.created_at.isoformat(),
    }


def wager_body(bonus: Bonus) -> dict[str, Any]:
    asset = get_asset(bonus.currency)
    return {
        "bonus_id": bonus.public_id,
        "status": str(bonus.state),
        "currency": bonus.currency,
        "required": format_major(bonus.required_minor, asset),
        "wagered": format_major(bonus.wagered_minor, asset),
        "remaining": format_major(bonus.remaining_minor, asset),
        "contribution": {"*": 100, **bonus.contribution},
        "prohibited_games": bonus.prohibited_games,
        "max_bet": limit_text(bonus.max_bet_minor, asset),
        "max_conversion": limit_text(bonus.cap_minor, asset),
        "freespins": spins_body(bonus, asset) if bonus.spins else None,
        "expires_at": bonus.expires_at.isoformat(),
    }


def spins_body(bonus: Bonus, asset: Asset) -> dict[str, Any]:
    return {"count": bonus.spins, "left": bonus.spins_left, "value": format_major(bonus.spin_minor, asset), "game": bonus.game or None}


def limit_text(limit_minor: int | None, asset: Asset) -> str | None:
    return None if limit_minor is None else format_major(limit_minor, asset)
