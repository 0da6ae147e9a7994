"""POST /v1/bonuses/grant; GET /v1/bonuses/{id} and …/wager; POST …/convert, …/forfeit (G4)."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cashier.api.players import checked
from cashier.api.visibility import id_or_none, visible_player
from cashier.bonuses.api.bodies import BonusAsked, BonusBody, BonusEnd, BonusGrant, WagerBody, bonus_body, grant_of, wager_body
from cashier.bonuses.by_hand import grant_or_ask
from cashier.bonuses.endings import convert_bonus, forfeit_bonus
from cashier.bonuses.refusals import BonusUnknown
from cashier.models import Bonus
from ledger import clock
from ledger.api.callers import caller_of
from ledger.api.idempotency import idempotent, operation_key_of


class GrantView(APIView):
    required_scopes = {"POST": "bonuses:write"}

    @extend_schema(operation_id="grant_bonus", request=BonusGrant, responses={201: BonusBody, 202: BonusAsked})
    @idempotent
    def post(self, request: Request) -> Response:
        """Grant a bonus; above the house's threshold people decide on it first, 202. 400 for terms that contradict each other; 422
        PLAYER_NOT_ACTIVE."""
        stated = checked(BonusGrant, request)
        player = visible_player(request, stated["player_id"])
        made = grant_or_ask(
            player=player,
            grant=grant_of(stated),
            grant_ref=operation_key_of(request),
            reason=stated.get("reason", ""),
            maker=caller_of(request).actor,
            now=clock.now(),
        )
        if isinstance(made, Bonus):
            return Response(bonus_body(made), status=201)
        return Response({"approval_id": made.public_id, "status": str(made.state)}, status=202)


class BonusDetail(APIView):
    required_scopes = {"GET": "bonuses:read"}

    @extend_schema(operation_id="get_bonus", responses=BonusBody)
    def get(self, request: Request, bonus_id: str) -> Response:
        """A bonus of a player of the caller's brands. 404 BONUS_UNKNOWN."""
        return Response(bonus_body(visible_bonus(request, bonus_id)))


class WagerView(APIView):
    required_scopes = {"GET": "bonuses:read"}

    @extend_schema(operation_id="get_bonus_wager", responses=WagerBody)
    def get(self, request: Request, bonus_id: str) -> Response:
        """What remains to be wagered, and on which terms. 404 BONUS_UNKNOWN."""
        return Response(wager_body(visible_bonus(request, bonus_id)))


class ConvertView(APIView):
    required_scopes = {"POST": "bonuses:write"}

    @extend_schema(operation_id="convert_bonus", request=BonusEnd, responses=BonusBody)
    @idempotent
    def post(self, request: Request, bonus_id: str) -> Response:
        """Turn a wagered bonus into playable money. 422 BONUS_NOT_WAGERED, BONUS_NOT_CONVERTIBLE; 409 BONUS_ENDED."""
        checked(BonusEnd, request)
        bonus = convert_bonus(bonus_id=visible_id(request, bonus_id), actor=caller_of(request).actor, now=clock.now())
        return Response(bonus_body(bonus))


class ForfeitView(APIView):
    required_scopes = {"POST": "bonuses:write"}

    @extend_schema(operation_id="forfeit_bonus", request=BonusEnd, responses=BonusBody)
    @idempotent
    def post(self, request: Request, bonus_id: str) -> Response:
        """The player gives the bonus up, winnings included. 409 BONUS_ENDED."""
        stated = checked(BonusEnd, request)
        pk, actor = visible_id(request, bonus_id), caller_of(request).actor
        return Response(bonus_body(forfeit_bonus(bonus_id=pk, reason=stated.get("reason", ""), actor=actor, now=clock.now())))


def visible_bonus(request: Request, bonus_id: str) -> Bonus:
    """The bonus of a player of the caller's brands. Raises BonusUnknown."""
    pk = id_or_none(Bonus, bonus_id)
    rows = Bonus.objects.select_related("player").filter(player__brand_id__in=caller_of(request).brand_ids)
    found = rows.filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise BonusUnknown
    return found


def visible_id(request: Request, bonus_id: str) -> UUID:
    return visible_bonus(request, bonus_id).pk
