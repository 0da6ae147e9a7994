"""The POST side of a page: find the act, see whether this person may, run it once, say what happened."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django_fsm import TransitionNotAllowed

from ledger.admin.frames import once
from ledger.admin.frames.acts import Act, ActForm, Button, Done
from ledger.admin.frames.page import Page, page_of
from ledger.operations import record_audit
from ledger.refusals import Refused
from ledger.tracing import current_trace_id

if TYPE_CHECKING:
    from ledger.admin.frames.model_admin import OpsAdmin

MOST_CHOSEN = 200
STALE = "This record changed since you opened it. Nothing was done: read it again, then decide."
GONE_ON = "It is no longer in a state in which this can be done."


def press_record(place: "OpsAdmin", request: HttpRequest, object_id: str, slug: str) -> HttpResponse:
    """POST of one button of a record."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    obj, page = place.load(object_id), page_of(request)
    act = _find(place.acts, slug)
    is_stale = act.guards_staleness and request.POST.get("seen", "") != place.version_of(obj)
    button = _button(place, act, obj, page, place.act_url(obj, slug), is_stale=is_stale)
    if is_stale:
        button.error = STALE
        return place.show_record(request, obj, page, button, 409)
    following = place.neighbours(obj, page)[1]
    done = _press(act, obj, page, button)
    if done is None:
        return place.show_record(request, place.load(object_id), page, button, 422 if button.form.errors else 409)
    onward = (following or place.back_url(request)) if done.advance else ""
    return HttpResponseRedirect(done.next_url or onward or _safe_next(request) or place.record_url(obj, request))


def press_list(place: "OpsAdmin", request: HttpRequest, slug: str) -> HttpResponse:
    """POST of one button of the list; a bulk act gets the chosen rows as its object."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    place.require_view(request)
    page = page_of(request)
    act = _find((*place.list_acts, *place.bulk_acts), slug)
    chosen = _chosen(place, request) if act in place.bulk_acts else None
    button = _button(place, act, chosen, page, place.list_act_url(slug))
    done = _press(act, chosen, page, button)
    if done is None:
        return place.show_list(request, page, button, 422 if button.form.errors else 409)
    return HttpResponseRedirect(done.next_url or _safe_next(request) or place.list_url())


def _find(acts: Sequence[Act], slug: str) -> Act:
    act = next((act for act in acts if act.slug == slug), None)
    if act is None:
        raise Http404(f"No act is called {slug}.")
    return act


def _button(place: "OpsAdmin", act: Act, obj: Any, page: Page, url: str, *, is_stale: bool = False) -> Button:
    """The button with the posted form. Who may not press it gets 403, and the try is audited (UX 5.5).

    Somebody else may have pressed first, and the button is gone since: who had it on a page that is out of date is told that instead.
    """
    standing = act.stand(obj, page)
    if standing.state == "hidden":
        _audit_refusal(place, act, obj, page, standing.why)
        if is_stale and page.may(act.permission):
            return Button(act, act.slug, standing, ActForm({}, act.slug), None, "", url)
        raise PermissionDenied(standing.why)
    approver = act.approver if isinstance(act.approver, str) else act.approver(obj, page)
    form = act.form(obj, page, page.request.POST, page.request.FILES)
    receipt = act.receipt(obj, page) if act.receipt else None
    receipts = act.receipts(obj, page) if act.receipts else {}
    return Button(act, act.label_for(obj, page), standing, form, receipt, approver, url, receipts, opened=True, error=standing.why)


def _press(act: Act, obj: Any, page: Page, button: Button) -> Done | None:
    """Run the act once. None: refused, and the button says why; nothing was changed."""
    if not button.is_open or not button.form.is_valid():
        return None
    token = page.request.POST.get("once", "")
    if not once.take(page, token):
        messages.info(page.request, "That was already sent; it was done once.")
        return Done("")
    try:
        done = act.run(obj, button.form.cleaned_data, page)
    except (Refused, TransitionNotAllowed) as refusal:
        once.give_back(page, token)
        why = refusal.message if isinstance(refusal, Refused) else GONE_ON
        button.error = f"{why.rstrip('.')}. Nothing was changed. Trace {current_trace_id() or 'none'}."
        return None
    if done.words:
        messages.success(page.request, done.words, extra_tags=f"undo:{done.undo_url}" if done.undo_url else "")
    return done


def _audit_refusal(place: "OpsAdmin", act: Act, obj: Any, page: Page, why: str) -> None:
    with transaction.atomic():
        record_audit(
            act="backoffice.refused",
            actor=page.actor,
            target_kind=place.model._meta.label,
            target_id=place.name_of(obj) if isinstance(obj, Model) else "",
            detail={"button": act.slug, "why": why},
            now=page.now,
        )


def _chosen(place: "OpsAdmin", request: HttpRequest) -> list[Any]:
    keys = request.POST.getlist("chosen")[:MOST_CHOSEN]
    return list(place.rows(page_of(request)).filter(pk__in=[key for key in keys if place.is_key(key)]))


def _safe_next(request: HttpRequest) -> str:
    """Where the form says to go on to, within this site only."""
    target = request.POST.get("next", "")
    return target if target.startswith("/") and not target.startswith("//") and "\\" not in target else ""
