"""Pages for what went wrong: what happened, what was not done, what to do next (UX 2.4, 2.10)."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from config import outages
from ledger import clock
from ledger.tracing import current_trace_id

RENEW_SECONDS = 10


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: names what is missing."""
    words = str(exception) if exception and str(exception) else "Your role may not do this."
    return _page(request, 403, "You may not do this", words, "Nothing was done. Ask somebody of the team that holds the role.", "lock")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _page(
        request,
        404,
        "There is nothing here",
        "The address names no record that you can see.",
        "Find it by its id with Ctrl K.",
        "search_off",
    )


def failed(request: HttpRequest) -> HttpResponse:
    """500: the database is not asked for anything here."""
    text = f"Something failed. Nothing was done by this request. Trace {current_trace_id() or 'none'}."
    return HttpResponse(text, status=500, content_type="text/plain; charset=utf-8")


def database_away(request: HttpRequest) -> HttpResponse:
    """503: a page without the database. A look renews itself until that is back; what was pressed is never sent again by itself."""
    is_look = request.method in {"GET", "HEAD"}
    back = request.path.partition("acts/")[0]  # an act's own address answers no look
    facts = {"is_look": is_look, "seconds": RENEW_SECONDS, "trace_id": current_trace_id() or "none", "back": back}
    return HttpResponse(render_to_string("ops/database_away.html", facts), status=503, headers=outages.HEADERS)


def _page(request: HttpRequest, status: int, headline: str, words: str, next_words: str, icon: str) -> HttpResponse:
    if not request.path.startswith("/admin/") or not getattr(request, "user", None) or not request.user.is_staff:
        return HttpResponse(f"{headline}. {words}", status=status, content_type="text/plain; charset=utf-8")
    context = {
        **admin.site.each_context(request),
        "title": headline,
        "headline": headline,
        "words": words,
        "next_words": next_words,
        "icon": icon,
        "page_now": clock.now(),
        "trace_id": current_trace_id(),
    }
    return render(request, "ops/error.html", context, status=status)
