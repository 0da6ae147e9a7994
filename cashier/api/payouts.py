"""POST and GET /v1/cashier/payouts, GET /v1/cashier/payouts/{id}, POST …/{id}/cancel (A4, P1)."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cashier.api.players import checked
from cashier.api.visibility import brand_ids_of, visible_player, visible_row
from cashier.api.wallets import PAGE_PARAMETERS
from cashier.models import Instrument, PayoutIntent, PayoutState
from cashier.operations.payouts import cancel_payout, request_payout
from cashier.operations.payouts.request import FEE_MODELS
from ledger import clock
from ledger.api.callers import caller_of
from ledger.api.fields import AmountField, PublicIdField, amount_body
from ledger.api.idempotency import idempotent, plain
from ledger.api.pages import page_of
from ledger.refusals import NotFound

FILTERS = [
    OpenApiParameter("status", {"type": "string", "enum": list(PayoutState.values)}),
    OpenApiParameter("player_id", str, description="Ours or the brand's external_id"),
]


class PayoutCreate(serializers.Serializer[Any]):
    """A request to be paid. `destination_id` is an instrument of the player; `fee_model` says who bears the fee."""

    player_id = serializers.CharField(max_length=128)
    amount = AmountField()
    destination_id = PublicIdField(prefix=Instrument.PREFIX)
    fee_model = serializers.ChoiceField(FEE_MODELS, default="operator")
    metadata = serializers.DictField(required=False)


class PayoutCancel(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300, default="canceled by the caller")


class PayoutBody(serializers.Serializer[Any]):
    """A payout as answers show it."""

    payout_id = serializers.CharField()
    status = serializers.ChoiceField(PayoutState.choices)
    player_id = serializers.CharField()
    amount = AmountField()
    fee = AmountField()
    destination_id = serializers.CharField()
    fee_model = serializers.ChoiceField(FEE_MODELS)
    psp_ref = serializers.CharField(allow_null=True)
    decline_code = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)


class PayoutPage(serializers.Serializer[Any]):
    results = PayoutBody(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class PayoutList(APIView):
    required_scopes = {"GET": "payouts:read", "POST": "payouts:write"}

    @extend_schema(operation_id="list_payouts", responses=PayoutPage, parameters=[*FILTERS, *PAGE_PARAMETERS])
    def get(self, request: Request) -> Response:
        """Payouts of the caller's brands, newest first."""
        return page_of(filtered(request), request=request, view=self, show=payout_body)

    @extend_schema(operation_id="request_payout", request=PayoutCreate, responses={201: PayoutBody})
    @idempotent
    def post(self, request: Request) -> Response:
        """Hold the amount and take the request: approved at once, or UNDER_REVIEW until a person has decided."""
        stated = checked(PayoutCreate, request)
        payout = request_payout(
            player=visible_player(request, stated["player_id"]),
            instrument_id=stated["destination_id"],
            amount_minor=stated["amount"].amount,
            currency=stated["amount"].asset.code,
            fee_model=stated["fee_model"],
            client_id=caller_of(request).client_id,
            metadata=plain(stated.get("metadata", {})),
            actor=caller_of(request).actor,
            now=clock.now(),
        )
        return Response(payout_body(payout), status=201)


class PayoutDetail(APIView):
    required_scopes = {"GET": "payouts:read"}

    @extend_schema(operation_id="get_payout", responses=PayoutBody)
    def get(self, request: Request, payout_id: str) -> Response:
        """One payout."""
        return Response(payout_body(visible_payout(request, payout_id)))


class PayoutCancelView(APIView):
    required_scopes = {"POST": "payouts:write"}

    @extend_schema(operation_id="cancel_payout", request=PayoutCancel, responses=PayoutBody)
    @idempotent
    def post(self, request: Request, payout_id: str) -> Response:
        """Cancel a payout that has not been sent; 409 NOT_CANCELABLE after that."""
        payout = visible_payout(request, payout_id)
        reason = checked(PayoutCancel, request)["reason"]
        canceled = cancel_payout(payout_id=payout.id, reason=reason, actor=caller_of(request).actor, now=clock.now())
        return Response(payout_body(canceled))


def visible_payouts(request: Request) -> QuerySet[PayoutIntent]:
    return PayoutIntent.objects.filter(brand_id__in=brand_ids_of(request)).select_related("player", "instrument")


def visible_payout(request: Request, payout_id: str) -> PayoutIntent:
    return visible_row(visible_payouts(request), PayoutIntent, payout_id)


def filtered(request: Request) -> QuerySet[PayoutIntent]:
    """The caller's payouts, by status and player where asked."""
    rows = visible_payouts(request)
    if status := request.query_params.get("status"):
        rows = rows.filter(state=status)
    if player := request.query_params.get("player_id"):
        rows = rows.filter(player_id__in=ids_of_player(request, player))
    return rows


def ids_of_player(request: Request, text: str) -> list[UUID]:
    """The player's id, or none at all."""
    try:
        return [visible_player(request, text).id]
    except NotFound:
        return []


def payout_body(payout: PayoutIntent) -> dict[str, Any]:
    return {
        "payout_id": payout.public_id,
        "status": str(payout.state),
        "player_id": payout.player.public_id,
        "amount": amount_body(payout.amount_minor, payout.currency),
        "fee": amount_body(payout.player_fee_minor, payout.currency),
        "destination_id": payout.instrument.public_id,
        "fee_model": payout.fee_model,
        "psp_ref": payout.psp_ref or None,
        "decline_code": payout.decline_code or None,
        "created_at": payout.created_at.isoformat(),
        "settled_at": payout.settled_at.isoformat() if payout.settled_at else None,
    }
