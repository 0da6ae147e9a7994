"""What PSPs told us (W5, W7): is anything not heard, or heard and not applied? Dead letters can be put back to work."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from cashier.admin import choices
from cashier.admin.event_record import event_record
from cashier.admin.event_words import error_words, event_words, figures
from cashier.admin.replaying import MAY, REPLAY_MANY, confirm
from cashier.models import PspEvent, PspEventWork
from cashier.operations import replay_event
from cashier.operations.apply import MOST_TRIES
from ledger.admin.frames import (
    SHOWN,
    Act,
    Column,
    Done,
    Filter,
    ListFrame,
    OpsAdmin,
    Page,
    Record,
    Standing,
    View,
    chip_cell,
    get_chip,
    hidden,
    links,
    reason_field,
    ref_cell,
    text_cell,
    when_cell,
)
from ledger.admin.frames.cells import NOT_THERE
from ledger.clock import real_now

State = PspEventWork.State


def event_behind(posted: links.Posted) -> str:
    """The event whose body caused a posting, by its hash, among those of the same intent: these few are found by index."""
    if not posted.payload_sha256 or not posted.intent_ref:
        return ""
    event = PspEvent.objects.filter(intent_ref=posted.intent_ref, body_sha256=posted.payload_sha256).first()
    return event.public_id if event else ""


links.register_source(event_behind)


def _in(*states: str) -> Any:
    return lambda rows, page: rows.filter(work__state__in=states)


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(intent_ref=text)


def _standing(event: PspEvent, page: Page) -> Standing:
    is_dead = event.work.state == State.DEAD and event.event != "unreadable"
    return SHOWN if is_dead else hidden("Only a dead letter that can be read is replayed.")


def _replay(event: PspEvent, data: Mapping[str, Any], page: Page) -> Done:
    replay_event(event_id=event.pk, reason=data["reason"], actor=page.actor, now=page.now)
    return Done("Put back to work. Applied only when this page says so.")


def _retrying(rows: QuerySet[Any], page: Page) -> QuerySet[Any]:
    return rows.filter(work__state=State.RECEIVED).exclude(work__error="")


def _all(rows: QuerySet[Any], page: Page) -> QuerySet[Any]:
    """All but the notifications whose meaning is an event of its own beside them."""
    return rows.exclude(work__outcome__startswith="became")


@admin.register(PspEvent)
class PspEventAdmin(OpsAdmin):
    frame = ListFrame(
        question="Is anything not heard, or heard and not applied?",
        columns=(
            Column("Received", lambda row, page: when_cell(row.received_at, page.now), area="b"),
            Column("PSP account", lambda row, page: row.merchant_account.code, area="c"),
            Column("Event", lambda row, page: event_words(row), kind="name", area="a"),
            Column("For", lambda row, page: ref_cell(row.intent_ref)),
            Column("State", lambda row, page: chip_cell("event", row.work.state), area="d"),
            Column("Tries", lambda row, page: _tries(row.work), kind="num", area="late"),
            Column("Next try", lambda row, page: _next_try(row.work), area="more"),
            Column("Error", lambda row, page: text_cell(error_words(row.work.error)), area="late"),
        ),
        views=(
            View("dead", "Dead", _in("DEAD"), urgent=True),
            View("retrying", "Retrying", _retrying),
            View("waiting", "Unknown intent", _in("WAITING")),
            View("refused", "Refused", lambda rows, page: rows.none(), counted=False),
            View("all", "All", _all, counted=False),
        ),
        order=("-received_at", "-id"),
        filters=(
            Filter("merchant_account", "Merchant account", choices=choices.accounts),
            Filter(
                "state",
                "State",
                lookup="work__state",
                choices=lambda: [(state.value, get_chip("event", state.value).word) for state in State],
            ),
            Filter("event", "Event", kind="text"),
        ),
        search=_search,
        search_hint="Exact intent id",
        related=("merchant_account", "work"),
        done_words="Nothing waits here.",
        fill=figures,
    )
    acts = (
        Act(
            "replay",
            "Replay…",
            MAY,
            _replay,
            kind="primary",
            standing=_standing,
            title="Put this event back to work",
            fields=lambda event, page: {"reason": reason_field()},
        ),
    )
    bulk_acts = (REPLAY_MANY,)

    def extra_urls(self) -> list[URLPattern]:
        return [path("replaying/", self.admin_site.admin_view(self.replaying_view), name=self._named("replaying"))]

    def replaying_view(self, request: HttpRequest) -> HttpResponse:
        return confirm(self, request)

    def list_words(self) -> str:
        return "PSP events"

    def heading(self, obj: Any) -> str:
        return "PSP event"

    def version_of(self, obj: PspEvent) -> str:
        return f"{obj.work.state}:{obj.work.tries}:{obj.work.replays}"

    def record(self, obj: PspEvent, page: Page) -> Record:
        return event_record(obj, page)


def _tries(work: PspEventWork) -> str:
    return f"{work.tries} of {MOST_TRIES}" if work.state in (State.DEAD, State.RECEIVED) and work.error else str(work.tries)


def _next_try(work: PspEventWork) -> str:
    is_open = work.state in PspEventWork.OPEN_STATES
    return when_cell(work.next_try_at, real_now()) if is_open and work.error else NOT_THERE
