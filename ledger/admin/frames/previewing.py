"""The receipt of a form while it is filled in (UX 2.8): what would be posted, or why not. It reads, and changes nothing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse

from ledger.admin.frames.acts import Act
from ledger.admin.frames.page import page_of
from ledger.admin.frames.receipts import Receipt
from ledger.refusals import Refused

if TYPE_CHECKING:
    from ledger.admin.frames.model_admin import OpsAdmin


def show_receipt(place: "OpsAdmin", request: HttpRequest, acts: Sequence[Act], slug: str, obj: Any) -> HttpResponse:
    """A fragment: the lines that the filled-in form would ask for. Who may not press the button gets 403."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    place.require_view(request)
    page = page_of(request)
    act = next((act for act in acts if act.slug == slug and act.live is not None), None)
    if act is None or act.live is None:
        raise Http404(f"No act called {slug} shows a receipt.")
    standing = act.stand(obj, page)
    if standing.state == "hidden":
        raise PermissionDenied(standing.why)
    receipt: Receipt | None = None
    refusal = ""
    try:
        receipt = act.live(obj, request.GET.dict(), page)
    except Refused as error:
        refusal = error.message
    return TemplateResponse(request, "ops/live_receipt.html", {"receipt": receipt, "refusal": refusal, "page_now": page.now})
