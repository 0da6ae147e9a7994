"""Several requests decided with one reason (UX 4.15): each in a transaction of its own, each result told by itself.

Only of one kind, and only those that one person decides: what needs two is read by itself. Which are left out is said, with why.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.html import format_html_join
from django_fsm import TransitionNotAllowed

from ledger.admin.approvals.deciding import MAY, standing_of
from ledger.admin.approvals.wording import changed_of, facts_of, kind_words, kinds_of, preview_of
from ledger.admin.frames import SHOWN, Act, Done, Page, Standing, hidden, once, page_of, reason_field, ref_cell
from ledger.admin.frames.acts import ActForm
from ledger.admin.frames.pressing import GONE_ON, MOST_CHOSEN
from ledger.admin.frames.text import money_text
from ledger.admin.payloads import changed_rows
from ledger.admin.people import actor_words
from ledger.models import ApprovalRequest
from ledger.operations import decide
from ledger.operations.people_needed import people_today
from ledger.operations.present_state import digest_of
from ledger.refusals import Refused

if TYPE_CHECKING:
    from ledger.admin.frames import OpsAdmin

KEPT_SECONDS = 3600
VERDICTS = ("approve", "reject")


@dataclass(frozen=True, slots=True)
class Chosen:
    """One request on the page: `why_not` is empty where it would be decided."""

    request: ApprovalRequest
    why_not: str
    effect: str
    changed: str
    rests_on: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one request."""

    public_id: str
    summary: str
    ok: bool
    words: str


def _go(chosen: list[Any] | None, data: Mapping[str, Any], page: Page) -> Done:
    place = reverse("admin:ledger_approvalrequest_together")
    return Done("", next_url=f"{place}?{urlencode([('chosen', str(row.pk)) for row in chosen or []])}")


def _standing(obj: Any, page: Page) -> Standing:
    return SHOWN if kinds_of(page) else hidden("No role of yours decides on anything.")


TOGETHER = Act("together", "Decide together…", MAY, _go, dialog=False, standing=_standing, icon="checklist")


def confirm(place: "OpsAdmin", request: HttpRequest) -> HttpResponse:
    """GET lists what would be decided, and what not and why. POST decides each, and leads to what became of them."""
    place.require_view(request)
    if request.method not in ("GET", "POST"):
        return HttpResponseNotAllowed(["GET", "POST"])
    page = page_of(request)
    if not kinds_of(page):
        raise PermissionDenied("No role of yours decides on anything.")
    rows = _chosen(place, request.POST if request.method == "POST" else request.GET, page)
    form = ActForm({"reason": reason_field()}, "together", request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.POST.get("verdict") not in VERDICTS:
        return HttpResponseBadRequest("Neither approved nor rejected: nothing was done.\n", content_type="text/plain")
    if request.method == "POST" and form.is_valid():
        return _press(place, request, rows, form.cleaned_data["reason"], page)
    return _show(place, request, rows, form, page)


def told(place: "OpsAdmin", request: HttpRequest, token: str) -> HttpResponse:
    """What became of each request that was decided together; kept for an hour, for who decided."""
    place.require_view(request)
    page = page_of(request)
    kept: dict[str, Any] = cache.get(_key(page, token)) or {"rows": [], "verb": ""}
    rows = [{**row, "link": ref_cell(row["public_id"])} for row in kept["rows"]]
    done = sum(row["ok"] for row in rows)
    context = {"title": "Decided together", "rows": rows, "done": done, "failed": len(rows) - done, "verb": kept["verb"]}
    return place._answer(request, "ops/together_told.html", {**context, "list_url": place.list_url()}, page, 200)


def _chosen(place: "OpsAdmin", params: QueryDict, page: Page) -> list[Chosen]:
    keys = [key for key in params.getlist("chosen")[:MOST_CHOSEN] if place.is_key(key)]
    rows = list(place.rows(page).filter(pk__in=keys).order_by("expires_at", "id"))
    kinds = {row.kind for row in rows}
    return [_judged(row, len(kinds) > 1, page) for row in rows]


def _judged(row: ApprovalRequest, is_mixed: bool, page: Page) -> Chosen:
    receipt = preview_of(row, page)
    changed = changed_of(row, page)
    return Chosen(
        request=row,
        why_not=_why_not(row, is_mixed, page),
        effect=_changes(row) or (receipt.words if receipt else kind_words(row.kind)),
        changed="; ".join(f"{each.what}: {each.was}, now {each.now}" for each in changed),
        rests_on=digest_of(facts_of(row, page)) if row.seen else "",
        asked_by=actor_words(row.maker_kind, row.maker_id, page),
    )


def _changes(row: ApprovalRequest) -> str:
    """What becomes of each setting, in a line; empty where the request changes none."""
    return format_html_join("; ", "{}: {} → {}", changed_rows(row.payload))


def _why_not(row: ApprovalRequest, is_mixed: bool, page: Page) -> str:
    standing = standing_of(row, page)
    if standing.state != "shown":
        return standing.why
    if people_today(row) > 1:
        return "It needs two people: decide on it by itself."
    return "Choose requests of one kind." if is_mixed else ""


def _press(place: "OpsAdmin", request: HttpRequest, rows: list[Chosen], reason: str, page: Page) -> HttpResponse:
    approve, token = request.POST.get("verdict") == "approve", request.POST.get("once", "")
    address = reverse("admin:ledger_approvalrequest_told", args=[token[:64] or "none"])
    if once.take(page, token):
        results = [_decide(row, approve, reason, request.POST.get(f"rests_on-{row.request.pk}", ""), page) for row in rows]
        verb = "approved" if approve else "rejected"
        cache.set(_key(page, token[:64]), {"rows": [asdict(row) for row in results], "verb": verb}, KEPT_SECONDS)
    return HttpResponseRedirect(address)


def _decide(row: Chosen, approve: bool, reason: str, rests_on: str, page: Page) -> Told:
    """One decision, in its own transaction: a refusal of one leaves the others as they are."""
    about = (row.request.public_id, row.request.summary)
    if row.why_not:
        return Told(*about, False, row.why_not)
    try:
        decide(request_id=row.request.pk, approve=approve, checker=page.user, reason=reason, seen=rests_on, now=page.now)
    except (Refused, TransitionNotAllowed) as refusal:
        return Told(*about, False, refusal.message if isinstance(refusal, Refused) else GONE_ON)
    return Told(*about, True, "Approved and executed." if approve else "Rejected.")


def _show(place: "OpsAdmin", request: HttpRequest, rows: list[Chosen], form: ActForm, page: Page) -> HttpResponse:
    ready = [row for row in rows if not row.why_not]
    context = {
        "title": "Decide together",
        "rows": rows,
        "ready": len(ready),
        "sums": _sums(ready),
        "form": form,
        "what": kind_words(ready[0].request.kind) if ready else "",
        "list_url": place.list_url(),
    }
    return place._answer(request, "ops/together.html", context, page, 422 if form.errors else 200)


def _sums(rows: list[Chosen]) -> str:
    """Per currency, never across."""
    sums: dict[str, int] = {}
    for row in rows:
        if row.request.currency:
            sums[row.request.currency] = sums.get(row.request.currency, 0) + int(row.request.amount_minor)
    return ", ".join(money_text(total, code) for code, total in sorted(sums.items()))


def _key(page: Page, token: str) -> str:
    return f"backoffice-together:{page.user.pk}:{token}"
