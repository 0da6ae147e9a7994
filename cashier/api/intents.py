"""Deposits over the API (A4). One view, one operation."""

import time
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cashier import operations
from cashier.api import schemas
from cashier.api.bodies import authorization_body, intent_body, timeline_body, waiting_body
from cashier.api.requests import AuthorizeBody, CaptureBody, EmptyBody, IntentBody
from cashier.models import Attempt, Capture, DepositIntent, DepositState, PspCall, Void
from cashier.nudges import await_answer
from cashier.queries import get_intent_for, intent_timeline, list_intents_for, require_intent_for
from cashier.queries.players import get_player_for
from cashier.refusals import NotInThisState
from ledger import clock
from ledger.api.callers import caller_of
from ledger.api.idempotency import came_at, idempotent, operation_key_of
from ledger.api.pages import page_of
from ledger.tracing import current_trace_id

SCOPES = {"GET": "cashier:read", "POST": "cashier:write"}
MOVED = (DepositState.AUTHORIZED, DepositState.CAPTURED, DepositState.PENDING, DepositState.ACTION_REQUIRED)


def checked(serializer_class: Any, request: Request, **context: Any) -> dict[str, Any]:
    """The request's body, validated; what it may not hold is a 400."""
    serializer = serializer_class(data=request.data, context=context)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class IntentList(APIView):
    required_scopes = SCOPES

    @extend_schema(request=IntentBody, responses={201: schemas.INITIATED})
    @idempotent
    def post(self, request: Request) -> Response:
        """Make a deposit intent; nothing is charged yet."""
        body, caller = checked(IntentBody, request), caller_of(request)
        metadata = body["metadata"]
        player = get_player_for(body["player_id"], brand_ids=caller.brand_ids, brand_code=metadata.get("brand_id", ""))
        order = operations.IntentRequest(
            player=player,
            amount_minor=body["amount"].amount,
            currency=body["amount"].asset.code,
            method=body["method"],
            region=metadata.get("region", ""),
            metadata=metadata,
            client_id=caller.client_id,
        )
        intent = operations.create_intent(request=order, actor=caller.actor, now=clock.now())
        return Response({"intent_id": intent.public_id, "status": str(intent.state)}, status=201)

    @extend_schema(parameters=schemas.INTENT_FILTERS, responses={200: schemas.page(schemas.INTENT)})
    def get(self, request: Request) -> Response:
        """Deposits of the caller's brands, newest first; filters `status` (may repeat) and `player_id`."""
        caller = caller_of(request)
        rows = list_intents_for(brand_ids=caller.brand_ids)
        if states := request.query_params.getlist("status"):
            rows = rows.filter(state__in=states)
        if player := request.query_params.get("player_id"):
            rows = rows.filter(player=get_player_for(player, brand_ids=caller.brand_ids))
        return page_of(rows, request=request, view=self, show=intent_body)


class IntentDetail(APIView):
    required_scopes = SCOPES

    @extend_schema(responses={200: schemas.INTENT})
    def get(self, request: Request, intent_id: str) -> Response:
        """One deposit."""
        return Response(intent_body(get_intent_for(intent_id, brand_ids=caller_of(request).brand_ids)))


class IntentTimeline(APIView):
    required_scopes = SCOPES

    @extend_schema(responses={200: schemas.TIMELINE})
    def get(self, request: Request, intent_id: str) -> Response:
        """What happened to a deposit, oldest first: states, calls, events, postings."""
        intent = get_intent_for(intent_id, brand_ids=caller_of(request).brand_ids)
        return Response({"intent_id": intent.public_id, "entries": [timeline_body(entry) for entry in intent_timeline(intent)]})


class IntentAuthorize(APIView):
    required_scopes = SCOPES

    @extend_schema(request=AuthorizeBody, responses={200: schemas.AUTHORIZED, 202: schemas.WAITING})
    @idempotent(atomic=False)
    def post(self, request: Request, intent_id: str) -> Response:
        """Authorise it; waits a few seconds for the PSP's answer, else 202 with where to look."""
        body, caller = checked(AuthorizeBody, request), caller_of(request)
        pk = require_intent_for(intent_id, brand_ids=caller.brand_ids)
        order = operations.AuthorizeOrder(
            payment_token=body.get("payment_token", ""),
            instrument_id=body.get("instrument_id"),
            capture=body["capture"],
            return_url=body["return_url"],
            device=dict(body["device"]),
            card=dict(body["card"]),
            risk_band=body["risk_band"],
            operation_key=operation_key_of(request),
        )
        attempt = operations.begin_authorization(intent_id=pk, order=order, actor=caller.actor, now=came_at(request))
        await_outcome(attempt, seconds=settings.AUTHORIZE_WAIT_SECONDS)
        return authorization_answer(attempt)


def await_outcome(attempt: Attempt, *, seconds: float) -> None:
    """Wait for the attempt's answer and, where it declines and another follows, for that one's (C11); `seconds` in all."""
    deadline, waited_for = time.monotonic() + seconds, attempt.pk
    while (left := deadline - time.monotonic()) > 0:
        await_answer(waited_for, is_answered=lambda pk=waited_for: is_done(Attempt, pk), seconds=left)  # type: ignore[misc]
        following = Attempt.objects.filter(intent_id=attempt.intent_id, call_state__in=PspCall.OPEN_CALLS).exclude(pk=waited_for).first()
        if following is None:
            return
        waited_for = following.pk


def is_done(model: Any, pk: object) -> bool:
    return bool(model.objects.filter(pk=pk, call_state=PspCall.CallState.DONE).exists())


def authorization_answer(begun: Attempt) -> Response:
    """What became of an attempt by now (A4)."""
    intent = DepositIntent.objects.get(pk=begun.intent_id)
    attempt = Attempt.objects.filter(intent=intent).order_by("-number")[0]
    if intent.state in MOVED:
        return Response(authorization_body(intent, attempt))
    if intent.state == DepositState.FAILED:
        return Response(declined_body(intent, attempt), status=422)
    if intent.state == DepositState.INITIATED:
        return Response(waiting_body(intent, attempt), status=202)
    raise NotInThisState(state=str(intent.state))


def declined_body(intent: DepositIntent, attempt: Attempt) -> dict[str, Any]:
    """422: the error envelope, with the decline code and its retry class also at the top (A4)."""
    told = {"decline_code": intent.decline_code, "retry": intent.decline_retry or "never"}
    return {
        "error": "DECLINED",
        "message": "The payment was declined.",
        "trace_id": current_trace_id(),
        **told,
        "details": told | {"intent_id": intent.public_id, "status": str(intent.state), "psp_ref": attempt.psp_ref},
    }


class IntentCapture(APIView):
    required_scopes = SCOPES

    @extend_schema(request=CaptureBody, responses={200: schemas.CAPTURED, 202: schemas.CAPTURED})
    @idempotent(atomic=False)
    def post(self, request: Request, intent_id: str) -> Response:
        """Capture all that is left of an authorisation, or part of it."""
        caller = caller_of(request)
        intent = get_intent_for(intent_id, brand_ids=caller.brand_ids)
        body = checked(CaptureBody, request, currency=intent.currency)
        capture = operations.begin_capture(
            intent_id=intent.pk,
            amount_minor=body.get("amount"),
            operation_key=operation_key_of(request),
            actor=caller.actor,
            now=clock.now(),
        )
        await_answer(capture.pk, is_answered=lambda: is_done(Capture, capture.pk), seconds=settings.AUTHORIZE_WAIT_SECONDS)
        return capture_answer(capture)


def capture_answer(begun: Capture) -> Response:
    """CAPTURED, CAPTURE_SUBMITTED while its end is not known, or a refusal."""
    capture = Capture.objects.get(pk=begun.pk)
    told = {"intent_id": DepositIntent(pk=capture.intent_id).public_id, "capture_id": capture.public_id}
    if capture.state == Capture.State.SUBMITTED:
        return Response({"status": "CAPTURE_SUBMITTED", **told}, status=202)
    if capture.state == Capture.State.REFUSED:
        envelope = {"error": "CAPTURE_REFUSED", "message": "The PSP refused the capture.", "trace_id": current_trace_id(), "details": told}
        return Response(envelope, status=422)
    return Response({"status": "CAPTURED", **told})


class IntentVoid(APIView):
    required_scopes = SCOPES

    @extend_schema(request=EmptyBody, responses={200: schemas.ENDED, 202: schemas.ENDED})
    @idempotent(atomic=False)
    def post(self, request: Request, intent_id: str) -> Response:
        """Give back what is authorised and not captured."""
        checked(EmptyBody, request)
        caller = caller_of(request)
        intent = get_intent_for(intent_id, brand_ids=caller.brand_ids)
        void = operations.begin_void(intent_id=intent.pk, operation_key=operation_key_of(request), actor=caller.actor, now=clock.now())
        await_answer(void.pk, is_answered=lambda: is_done(Void, void.pk), seconds=settings.AUTHORIZE_WAIT_SECONDS)
        return void_answer(void)


def void_answer(begun: Void) -> Response:
    """The intent's state once the PSP has answered; VOID_SUBMITTED before."""
    void = Void.objects.get(pk=begun.pk)
    intent = DepositIntent.objects.get(pk=void.intent_id)
    if void.call_state != PspCall.CallState.DONE:
        return Response({"intent_id": intent.public_id, "status": "VOID_SUBMITTED"}, status=202)
    if void.outcome == Void.Outcome.REFUSED:
        raise NotInThisState("The PSP has nothing left to void.", state=str(intent.state))
    return Response({"intent_id": intent.public_id, "status": str(intent.state)})


class IntentCancel(APIView):
    required_scopes = SCOPES

    @extend_schema(request=EmptyBody, responses={200: schemas.ENDED})
    @idempotent
    def post(self, request: Request, intent_id: str) -> Response:
        """Cancel a deposit that holds no money yet."""
        checked(EmptyBody, request)
        caller = caller_of(request)
        intent = get_intent_for(intent_id, brand_ids=caller.brand_ids)
        ended = operations.cancel_intent(intent_id=intent.pk, actor=caller.actor, now=clock.now())
        return Response({"intent_id": ended.public_id, "status": str(ended.state)})
