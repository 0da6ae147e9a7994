"""Several dead letters put back to work at once (UX 4.6, W5, S1): what was chosen, grouped by error, then one reason for all.

One alone is replayed when it is sent; several are asked for, and a second person decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.urls import reverse

from cashier.admin.event_words import error_words, event_words
from cashier.models import PspEvent, PspEventWork
from cashier.operations import replay_event, request_replay
from ledger.admin.frames import Act, Done, Page, once, page_of, reason_field
from ledger.admin.frames.acts import ActForm
from ledger.admin.frames.pressing import MOST_CHOSEN
from ledger.refusals import Refused

if TYPE_CHECKING:
    from ledger.admin.frames import OpsAdmin

MAY = "cashier.replay_events"


@dataclass(frozen=True, slots=True)
class Group:
    """Events with one error, each named in words. `again`: how many were replayed before and failed with this very error."""

    error: str
    events: list[tuple[str, PspEvent]]
    again: int


def _go(chosen: list[Any] | None, data: Mapping[str, Any], page: Page) -> Done:
    place = reverse("admin:cashier_pspevent_replaying")
    return Done("", next_url=f"{place}?{urlencode([('chosen', str(row.pk)) for row in chosen or []])}")


REPLAY_MANY = Act("replay", "Replay…", MAY, _go, dialog=False, icon="replay")


def confirm(place: "OpsAdmin", request: HttpRequest) -> HttpResponse:
    """GET lists what would be replayed by error, and what not. POST replays one, or asks a second person for several, all or none."""
    place.require_view(request)
    if request.method not in ("GET", "POST"):
        return HttpResponseNotAllowed(["GET", "POST"])
    page = page_of(request)
    if not page.may(MAY):
        raise PermissionDenied(f"Needs the permission {MAY}.")
    rows = chosen_events(place, request.POST if request.method == "POST" else request.GET)
    form = ActForm({"reason": reason_field()}, "replay", request.POST if request.method == "POST" else None)
    ready = [event for event in rows if can_be_replayed(event)]
    if request.method == "POST" and ready and form.is_valid():
        return press(place, request, ready, form, page)
    return show(place, request, rows, form, page, 422 if request.method == "POST" else 200)


def chosen_events(place: "OpsAdmin", params: QueryDict) -> list[PspEvent]:
    keys = [key for key in params.getlist("chosen")[:MOST_CHOSEN] if place.is_key(key)]
    return list(PspEvent.objects.select_related("merchant_account", "work").filter(pk__in=keys).order_by("work__error", "pk"))


def can_be_replayed(event: PspEvent) -> bool:
    return event.work.state == PspEventWork.State.DEAD and event.event != "unreadable"


def failed_again(event: PspEvent) -> bool:
    """Whether it was replayed before, and failed as it had failed."""
    deaths = [entry["error"] for entry in event.work.log if entry["result"] == "dead"]
    return event.work.replays > 0 and len(deaths) > 1 and deaths[-1] == deaths[-2]


def press(place: "OpsAdmin", request: HttpRequest, ready: list[PspEvent], form: ActForm, page: Page) -> HttpResponse:
    token = request.POST.get("once", "")
    if not once.take(page, token):
        messages.info(request, "That was already sent; it was done once.")
        return HttpResponseRedirect(place.list_url())
    try:
        words = go(ready, form.cleaned_data["reason"], page)
    except Refused as refusal:
        once.give_back(page, token)
        form.add_error("reason", f"{refusal.message.rstrip('.')}. None of them was replayed: read the list again.")
        return show(place, request, ready, form, page, 409)
    messages.success(request, words)
    return HttpResponseRedirect(place.list_url())


def go(ready: list[PspEvent], reason: str, page: Page) -> str:
    """Replay one, or ask for several; what was done, in words."""
    if len(ready) == 1:
        replay_event(event_id=ready[0].pk, reason=reason, actor=page.actor, now=page.now)
        return "1 put back to work. It is applied only when its page says so; if it fails again it comes back here."
    asked = request_replay(event_ids=[event.pk for event in ready], reason=reason, maker=page.actor, now=page.now)
    return f"Asked for: {asked.summary}. Somebody else decides; until then they stay here."


def show(place: "OpsAdmin", request: HttpRequest, rows: list[PspEvent], form: ActForm, page: Page, status: int) -> HttpResponse:
    ready = [event for event in rows if can_be_replayed(event)]
    groups = [grouped(error, list(events)) for error, events in groupby(ready, key=lambda event: event.work.error)]
    context = {
        "title": "Replay dead letters",
        "groups": sorted(groups, key=lambda group: -len(group.events)),
        "left_out": [(event_words(event), event) for event in rows if not can_be_replayed(event)],
        "ready": ready,
        "form": form,
        "list_url": place.list_url(),
    }
    return place._answer(request, "ops/replay_together.html", context, page, status)


def grouped(error: str, events: list[PspEvent]) -> Group:
    named = [(event_words(event), event) for event in events]
    return Group(error_words(error) or "no error is kept", named, sum(failed_again(event) for event in events))
