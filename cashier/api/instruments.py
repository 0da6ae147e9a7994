"""Instruments over the API (C24)."""

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cashier import operations
from cashier.api import schemas
from cashier.api.bodies import instrument_body
from cashier.api.intents import SCOPES, checked, is_done
from cashier.api.requests import InstrumentBody
from cashier.models import Instrument
from cashier.nudges import await_answer
from cashier.queries.players import get_player_for
from cashier.refusals import NotFound
from ledger import clock
from ledger.api.callers import caller_of
from ledger.api.idempotency import idempotent
from ledger.api.pages import page_of
from ledger.ids import BadPublicId


class InstrumentList(APIView):
    required_scopes = SCOPES

    @extend_schema(request=InstrumentBody, responses={201: schemas.INSTRUMENT})
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        """Store a token of a player; it is verified by a zero-amount authorisation, for which this waits a few seconds."""
        body, caller = checked(InstrumentBody, request), caller_of(request)
        brand_code = str(body["metadata"].get("brand_id", ""))
        player = get_player_for(body["player_id"], brand_ids=caller.brand_ids, brand_code=brand_code)
        instrument = operations.store_instrument(
            player=player,
            method=body["method"],
            token=body["token"],
            masked=body["masked"],
            region=str(body["metadata"].get("region", "")),
            actor=caller.actor,
            now=clock.now(),
        )
        await_answer(instrument.pk, is_answered=lambda: is_done(Instrument, instrument.pk), seconds=settings.AUTHORIZE_WAIT_SECONDS)
        return Response(instrument_body(Instrument.objects.select_related("player").get(pk=instrument.pk)), status=201)

    @extend_schema(parameters=[schemas.PLAYER_FILTER, *schemas.PAGE_FILTERS], responses={200: schemas.page(schemas.INSTRUMENT)})
    def get(self, request: Request) -> Response:
        """Instruments of the caller's brands, newest first."""
        caller = caller_of(request)
        rows = Instrument.objects.select_related("player").filter(player__brand_id__in=list(caller.brand_ids))
        if player := request.query_params.get("player_id"):
            rows = rows.filter(player=get_player_for(player, brand_ids=caller.brand_ids))
        return page_of(rows, request=request, view=self, show=instrument_body)


class InstrumentDetail(APIView):
    required_scopes = SCOPES

    @extend_schema(responses={200: schemas.INSTRUMENT})
    def get(self, request: Request, instrument_id: str) -> Response:
        """One instrument."""
        try:
            pk = Instrument.id_of(instrument_id)
        except BadPublicId as error:
            raise NotFound("No such instrument.") from error
        rows = Instrument.objects.select_related("player").filter(player__brand_id__in=list(caller_of(request).brand_ids))
        found = rows.filter(pk=pk).first()
        if found is None:
            raise NotFound("No such instrument.")
        return Response(instrument_body(found))
