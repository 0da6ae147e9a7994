"""Where a payment would go, and why (C10): nothing is charged, nothing is kept."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cashier.api import schemas
from cashier.api.intents import checked
from cashier.api.requests import CardBody, RiskBandField
from cashier.models import Brand
from cashier.queries.rails import UnknownMethod
from cashier.queries.routing import explained_route
from cashier.refusals import Invalid, NotFound
from ledger import clock
from ledger.api.callers import caller_of
from ledger.api.fields import AmountField
from ledger.api.idempotency import idempotent
from ledger.ids import new_id

CANDIDATE = schemas.body(
    {"account": schemas.TEXT, "state": schemas.TEXT, "reason": schemas.TEXT, "words": schemas.TEXT},
    {
        "success_rate": schemas.TEXT, "tries": {"type": "integer"}, "cost": schemas.TEXT, "fees_from": schemas.TEXT,
        "weight_percent": {"type": "integer"}, "expected_value": schemas.TEXT,
    },
)  # fmt: skip
EXPLAINED = schemas.body(
    {
        "outcome": schemas.TEXT,
        "account": schemas.NULL_TEXT,
        "step_up": {"type": "boolean"},
        "rules_version": {"type": "integer"},
        "rules_matched": {"type": "array", "items": schemas.TEXT},
        "candidates": {"type": "array", "items": CANDIDATE},
    },
    {"step_up_reason": schemas.NULL_TEXT, "split": schemas.NULL_TEXT, "arm": schemas.NULL_TEXT, "explored": {"type": "boolean"}},
)


class ExplainBody(serializers.Serializer[Any]):
    """POST /v1/cashier/routing/explain: a hypothetical payment. `key`: what lots are drawn from, an intent's id for instance."""

    brand_id = serializers.CharField(max_length=64)
    amount = AmountField()
    method = serializers.CharField(max_length=32)
    region = serializers.CharField(max_length=16, required=False, default="", allow_blank=True)
    capture = serializers.ChoiceField(choices=["auto", "manual"], default="manual")
    card = CardBody(required=False, default=dict)
    risk_band = RiskBandField(required=False, default="")
    avs_result = serializers.RegexField(r"^[A-Za-z0-9]{1,4}$", required=False, default="")
    cvv_result = serializers.RegexField(r"^[A-Za-z0-9]{1,4}$", required=False, default="")
    key = serializers.CharField(max_length=128, required=False)


class RoutingExplain(APIView):
    required_scopes = {"POST": "cashier:read"}

    @extend_schema(request=ExplainBody, responses={200: EXPLAINED})
    @idempotent
    def post(self, request: Request) -> Response:
        """Say where such a payment would go now, with every candidate and why it would be taken or dropped."""
        body, caller = checked(ExplainBody, request), caller_of(request)
        brand = Brand.objects.filter(code=body["brand_id"], pk__in=caller.brand_ids).first()
        if brand is None:
            raise NotFound("No such brand of yours.")
        try:
            answer = explained_route(
                brand=brand, amount_minor=body["amount"].amount, currency=body["amount"].asset.code, method=body["method"],
                region=body["region"], capture=body["capture"], card=dict(body["card"]), risk_band=body["risk_band"],
                avs=body["avs_result"], cvv=body["cvv_result"], key=body.get("key") or str(new_id()), now=clock.now(),
            )  # fmt: skip
        except UnknownMethod as error:
            raise Invalid("This method is not offered.", field="method", rule="known_method") from error
        return Response(answer)
