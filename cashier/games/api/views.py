"""POST /v1/games/rounds/debit, …/credit, …/rollback, …/{id}/end; GET …/rounds/{id} (G2)."""

import re
from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cashier.api.players import checked
from cashier.api.visibility import visible_player
from cashier.games.api.bodies import NAME, MovedBody, RoundBody, RoundCredit, RoundDebit, RoundEnd, RoundRollback, moved_body, round_body
from cashier.games.desk import find_at_desk
from cashier.games.operations import Moved, RoundCall, credit_round, debit_within, end_round, rollback_round
from cashier.games.refusals import RoundUnknown
from cashier.models import GameRound, Player
from ledger import clock
from ledger.api.callers import caller_of
from ledger.api.fields import parse_amount, parse_currency
from ledger.api.idempotency import came_at, idempotent
from ledger.money import Asset, get_asset

# Zeros with at most one point among them.
ZERO = re.compile(r"(?=.*0)0*\.?(0*)")


def key_of_credit(body: Mapping[str, Any]) -> str:
    """A credit without a key is named by its round and reference (A3)."""
    round_id, txn_ref = body.get("round_id"), body.get("txn_ref")
    return f"{round_id}:{txn_ref}" if isinstance(round_id, str) and isinstance(txn_ref, str) else ""


class DebitView(APIView):
    required_scopes = {"POST": "games:write"}

    @extend_schema(operation_id="debit_round", request=RoundDebit, responses=MovedBody)
    @idempotent
    def post(self, request: Request) -> Response:
        """Take a stake. 422 INSUFFICIENT_FUNDS, PLAYER_NOT_ACTIVE, LIMIT_EXCEEDED, ROLLED_BACK.

        Where it needs bonus money: 422 BONUS_MAX_BET, BONUS_GAME_PROHIBITED, BONUS_GAME_REQUIRED, BONUS_EXPIRED. A free spin:
        422 FREE_SPIN_NONE_LEFT, FREE_SPIN_DIFFERS, BONUS_EXPIRED; 404 BONUS_UNKNOWN; 409 BONUS_ENDED, FREE_SPIN_ROUND.
        """
        stated = checked(RoundDebit, request)
        asset = parse_currency(stated["currency"])
        amount_minor = parse_amount(stated["amount"], asset)
        caller, ref = caller_of(request), stated.get("idempotency_key") or reference_in_header(request)
        named = {"client_id": caller.client_id, "txn_ref": ref, "round_id": stated["round_id"]}
        player, desk = find_at_desk(stated["player_id"], brand_ids=caller.brand_ids, currency=asset.code, **named)
        call = call_of(request, player, stated, currency=asset.code, amount_minor=amount_minor, txn_ref=ref)
        return answer(debit_within(call, desk=desk, actor=caller.actor, now=came_at(request)), asset.code)


class CreditView(APIView):
    required_scopes = {"POST": "games:write"}

    @extend_schema(operation_id="credit_round", request=RoundCredit, responses=MovedBody)
    @idempotent(key_from_body=key_of_credit)
    def post(self, request: Request) -> Response:
        """Pay a win of the round; zero is a round without win."""
        stated = checked(RoundCredit, request)
        player = visible_player(request, stated["player_id"])
        currency = round_currency(request, player, stated["round_id"])
        amount_minor = minor_of_win(stated["win_amount"], get_asset(currency))
        call = call_of(request, player, stated, currency=currency, amount_minor=amount_minor, txn_ref=stated["txn_ref"])
        return answer(credit_round(call, actor=caller_of(request).actor, now=clock.now()), currency)


class RollbackView(APIView):
    required_scopes = {"POST": "games:write"}

    @extend_schema(operation_id="rollback_round", request=RoundRollback, responses=MovedBody)
    @idempotent
    def post(self, request: Request) -> Response:
        """Give a stake back; of one that has not come: it will be refused when it does."""
        stated = checked(RoundRollback, request)
        player = visible_player(request, stated["player_id"])
        currency = stated.get("currency") or known_currency(request, player, stated["round_id"]) or player.currency
        code = parse_currency(currency).code
        call = call_of(request, player, stated, currency=code, amount_minor=0, txn_ref=stated["txn_ref"])
        return answer(rollback_round(call, actor=caller_of(request).actor, now=clock.now()), code)


class EndView(APIView):
    required_scopes = {"POST": "games:write"}

    @extend_schema(operation_id="end_round", request=RoundEnd, responses=RoundBody)
    @idempotent
    def post(self, request: Request, round_id: str) -> Response:
        """Close the round: no more stakes or wins."""
        stated = checked(RoundEnd, request)
        player = visible_player(request, stated["player_id"]) if stated.get("player_id") else round_player(request, round_id)
        caller = caller_of(request)
        ended = end_round(player=player, round_id=round_id, client_id=caller.client_id, actor=caller.actor, now=clock.now())
        return Response(round_body(ended))


class RoundDetail(APIView):
    required_scopes = {"GET": "games:read"}

    @extend_schema(operation_id="get_round", responses=RoundBody)
    def get(self, request: Request, round_id: str) -> Response:
        """A round with its stored inputs and their hash."""
        return Response(round_body(visible_round(request, round_id)))


def visible_round(request: Request, round_id: str) -> GameRound:
    """The caller's own round: another client's does not exist for it. Raises RoundUnknown."""
    caller = caller_of(request)
    rounds = GameRound.objects.select_related("player__brand__entity").filter(player__brand_id__in=caller.brand_ids)
    found = rounds.filter(client_id=caller.client_id, round_id=round_id).first()
    if found is None:
        raise RoundUnknown
    return found


def round_player(request: Request, round_id: str) -> Player:
    return visible_round(request, round_id).player


def round_currency(request: Request, player: Player, round_id: str) -> str:
    """The round's currency. Raises RoundUnknown."""
    currency = known_currency(request, player, round_id)
    if not currency:
        raise RoundUnknown
    return currency


def known_currency(request: Request, player: Player, round_id: str) -> str:
    rounds = GameRound.objects.filter(client_id=caller_of(request).client_id, round_id=round_id, player=player)
    return str(rounds.values_list("currency", flat=True).first() or "")


def call_of(request: Request, player: Player, stated: Mapping[str, Any], *, currency: str, amount_minor: int, txn_ref: str) -> RoundCall:
    return RoundCall(
        player=player,
        round_id=stated["round_id"],
        currency=currency,
        amount_minor=amount_minor,
        txn_ref=txn_ref,
        client_id=caller_of(request).client_id,
        meta=stated.get("meta"),
        bonus_id=stated.get("bonus_id"),
    )


def reference_in_header(request: Request) -> str:
    """The key as the stake's reference, which a rollback will name. Raises ValidationError for one that can be none."""
    key = request.headers.get("X-Idempotency-Key") or request.headers.get("Idempotency-Key", "")
    if re.fullmatch(NAME, key) is None:
        message = "The key is the stake's reference: 1 to 128 printable ASCII characters without spaces."
        raise ValidationError({"X-Idempotency-Key": [message]}, code="reference")
    return key


def minor_of_win(won: object, asset: Asset) -> int:
    """Minor units of a win; zero, with no more decimals than the currency has, is a round without one. Raises ValidationError."""
    zero = ZERO.fullmatch(str(won))
    return 0 if zero is not None and len(zero[1]) <= asset.exponent else parse_amount(won, asset)


def answer(made: Moved, currency: str) -> Response:
    return Response(moved_body(made, currency))
