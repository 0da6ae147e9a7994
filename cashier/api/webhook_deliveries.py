"""What was told to the operator's platform, every try, and telling it again, over the API (A8)."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cashier.api import schemas
from cashier.api.bodies import instant
from cashier.api.intents import checked
from cashier.api.visibility import visible_row
from cashier.api.webhook_endpoints import visible_endpoints
from cashier.models import OutgoingAttempt, OutgoingDelivery
from cashier.operations.outgoing import resend_delivery
from cashier.refusals import Invalid
from ledger import clock
from ledger.api.callers import caller_of
from ledger.api.idempotency import idempotent
from ledger.api.pages import page_of

MOST_TRIES = 100
NUMBER = {"type": "integer"}
TRY = schemas.body(
    {"number": NUMBER, "tried_at": schemas.TEXT, "duration_ms": NUMBER},
    {"status": {"type": ["integer", "null"]}, "error": schemas.TEXT, "answer": schemas.TEXT},
)
DELIVERY = schemas.body(
    {"delivery_id": schemas.TEXT, "endpoint": schemas.TEXT, "event_id": schemas.TEXT, "type": schemas.TEXT, "status": schemas.TEXT},
    {
        "aggregate": schemas.TEXT, "tries": NUMBER, "resends": NUMBER, "error": schemas.TEXT, "made_at": schemas.TEXT,
        "next_try_at": schemas.NULL_TEXT, "ended_at": schemas.NULL_TEXT, "attempts": {"type": "array", "items": TRY},
    },
)  # fmt: skip
FILTERS = [OpenApiParameter("endpoint", str), OpenApiParameter("aggregate", str, description="An intent's, payout's, … id"),
           schemas.STATUS_FILTER, *schemas.PAGE_FILTERS]  # fmt: skip


class ResendBody(serializers.Serializer[Any]):
    """POST …/{id}/resend"""

    reason = serializers.CharField(max_length=300)


class DeliveryList(APIView):
    required_scopes = {"GET": "cashier:read"}

    @extend_schema(parameters=FILTERS, responses={200: schemas.page(DELIVERY)})
    def get(self, request: Request) -> Response:
        """Deliveries of the caller's endpoints, newest first; `status`: WAITING, DELIVERED, FAILED (given up)."""
        rows = visible_deliveries(request)
        if endpoint := request.query_params.get("endpoint"):
            rows = rows.filter(endpoint__code=endpoint)
        if aggregate := request.query_params.get("aggregate"):
            rows = rows.filter(aggregate=aggregate)
        if states := request.query_params.getlist("status"):
            if unknown := sorted(set(states) - set(OutgoingDelivery.State.values)):
                raise Invalid(f"No status is called {unknown[0][:32]}.", field="status", rule="choice")
            rows = rows.filter(state__in=states)
        return page_of(rows, request=request, view=self, show=delivery_body)


class DeliveryDetail(APIView):
    required_scopes = {"GET": "cashier:read"}

    @extend_schema(responses={200: DELIVERY})
    def get(self, request: Request, delivery_id: str) -> Response:
        """One delivery with its tries, oldest first."""
        row = visible_row(visible_deliveries(request), OutgoingDelivery, delivery_id)
        tries = row.attempts.order_by("id")[:MOST_TRIES]
        return Response({**delivery_body(row), "attempts": [try_body(each) for each in tries]})


class DeliveryResend(APIView):
    required_scopes = {"POST": "cashier:write"}

    @extend_schema(request=ResendBody, responses={202: DELIVERY})
    @idempotent
    def post(self, request: Request, delivery_id: str) -> Response:
        """Send it again under the same webhook-id, with 24 hours of tries; audited. 409 while it waits or its endpoint is off."""
        row = visible_row(visible_deliveries(request), OutgoingDelivery, delivery_id)
        reason = checked(ResendBody, request)["reason"]
        sent = resend_delivery(delivery_id=row.pk, reason=reason, actor=caller_of(request).actor, now=clock.now())
        return Response(delivery_body(visible_row(visible_deliveries(request), OutgoingDelivery, sent.public_id)), status=202)


def visible_deliveries(request: Request) -> QuerySet[OutgoingDelivery]:
    return OutgoingDelivery.objects.select_related("endpoint", "event").filter(endpoint__in=visible_endpoints(request))


def delivery_body(row: OutgoingDelivery) -> dict[str, Any]:
    return {
        "delivery_id": row.public_id,
        "endpoint": row.endpoint.code,
        "event_id": row.event.public_id,
        "type": row.event.name,
        "aggregate": row.aggregate,
        "status": row.state,
        "tries": row.tries,
        "resends": row.resends,
        "error": row.error,
        "made_at": instant(row.made_at),
        "next_try_at": instant(row.next_try_at),
        "ended_at": instant(row.ended_at),
    }


def try_body(row: OutgoingAttempt) -> dict[str, Any]:
    """`status` is null where no answer came, `error` says why then; `answer`: its first characters, card numbers masked."""
    return {
        "number": row.number,
        "tried_at": instant(row.tried_at),
        "duration_ms": row.duration_ms,
        "status": row.status,
        "error": row.error,
        "answer": row.answer,
    }
