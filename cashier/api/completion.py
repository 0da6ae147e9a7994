"""The player is back from a challenge (C13)."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cashier import operations
from cashier.api import schemas
from cashier.api.intents import SCOPES, authorization_answer, await_outcome, checked
from cashier.queries import get_intent_for
from ledger import clock
from ledger.api.callers import caller_of
from ledger.api.idempotency import idempotent

MOST_DETAILS = 8


class CompleteBody(serializers.Serializer[Any]):
    """POST …/complete: the parameters that the browser was sent back with, as they came."""

    details = serializers.DictField(child=serializers.CharField(max_length=8000, allow_blank=True), default=dict)

    def validate_details(self, value: dict[str, str]) -> dict[str, str]:
        if len(value) > MOST_DETAILS or any(len(name) > 64 for name in value):
            raise serializers.ValidationError(f"At most {MOST_DETAILS} parameters, their names at most 64 characters.", code="too_many")
        return value


class IntentComplete(APIView):
    required_scopes = SCOPES

    @extend_schema(request=CompleteBody, responses={200: schemas.AUTHORIZED, 202: schemas.WAITING})
    @idempotent(atomic=False)
    def post(self, request: Request, intent_id: str) -> Response:
        """Hand on what the challenge brought back; waits a few seconds for the PSP's answer, else 202 with where to look."""
        body, caller = checked(CompleteBody, request), caller_of(request)
        intent = get_intent_for(intent_id, brand_ids=caller.brand_ids)
        attempt = operations.begin_completion(intent_id=intent.pk, details=body["details"], now=clock.now())
        await_outcome(attempt, seconds=settings.AUTHORIZE_WAIT_SECONDS)
        return authorization_answer(attempt)
