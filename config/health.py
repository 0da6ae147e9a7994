"""GET /health: may this process get traffic? For load balancers and for the supervisor."""

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse


def health(request: HttpRequest) -> JsonResponse:
    """200 {"status": "ok"} when the database and Redis answer, else 503. Says nothing about what is wrong, for anyone may ask."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        cache.get("health")
    except Exception:  # whatever fails: no traffic here
        return JsonResponse({"status": "unavailable"}, status=503)
    return JsonResponse({"status": "ok"})
