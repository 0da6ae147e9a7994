"""Who changed it, for history rows: staff by their session. Machine clients are no users; their acts name them in the row's reason."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from simple_history.middleware import HistoryRequestMiddleware


class StaffHistoryMiddleware:
    """simple_history's middleware on the back office only: elsewhere `request.user` is a machine client, not a User."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.with_user = HistoryRequestMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/admin/"):
            return self.get_response(request)
        response: HttpResponse = self.with_user(request)
        return response
