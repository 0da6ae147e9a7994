"""May this process get traffic (GET /health), and does it live (GET /live)? For load balancers, orchestrators and the supervisor (O4).

The cashier works without Redis (C22): a process is not taken out of service for it, or all would be, at once, over what none needs.
"""

from django.db import connection
from django.http import HttpRequest, JsonResponse

from cashier.redis import quick_redis


def health(request: HttpRequest) -> JsonResponse:
    """200 {"status": "ok"}, or "degraded" where Redis does not answer; 503 where the database does not. Anyone may ask: no details."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # whatever fails: no traffic here
        return JsonResponse({"status": "unavailable"}, status=503)
    try:
        quick_redis().ping()
    except Exception:  # whatever fails: what needs it falls back
        return JsonResponse({"status": "degraded"})
    return JsonResponse({"status": "ok"})


def live(request: HttpRequest) -> JsonResponse:
    """200: the process answers. It asks nobody else, for to start it again would mend nobody else."""
    return JsonResponse({"status": "ok"})
