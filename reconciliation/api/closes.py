"""A day's close, its bundle, break list and marts, and mini-closes (D4, D5, D7). A client sees closes of its own entities only."""

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ledger import clock
from ledger.actors import Actor
from ledger.api.callers import caller_of
from ledger.api.idempotency import idempotent
from ledger.api.pages import page_of
from ledger.errors import BadPublicId
from ledger.ids import from_public
from ledger.refusals import Invalid, NotFound
from reconciliation.api.bodies import close_detail, provisional_body
from reconciliation.api.filters import date_of
from reconciliation.models import DailyClose
from reconciliation.operations.closing import require_bundle, take_bundle, take_part, take_provisional_close
from reconciliation.queries.bundles import bundle_of, folder_of
from reconciliation.queries.visible import closes_of, entities_of, provisional_closes_of
from reconciliation.snapshots.asking import break_list, mart, marts, unequal

OBJECT = {200: OpenApiTypes.OBJECT}
BINARY = {200: OpenApiTypes.BINARY}
PAGE = [
    OpenApiParameter("cursor", type=OpenApiTypes.STR, location=OpenApiParameter.QUERY),
    OpenApiParameter("limit", type=OpenApiTypes.INT, location=OpenApiParameter.QUERY),
]


class CloseView(APIView):
    """One close, with the manifest of its bundle."""

    required_scopes = {"GET": "reconciliation:read"}

    @extend_schema(operation_id="get_close", responses=OBJECT)
    def get(self, request: Request, close_id: str) -> Response:
        close = _close(request, close_id)
        return Response(close_detail(close, bundle_of(close)))


class CloseBundleView(APIView):
    """The bundle of a signed day as one zip, which `close_verify` checks. Taking it is recorded."""

    required_scopes = {"GET": "reconciliation:read"}

    @extend_schema(operation_id="get_close_bundle", responses=BINARY)
    def get(self, request: Request, close_id: str) -> FileResponse:
        close = _close(request, close_id)
        name = f"{require_bundle(close).name}.zip"
        return FileResponse(take_bundle(close=close, actor=_actor(request), now=clock.now()), as_attachment=True, filename=name)


class CloseFileView(APIView):
    """One file of a bundle, by the name that its manifest gives it. Taking it is recorded."""

    required_scopes = {"GET": "reconciliation:read"}

    @extend_schema(operation_id="get_close_file", responses=BINARY)
    def get(self, request: Request, close_id: str, name: str) -> FileResponse:
        content = take_part(close=_close(request, close_id), name=name, actor=_actor(request), now=clock.now())
        return FileResponse(content, as_attachment=True, filename=name)


class CloseBreaksView(APIView):
    """What did not agree on a signed day, made from its snapshot alone, and where that differs from the cases of then (R16)."""

    required_scopes = {"GET": "reconciliation:read"}

    @extend_schema(operation_id="get_close_breaks", responses=OBJECT)
    def get(self, request: Request, close_id: str) -> Response:
        close = _close(request, close_id)
        with folder_of(require_bundle(close)) as folder:
            return Response({"close": close.public_id, "breaks": break_list(folder), "differences": unequal(folder)})


class CloseMartView(APIView):
    """A mart of a signed day, made from its snapshot: figures with the formulas that they come from (D5)."""

    required_scopes = {"GET": "reconciliation:read"}

    @extend_schema(operation_id="get_close_mart", responses=OBJECT)
    def get(self, request: Request, close_id: str, name: str) -> Response:
        close = _close(request, close_id)
        if name not in marts():
            raise NotFound(f"There is no mart {name!r}: there are {', '.join(marts())}.")
        with folder_of(require_bundle(close)) as folder:
            return Response({"close": close.public_id, "mart": name, "rows": mart(folder, name)})


class ProvisionalCloseListView(APIView):
    """Mini-closes, newest first; and one taken now: the checks of a close on the day so far, freezing nothing (D7)."""

    required_scopes = {"GET": "reconciliation:read", "POST": "reconciliation:write"}

    @extend_schema(operation_id="list_provisional_closes", parameters=PAGE, responses=OBJECT)
    def get(self, request: Request) -> Response:
        return page_of(provisional_closes_of(caller_of(request)), request=request, view=self, show=provisional_body)

    @extend_schema(
        operation_id="take_provisional_close",
        request={
            "application/json": {
                "type": "object",
                "required": ["entity"],
                "properties": {"entity": {"type": "string"}, "date": {"type": "string", "format": "date"}},
            }
        },
        responses={201: OpenApiTypes.OBJECT},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        if not isinstance(request.data, dict):
            raise Invalid("Give an object with the code of an entity.", field="entity", rule="required")
        entity = entities_of(caller_of(request)).filter(code=str(request.data.get("entity", ""))).first()
        if entity is None:
            raise Invalid("Give the code of one of your entities.", field="entity", rule="unknown")
        day = date_of(str(request.data["date"]), "date") if request.data.get("date") else None
        taken = take_provisional_close(entity=entity, day=day, actor=_actor(request), now=clock.now())
        return Response(provisional_body(taken), status=201)


def _close(request: Request, close_id: str) -> DailyClose:
    """The close of a public id among those that the caller may see. Raises NotFound for any other."""
    try:
        found = closes_of(caller_of(request)).filter(pk=from_public(close_id, DailyClose.PREFIX)).first()
    except BadPublicId:
        found = None
    if found is None:
        raise NotFound("No such record.")
    return found


def _actor(request: Request) -> Actor:
    return Actor("client", caller_of(request).client_id)
