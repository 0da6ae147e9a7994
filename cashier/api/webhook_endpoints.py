"""Where the operator's platform hears of events, over the API (A8). A client may ask, two people decide (S1).

A client sees endpoints that hear of its own brands alone: one of all brands tells of others too.
"""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cashier.api import schemas
from cashier.api.intents import SCOPES, checked
from cashier.models import Brand, OutgoingEndpoint
from cashier.operations.settings import OUTGOING_ENDPOINT
from cashier.queries.outgoing import get_standing
from cashier.refusals import Invalid, NotFound
from ledger import clock
from ledger.api.callers import caller_of
from ledger.api.idempotency import idempotent
from ledger.api.pages import page_of
from ledger.operations.settings_changes import propose_change

TEXTS = {"type": "array", "items": schemas.TEXT}
ENDPOINT = schemas.body(
    {"code": schemas.TEXT, "url": schemas.TEXT, "brands": TEXTS, "events": TEXTS, "secret_ref": schemas.TEXT},
    {"is_enabled": {"type": "boolean"}, "health": schemas.TEXT, "waiting": {"type": "integer"}, "given_up": {"type": "integer"}},
)
ASKED = schemas.body({"approval_id": schemas.TEXT, "status": schemas.TEXT})


class EndpointChange(serializers.Serializer[Any]):
    """PATCH …/{code}: what is not given stays. `secret_ref`: another name is another secret; the secret itself is never sent here."""

    url = serializers.CharField(max_length=500, required=False)
    brands = serializers.ListField(child=serializers.CharField(max_length=64), min_length=1, max_length=50, required=False)
    events = serializers.ListField(child=serializers.CharField(max_length=64), min_length=1, max_length=200, required=False)
    secret_ref = serializers.RegexField(r"^[A-Z][A-Z0-9_]{0,47}$", required=False)
    is_enabled = serializers.BooleanField(required=False)
    reason = serializers.CharField(max_length=300)


class EndpointBody(EndpointChange):
    """POST: a new endpoint."""

    code = serializers.RegexField(r"^[a-z0-9][a-z0-9_-]{0,63}$")
    url = serializers.CharField(max_length=500)
    brands = serializers.ListField(child=serializers.CharField(max_length=64), min_length=1, max_length=50)
    events = serializers.ListField(child=serializers.CharField(max_length=64), min_length=1, max_length=200)
    secret_ref = serializers.RegexField(r"^[A-Z][A-Z0-9_]{0,47}$")
    is_enabled = serializers.BooleanField(default=True)


class EndpointList(APIView):
    required_scopes = SCOPES

    @extend_schema(parameters=schemas.PAGE_FILTERS, responses={200: schemas.page(ENDPOINT)})
    def get(self, request: Request) -> Response:
        """Endpoints of the caller's brands, and how they fare."""
        return page_of(visible_endpoints(request), request=request, view=self, show=endpoint_body)

    @extend_schema(request=EndpointBody, responses={202: ASKED})
    @idempotent
    def post(self, request: Request) -> Response:
        """Ask for an endpoint; it hears nothing until two people have agreed."""
        body = checked(EndpointBody, request)
        if OutgoingEndpoint.objects.filter(code=body["code"]).exists():
            raise Invalid("An endpoint of this name is there.", field="code", rule="unique")
        return ask(request, body.pop("code"), body)


class EndpointDetail(APIView):
    required_scopes = {"GET": "cashier:read", "PATCH": "cashier:write"}

    @extend_schema(responses={200: ENDPOINT})
    def get(self, request: Request, code: str) -> Response:
        """One endpoint."""
        return Response(endpoint_body(visible_endpoint(request, code)))

    @extend_schema(request=EndpointChange, responses={202: ASKED})
    @idempotent
    def patch(self, request: Request, code: str) -> Response:
        """Ask to change it, to turn it off, or to sign with another secret; done when two people have agreed."""
        return ask(request, visible_endpoint(request, code).code, checked(EndpointChange, request))


def ask(request: Request, code: str, after: dict[str, Any]) -> Response:
    """202 with the request that people decide. Raises Invalid, ApprovalRefused."""
    reason = after.pop("reason")
    require_own_brands(request, after.get("brands", []))
    require_own_secret(request, after.get("secret_ref", ""))
    asked = propose_change(
        OUTGOING_ENDPOINT, key={"endpoint": code}, after=after, reason=reason, maker=caller_of(request).actor, now=clock.now()
    )
    return Response({"approval_id": asked.public_id, "status": asked.state}, status=202)


def require_own_brands(request: Request, brands: list[str]) -> None:
    if unknown := sorted(set(brands) - brand_codes(request)):
        raise Invalid(f"This client serves no brand {unknown[0]}.", field="brands", rule="known_brand")


def require_own_secret(request: Request, secret_ref: str) -> None:
    """What one brand's platform takes for ours must not be made under another brand's secret."""
    others = OutgoingEndpoint.objects.filter(secret_ref=secret_ref).exclude(pk__in=visible_endpoints(request).values("pk"))
    if others.exists():
        raise Invalid("This name can't be used.", field="secret_ref", rule="taken")


def visible_endpoint(request: Request, code: str) -> OutgoingEndpoint:
    """Raises NotFound."""
    found = visible_endpoints(request).filter(code=code).first()
    if found is None:
        raise NotFound("No such endpoint.")
    return found


def visible_endpoints(request: Request) -> QuerySet[OutgoingEndpoint]:
    """Endpoints whose every brand is the caller's."""
    return OutgoingEndpoint.objects.filter(brands__contained_by=sorted(brand_codes(request))).exclude(brands=[])


def brand_codes(request: Request) -> set[str]:
    return set(Brand.objects.filter(pk__in=caller_of(request).brand_ids).values_list("code", flat=True))


def endpoint_body(row: OutgoingEndpoint) -> dict[str, Any]:
    """`health`: WELL, FAILING (what was tried last was not taken), OFF."""
    standing = get_standing(row)
    return {
        "code": row.code,
        "url": row.url,
        "brands": row.brands,
        "events": row.events,
        "secret_ref": row.secret_ref,
        "is_enabled": row.is_enabled,
        "health": standing.health,
        "waiting": standing.waiting,
        "given_up": standing.failed,
    }
