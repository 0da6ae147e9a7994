"""Reading cases, runs, closes and files; handing files in (A7). A client sees what belongs to the entities of its brands."""

from typing import Any, cast

from django.db import transaction
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cashier.api.parsers import CheckedMultiPartParser
from cashier.nudges import send_quietly
from ledger import clock
from ledger.actors import Actor
from ledger.api.callers import caller_of
from ledger.api.idempotency import idempotent
from ledger.api.pages import page_of
from ledger.errors import BadPublicId
from ledger.ids import from_public
from ledger.refusals import Invalid, NotFound
from reconciliation.api.bodies import case_body, close_body, file_body, run_body
from reconciliation.api.filters import choices_in, date_in
from reconciliation.models import CaseState, ExceptionCase, ReasonCode, SourceFile
from reconciliation.operations import ingest
from reconciliation.queries.visible import cases_of, closes_of, files_of, is_account_of, runs_of
from reconciliation.tasks import load_file

DATE: dict[str, Any] = {"type": OpenApiTypes.DATE, "location": OpenApiParameter.QUERY}
TEXT: dict[str, Any] = {"type": OpenApiTypes.STR, "location": OpenApiParameter.QUERY}
PAGE = [OpenApiParameter("cursor", **TEXT), OpenApiParameter("limit", type=OpenApiTypes.INT, location=OpenApiParameter.QUERY)]
OBJECT = {200: OpenApiTypes.OBJECT}


class CaseListView(APIView):
    """Exception cases, newest first."""

    required_scopes = {"GET": "reconciliation:read"}

    @extend_schema(
        operation_id="list_cases",
        parameters=[
            OpenApiParameter("date", description="Business day of the break.", **DATE),
            OpenApiParameter("from", **DATE),
            OpenApiParameter("to", **DATE),
            OpenApiParameter("reason_code", many=True, **TEXT),
            OpenApiParameter("state", many=True, enum=CaseState.values, **TEXT),
            OpenApiParameter("account", description="Code of a merchant or bank account.", **TEXT),
            *PAGE,
        ],
        responses=OBJECT,
    )
    def get(self, request: Request) -> Response:
        filters: dict[str, Any] = {
            "business_date": date_in(request, "date"),
            "business_date__gte": date_in(request, "from"),
            "business_date__lte": date_in(request, "to"),
            "state__in": choices_in(request, "state", frozenset(CaseState.values)),
            "reason_id__in": choices_in(request, "reason_code", frozenset(ReasonCode.objects.values_list("code", flat=True))),
        }
        cases = cases_of(caller_of(request), account=request.query_params.get("account", ""))
        chosen = cases.filter(**{name: value for name, value in filters.items() if value})
        return page_of(chosen, request=request, view=self, show=case_body)


class CaseView(APIView):
    """One exception case."""

    required_scopes = {"GET": "reconciliation:read"}

    @extend_schema(operation_id="get_case", responses=OBJECT)
    def get(self, request: Request, case_id: str) -> Response:
        return Response(case_body(_one(cases_of(caller_of(request)), case_id, ExceptionCase.PREFIX)))


class RunListView(APIView):
    """Reconciliation runs, newest first."""

    required_scopes = {"GET": "reconciliation:read"}

    @extend_schema(
        operation_id="list_runs",
        parameters=[OpenApiParameter("date", **DATE), OpenApiParameter("account", **TEXT), *PAGE],
        responses=OBJECT,
    )
    def get(self, request: Request) -> Response:
        filters: dict[str, Any] = {"date": date_in(request, "date"), "account_code": request.query_params.get("account", "")}
        chosen = runs_of(caller_of(request)).filter(**{name: value for name, value in filters.items() if value})
        return page_of(chosen, request=request, view=self, show=run_body)


class CloseListView(APIView):
    """Daily closes, every version, newest first."""

    required_scopes = {"GET": "reconciliation:read"}

    @extend_schema(operation_id="list_closes", parameters=[OpenApiParameter("date", **DATE), *PAGE], responses=OBJECT)
    def get(self, request: Request) -> Response:
        day = date_in(request, "date")
        closes = closes_of(caller_of(request))
        return page_of(closes.filter(business_date=day) if day else closes, request=request, view=self, show=close_body)


class FileListView(APIView):
    """Settlement reports and bank statements: what came, newest first; and a file handed in."""

    required_scopes = {"GET": "reconciliation:read", "POST": "reconciliation:write"}
    parser_classes = [CheckedMultiPartParser]

    @extend_schema(operation_id="list_files", parameters=PAGE, responses=OBJECT)
    def get(self, request: Request) -> Response:
        return page_of(files_of(caller_of(request)), request=request, view=self, show=file_body)

    @extend_schema(
        operation_id="hand_in_file",
        request={
            "multipart/form-data": {
                "type": "object",
                "required": ["file", "source", "account"],
                "properties": {"file": {"type": "string", "format": "binary"}, "source": {"type": "string"}, "account": {"type": "string"}},
            }
        },
        responses={202: OpenApiTypes.OBJECT},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        upload, source, account = (cast(Any, request.data).get(name) for name in ("file", "source", "account"))
        if upload is None or isinstance(upload, str):
            raise Invalid("Give the file as a multipart part named file.", field="file", rule="required")
        caller = caller_of(request)
        if not account or not is_account_of(caller, str(account)):
            raise Invalid(f"No account {account!r} is known.", field="account", rule="unknown")
        actor = Actor("client", caller.client_id)
        received = ingest.receive_file(
            file=upload, name=upload.name, source=str(source or ""), account=str(account), actor=actor, now=clock.now()
        )
        told = {"file_id": received.public_id, "actor_kind": actor.kind, "actor_id": actor.id}
        transaction.on_commit(lambda: send_quietly(load_file.name, told))
        return Response({"file_id": received.public_id, "state": str(received.state)}, status=202)


class FileView(APIView):
    """One file, with what was found in it."""

    required_scopes = {"GET": "reconciliation:read"}

    @extend_schema(operation_id="get_file", responses=OBJECT)
    def get(self, request: Request, file_id: str) -> Response:
        return Response(file_body(_one(files_of(caller_of(request)), file_id, SourceFile.PREFIX)))


def _one(queryset: Any, public_id: str, prefix: str) -> Any:
    """The row of a public id among those that the caller may see. Raises NotFound for any other."""
    try:
        found = queryset.filter(pk=from_public(public_id, prefix)).first()
    except BadPublicId:
        found = None
    if found is None:
        raise NotFound("No such record.")
    return found
