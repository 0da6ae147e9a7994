"""Bodies of game rounds. Amounts are major units, in requests as string or number."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cashier.games.operations import Moved
from cashier.models import Bonus, GameRound
from ledger.api.fields import AMOUNT_SCHEMA, PublicIdField
from ledger.ids import to_public
from ledger.models import JournalTransaction
from ledger.money import format_major, get_asset

NAME = r"^[\x21-\x7e]{1,128}$"


@extend_schema_field(AMOUNT_SCHEMA)
class RawAmount(serializers.Field[Any, Any, Any, Any]):
    """An amount as it was sent; read when its currency is known."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class RoundMoveCall(serializers.Serializer[Any]):
    player_id = serializers.CharField(max_length=128)
    round_id = serializers.RegexField(NAME)
    meta = serializers.DictField(required=False)


class RoundDebit(RoundMoveCall):
    """A stake; the idempotency key (header or body) is its reference. `meta.game` names the game to bonuses.

    `bonus_id`: a free spin of this bonus, `amount` being the spin's value; nothing is taken from the wallet.
    """

    amount = RawAmount()
    currency = serializers.CharField(max_length=16)
    bonus_id = PublicIdField(prefix=Bonus.PREFIX, required=False)
    idempotency_key = serializers.RegexField(NAME, required=False)


class RoundCredit(RoundMoveCall):
    """A win; `txn_ref` is the caller's reference for it."""

    win_amount = RawAmount()
    txn_ref = serializers.RegexField(NAME)
    idempotency_key = serializers.RegexField(NAME, required=False)


class RoundRollback(RoundMoveCall):
    """A stake taken back: `txn_ref` is the idempotency key of its debit, or the txn_id that answered it."""

    txn_ref = serializers.RegexField(NAME)
    currency = serializers.CharField(max_length=16, required=False)
    idempotency_key = serializers.RegexField(NAME, required=False)


class RoundEnd(serializers.Serializer[Any]):
    player_id = serializers.CharField(max_length=128, required=False)
    idempotency_key = serializers.RegexField(NAME, required=False)


class MovedBody(serializers.Serializer[Any]):
    """`balance` is what can be staked: playable and bonus together. `txn_id` is null where no money moved."""

    txn_id = serializers.CharField(allow_null=True)
    balance = serializers.CharField()
    playable = serializers.CharField()
    bonus = serializers.CharField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(["committed"])


class RoundMoveBody(serializers.Serializer[Any]):
    kind = serializers.CharField()
    txn_ref = serializers.CharField()
    txn_id = serializers.CharField(allow_null=True)
    amount = serializers.CharField()
    created_at = serializers.DateTimeField()


class RoundBody(serializers.Serializer[Any]):
    round_id = serializers.CharField()
    player_id = serializers.CharField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(GameRound.State.choices)
    moves = RoundMoveBody(many=True)
    inputs = serializers.ListField(child=serializers.DictField())
    inputs_sha256 = serializers.CharField()
    ended_at = serializers.DateTimeField(allow_null=True)


def moved_body(made: Moved, currency: str) -> dict[str, Any]:
    asset = get_asset(currency)
    transaction_id = made.move.transaction_id
    return {
        "txn_id": to_public(JournalTransaction.PREFIX, transaction_id) if transaction_id else None,
        "balance": format_major(made.playable_minor + made.bonus_minor, asset),
        "playable": format_major(made.playable_minor, asset),
        "bonus": format_major(made.bonus_minor, asset),
        "currency": currency,
        "status": "committed",
    }


def round_body(game_round: GameRound) -> dict[str, Any]:
    asset = get_asset(game_round.currency)
    return {
        "round_id": game_round.round_id,
        "player_id": game_round.player.public_id,
        "currency": game_round.currency,
        "status": str(game_round.state),
        "moves": [
            {
                "kind": made.kind,
                "txn_ref": made.txn_ref,
                "txn_id": to_public(JournalTransaction.PREFIX, made.transaction_id) if made.transaction_id else None,
                "amount": format_major(made.amount_minor, asset),
                "created_at": made.created_at.isoformat(),
            }
            for made in game_round.moves.order_by("id")
        ],
        "inputs": game_round.meta["inputs"],
        "inputs_sha256": game_round.inputs_sha256,
        "ended_at": game_round.ended_at.isoformat() if game_round.ended_at else None,
    }
