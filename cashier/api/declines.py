"""The one published list of decline codes (C15)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cashier.api import schemas
from cashier.psp.base import Retry
from cashier.psp.declines import DECLINES, Fault

CODE = schemas.body(
    {
        "code": schemas.TEXT,
        "meaning": schemas.TEXT,
        "fault": {"type": "string", "enum": [fault.value for fault in Fault]},
        "retry": {"type": "string", "enum": [retry.value for retry in Retry]},
    }
)
CODES = schemas.body({"results": {"type": "array", "items": CODE}})


class DeclineCodes(APIView):
    required_scopes = {"GET": "cashier:read"}

    @extend_schema(responses={200: CODES})
    def get(self, request: Request) -> Response:
        """Every decline code that an answer can carry: what it means, whose fault it is, what may be done next."""
        entries = [
            {"code": entry.code, "meaning": entry.meaning, "fault": entry.fault.value, "retry": entry.retry.value}
            for entry in DECLINES.values()
        ]
        return Response({"results": entries})
