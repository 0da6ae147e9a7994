"""Captures and refunds over the API (A4)."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cashier import operations
from cashier.api import schemas
from cashier.api.bodies import capture_body, refund_body
from cashier.api.intents import SCOPES, checked
from cashier.api.requests import RefundBody
from cashier.models import Refund
from cashier.queries import get_capture_for
from cashier.queries.refunds import get_refund_for, list_captures_for, list_refunds_for
from ledger import clock
from ledger.api.callers import caller_of
from ledger.api.idempotency import idempotent
from ledger.api.pages import page_of

INTENT_FILTER = OpenApiParameter("intent_id", str)
CAPTURE_FILTER = OpenApiParameter("capture_id", str)


class CaptureList(APIView):
    required_scopes = SCOPES

    @extend_schema(parameters=[INTENT_FILTER, schemas.STATUS_FILTER, *schemas.PAGE_FILTERS], responses={200: schemas.page(schemas.CAPTURE)})
    def get(self, request: Request) -> Response:
        """Captures of the caller's brands, newest first."""
        rows = list_captures_for(brand_ids=caller_of(request).brand_ids, intent=request.query_params.get("intent_id", ""))
        if states := request.query_params.getlist("status"):
            rows = rows.filter(state__in=states)
        return page_of(rows, request=request, view=self, show=capture_body)


class CaptureDetail(APIView):
    required_scopes = SCOPES

    @extend_schema(responses={200: schemas.CAPTURE})
    def get(self, request: Request, capture_id: str) -> Response:
        """One capture."""
        return Response(capture_body(get_capture_for(capture_id, brand_ids=caller_of(request).brand_ids)))


class CaptureRefunds(APIView):
    required_scopes = SCOPES

    @extend_schema(request=RefundBody, responses={202: schemas.REFUND})
    @idempotent
    def post(self, request: Request, capture_id: str) -> Response:
        """Refund a capture, whole or in part; the money is held at once."""
        caller = caller_of(request)
        capture = get_capture_for(capture_id, brand_ids=caller.brand_ids)
        body = checked(RefundBody, request, currency=capture.currency)
        order = operations.RefundOrder(
            refund_id=body["refund_id"], amount_minor=body["amount"], client_id=caller.client_id, reason=body["reason"]
        )
        refund = operations.submit_refund(capture_id=capture.pk, order=order, actor=caller.actor, now=clock.now())
        return Response(refund_body(Refund.objects.select_related("capture").get(pk=refund.pk)), status=202)


class RefundList(APIView):
    required_scopes = SCOPES

    @extend_schema(parameters=[CAPTURE_FILTER, schemas.STATUS_FILTER, *schemas.PAGE_FILTERS], responses={200: schemas.page(schemas.REFUND)})
    def get(self, request: Request) -> Response:
        """Refunds of the caller's brands, newest first."""
        rows = list_refunds_for(brand_ids=caller_of(request).brand_ids, capture=request.query_params.get("capture_id", ""))
        if states := request.query_params.getlist("status"):
            rows = rows.filter(state__in=states)
        return page_of(rows, request=request, view=self, show=refund_body)


class RefundDetail(APIView):
    required_scopes = SCOPES

    @extend_schema(responses={200: schemas.REFUND})
    def get(self, request: Request, refund_id: str) -> Response:
        """One refund, by our id (`rf_…`)."""
        return Response(refund_body(get_refund_for(refund_id, brand_ids=caller_of(request).brand_ids)))
