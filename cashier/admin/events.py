"""What PSPs told us (W5, W7): is anything heard and not applied? Dead letters can be put back to work."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from cashier.admin import choices
from cashier.models import PspEvent, PspEventWork
from cashier.operations import replay_event, replay_events
from ledger.admin.frames import (
    SHOWN,
    Act,
    Column,
    Done,
    Event,
    Fact,
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
    money_cell,
    reason_field,
    ref_cell,
    text_cell,
    when_cell,
)
from ledger.admin.frames.records import raw, timeline, values
from ledger.admin.frames.text import sentence
from ledger.refusals import Conflict

State = PspEventWork.State
MAY = "cashier.replay_events"


def event_behind(posted: links.Posted) -> str:
    """The event whose body caused a posting, by its hash, among those of the same intent: these few are found by index."""
    if not posted.payload_sha256 or not posted.intent_ref:
        return ""
    event = PspEvent.objects.filter(intent_ref=posted.intent_ref, body_sha256=posted.payload_sha256).first()
    return event.public_id if event else ""


links.register_source(event_behind)


def event_words(event: PspEvent) -> str:
    return sentence(event.event.replace(".", " "))


def _in(*states: str) -> Any:
    return lambda rows, page: rows.filter(work__state__in=states)


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(intent_ref=text)


def _standing(event: PspEvent, page: Page) -> Standing:
    return SHOWN if event.work.state == State.DEAD else hidden("Only a dead letter can be replayed.")


def _replay(event: PspEvent, data: Mapping[str, Any], page: Page) -> Done:
    replay_event(event_id=event.pk, reason=data["reason"], actor=page.actor, now=page.now)
    return Done("Put back to work. Applied only when this page says so.")


def _replay_many(events: list[PspEvent], data: Mapping[str, Any], page: Page) -> Done:
    if not events:
        raise Conflict("Select at least one dead letter.")
    replay_events(event_ids=[event.pk for event in events], reason=data["reason"], actor=page.actor, now=page.now)
    return Done(f"{len(events)} put back to work.")


@admin.register(PspEvent)
class PspEventAdmin(OpsAdmin):
    frame = ListFrame(
        question="Is anything heard and not applied?",
        columns=(
            Column("Received", lambda row, page: when_cell(row.received_at, page.now), area="b"),
            Column("Event", lambda row, page: event_words(row), kind="name", area="a"),
            Column("PSP account", lambda row, page: row.merchant_account.code, area="c"),
            Column("For", lambda row, page: ref_cell(row.intent_ref)),
            Column("Amount", lambda row, page: money_cell(row.amount_minor, row.currency, trim=True), kind="num", area="more"),
            Column("State", lambda row, page: chip_cell("event", row.work.state), area="d"),
            Column("Tries", lambda row, page: str(row.work.tries), kind="num", area="late"),
            Column("Error", lambda row, page: text_cell(row.work.error), area="late"),
        ),
        views=(
            View("dead", "Dead", _in("DEAD"), urgent=True),
            View("waiting", "Waits for its intent", _in("WAITING")),
            View("received", "Not applied yet", _in("RECEIVED")),
            View("all", "All", lambda rows, page: rows, counted=False),
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
        done_words="No dead letters.",
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
    bulk_acts = (
        Act(
            "replay",
            "Replay…",
            MAY,
            _replay_many,
            title="Put the selected dead letters back to work",
            fields=lambda events, page: {"reason": reason_field()},
        ),
    )

    def list_words(self) -> str:
        return "PSP events"

    def heading(self, obj: Any) -> str:
        return "PSP event"

    def version_of(self, obj: PspEvent) -> str:
        return f"{obj.work.state}:{obj.work.tries}:{obj.work.replays}"

    def record(self, obj: PspEvent, page: Page) -> Record:
        work = obj.work
        facts = [
            Fact("Amount", money_cell(obj.amount_minor, obj.currency)),
            Fact("For", ref_cell(obj.intent_ref or obj.payout_ref)),
            Fact("PSP account", obj.merchant_account.code),
            Fact("Tries", str(work.tries), "bad" if work.state == State.DEAD else ""),
            Fact("PSP ref", obj.psp_ref or "—"),
        ]
        did = values(
            "What it did",
            [("Outcome", sentence(work.outcome) if work.outcome else "—"), ("Error", work.error or "—"), ("Replays", str(work.replays))],
        )
        events = [Event(obj.occurred_at, "It happened, says the PSP", "psp"), Event(obj.received_at, "We heard it", "system")]
        events += [Event(work.applied_at, "Applied", "system")] if work.applied_at else []
        names = [
            ("Event id", obj.provider_event_id),
            ("Capture", obj.capture_ref),
            ("Refund", obj.refund_ref),
            ("Payout", obj.payout_ref),
            ("Dispute", obj.dispute_ref),
            ("Movement", obj.movement),
            ("SHA-256", obj.body_sha256),
            ("Trace", obj.trace_id),
        ]
        return Record(
            question="What did the PSP tell, and what came of it?",
            headline=event_words(obj),
            code=obj.public_id,
            chip=get_chip("event", work.state),
            facts=facts,
            main=[did, timeline(events), raw("Body, as received", _pretty(obj.raw_body))],
            side=[values("Names in it", [(label, value or "—") for label, value in names])],
        )


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2)
    except ValueError:
        return body
