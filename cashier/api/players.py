"""POST /v1/players, GET and PATCH /v1/players/{player_id} (G1)."""

from functools import lru_cache
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cashier.api.limits import LimitsField, limits_body
from cashier.api.visibility import visible_brand, visible_player
from cashier.models import Player
from cashier.operations.players import PLAIN_FIELDS, PlayerFacts, change_player, create_player
from ledger import clock
from ledger.api.callers import caller_of
from ledger.api.fields import parse_currency
from ledger.api.idempotency import idempotent

COUNTRY = r"^[A-Z]{2}$"
EXTERNAL_ID = r"^[A-Za-z0-9._:@-]{1,128}$"


class CurrencyField(serializers.CharField):
    """A known currency or asset code."""

    def to_internal_value(self, data: Any) -> str:
        return parse_currency(super().to_internal_value(data)).code


class IdentitySerializer(serializers.Serializer[Any]):
    """Personal data; stored encrypted, never in an answer."""

    first_name = serializers.CharField(max_length=120, required=False)
    last_name = serializers.CharField(max_length=120, required=False)
    date_of_birth = serializers.DateField(required=False)
    email = serializers.EmailField(max_length=254, required=False)
    phone = serializers.CharField(max_length=32, required=False)
    address = serializers.CharField(max_length=500, required=False)
    iban = serializers.CharField(max_length=42, required=False, help_text="An account of the player, which payers are compared with.")


class PlayerChange(serializers.Serializer[Any]):
    """What can be stated of a player at any time. A limit can be lowered at once, not raised."""

    country = serializers.RegexField(COUNTRY, required=False)
    currency = CurrencyField(max_length=16, required=False)
    kyc_level = serializers.IntegerField(min_value=0, max_value=9, required=False)
    kyc_status = serializers.ChoiceField(Player.Kyc.choices, required=False)
    is_vip = serializers.BooleanField(required=False)
    status = serializers.ChoiceField(Player.State.choices, required=False)
    limits = LimitsField(required=False)
    identity = IdentitySerializer(required=False)


class PlayerCreate(PlayerChange):
    """A new player; `brand_id` is the brand's code."""

    external_id = serializers.RegexField(EXTERNAL_ID)
    brand_id = serializers.CharField(max_length=64)
    country = serializers.RegexField(COUNTRY)
    status = None  # type: ignore[assignment]


class PlayerBody(serializers.Serializer[Any]):
    """A player as answers show it."""

    player_id = serializers.CharField()
    external_id = serializers.CharField()
    brand_id = serializers.CharField()
    status = serializers.ChoiceField(Player.State.choices)
    kyc_status = serializers.ChoiceField(Player.Kyc.choices)
    kyc_level = serializers.IntegerField()
    country = serializers.CharField()
    currency = serializers.CharField()
    is_vip = serializers.BooleanField()
    limits = LimitsField()
    created_at = serializers.DateTimeField()


class PlayerList(APIView):
    required_scopes = {"POST": "players:write"}

    @extend_schema(operation_id="create_player", request=PlayerCreate, responses={201: PlayerBody})
    @idempotent
    def post(self, request: Request) -> Response:
        """Make a player of a brand. 409 PLAYER_EXISTS for an external_id that the brand has used."""
        stated = checked(PlayerCreate, request)
        brand = visible_brand(request, stated["brand_id"])
        made = create_player(
            brand=brand, external_id=stated["external_id"], facts=facts_of(stated), actor=caller_of(request).actor, now=clock.now()
        )
        return Response(player_body(made), status=201)


class PlayerDetail(APIView):
    required_scopes = {"GET": "players:read", "PATCH": "players:write"}

    @extend_schema(operation_id="get_player", responses=PlayerBody)
    def get(self, request: Request, player_id: str) -> Response:
        """A player, by our id or the brand's external_id."""
        return Response(player_body(visible_player(request, player_id)))

    @extend_schema(operation_id="change_player", request=PlayerChange, responses=PlayerBody)
    @idempotent
    def patch(self, request: Request, player_id: str) -> Response:
        """Change what is stated; the rest stays."""
        player = visible_player(request, player_id)
        facts = facts_of(checked(PlayerChange, request))
        changed = change_player(player_id=player.id, facts=facts, actor=caller_of(request).actor, now=clock.now())
        changed.brand = player.brand
        return Response(player_body(changed))


def checked(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The request's body as this serializer reads it. Raises ValidationError."""
    return dict(_reader(kind).run_validation(request.data))


@lru_cache(maxsize=256)
def _reader(kind: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """One reader of a kind for all requests: it holds no data, and making its fields costs more than reading a body."""
    return kind()


def facts_of(stated: dict[str, Any]) -> PlayerFacts:
    identity = {name: str(value) for name, value in stated.get("identity", {}).items()}
    fields = {name: stated[name] for name in PLAIN_FIELDS if name in stated}
    return PlayerFacts(fields=fields, status=stated.get("status", ""), limits=stated.get("limits"), identity=identity or None)


def player_body(player: Player) -> dict[str, Any]:
    return {
        "player_id": player.public_id,
        "external_id": player.external_id,
        "brand_id": player.brand.code,
        "status": player.status,
        "kyc_status": str(player.kyc_status),
        "kyc_level": player.kyc_level,
        "country": player.country,
        "currency": player.currency,
        "is_vip": player.is_vip,
        "limits": limits_body(player.limits),
        "created_at": player.created_at.isoformat(),
    }
