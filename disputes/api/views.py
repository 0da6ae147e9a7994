"""GET /v1/disputes, GET /v1/disputes/{id}, POST /v1/disputes/{id}/evidence (A7, X1)."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cashier.api.parsers import CheckedMultiPartParser
from cashier.api.players import checked
from cashier.api.visibility import brand_ids_of, visible_row
from cashier.api.wallets import PAGE_PARAMETERS
from disputes.api.bodies import (
    DisputeDetailBody,
    DisputePage,
    EvidenceBody,
    EvidenceCreate,
    detail_body,
    dispute_body,
    evidence_body,
)
from disputes.files import MAX_BYTES
from disputes.models import Dispute, DisputeState
from disputes.operations import BadEvidence, attach_evidence
from disputes.queries import list_disputes
from ledger import clock
from ledger.api.callers import caller_of
from ledger.api.idempotency import idempotent
from ledger.api.pages import page_of

FILTERS = [
    OpenApiParameter("status", {"type": "string", "enum": list(DisputeState.values)}),
    OpenApiParameter("open", bool, description="Only those that have not ended, or have"),
]


class EvidenceParser(CheckedMultiPartParser):
    """An upload of one evidence file with its fields."""

    max_bytes = MAX_BYTES + 64 * 1024


class DisputeList(APIView):
    required_scopes = {"GET": "disputes:read"}

    @extend_schema(operation_id="list_disputes", responses=DisputePage, parameters=[*FILTERS, *PAGE_PARAMETERS])
    def get(self, request: Request) -> Response:
        """Disputes of the caller's brands, newest first."""
        return page_of(filtered(request), request=request, view=self, show=dispute_body)


class DisputeDetail(APIView):
    required_scopes = {"GET": "disputes:read"}

    @extend_schema(operation_id="get_dispute", responses=DisputeDetailBody)
    def get(self, request: Request, dispute_id: str) -> Response:
        """One dispute with its movements and evidence."""
        return Response(detail_body(visible_dispute(request, dispute_id)))


class DisputeEvidence(APIView):
    required_scopes = {"POST": "disputes:write"}
    parser_classes = (EvidenceParser,)

    @extend_schema(operation_id="attach_evidence", request={"multipart/form-data": EvidenceCreate}, responses={201: EvidenceBody})
    @idempotent
    def post(self, request: Request, dispute_id: str) -> Response:
        """Attach a file: kept sealed, with its SHA-256, source and time."""
        dispute = visible_dispute(request, dispute_id)
        stated = checked(EvidenceCreate, request)
        file = stated["file"]
        if file.size > MAX_BYTES:
            raise BadEvidence(f"A file has at most {MAX_BYTES} bytes.", field="file", rule="size")
        attached = attach_evidence(
            dispute_id=dispute.id,
            content=file.read(),
            name=file.name,
            content_type=file.content_type,
            kind=stated["kind"],
            source=stated["source"],
            actor=caller_of(request).actor,
            now=clock.now(),
        )
        return Response(evidence_body(attached), status=201)


def visible_dispute(request: Request, dispute_id: str) -> Dispute:
    return visible_row(list_disputes(brand_ids_of(request)), Dispute, dispute_id)


def filtered(request: Request) -> QuerySet[Dispute]:
    """The caller's disputes, by status and openness where asked."""
    rows = list_disputes(brand_ids_of(request))
    if status := request.query_params.get("status"):
        rows = rows.filter(state=status)
    if (is_open := request.query_params.get("open", "").lower()) in ("true", "false"):
        rows = rows.filter(state__in=Dispute.OPEN_STATES) if is_open == "true" else rows.exclude(state__in=Dispute.OPEN_STATES)
    return rows
