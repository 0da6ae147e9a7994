"""Outgoing webhooks (A8): did the platform hear of it? Every try is listed; sending again is a button."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from cashier.models import OutgoingDelivery, OutgoingEndpoint
from cashier.operations.outgoing import resend_deliveries, resend_delivery
from cashier.operations.outgoing.messages import message_of
from cashier.queries.outgoing import list_told
from ledger.admin.frames import (
    SHOWN,
    Act,
    Column,
    Done,
    Fact,
    Filter,
    ListFrame,
    OpsAdmin,
    Page,
    Panel,
    Record,
    Standing,
    View,
    chip_cell,
    get_chip,
    hidden,
    moment_cell,
    reason_field,
    ref_cell,
    text_cell,
    when_cell,
)
from ledger.admin.frames.records import raw, table, values
from ledger.admin.story import event_words
from ledger.refusals import Conflict

MAY = "cashier.resend_deliveries"
State = OutgoingDelivery.State
Data = Mapping[str, Any]


def told_of(aggregate: str, page: Page) -> Panel:
    """What the platform was told of one intent: each event, where to, how it went."""
    headers = [("Event", "text"), ("Endpoint", "text"), ("State", "text"), ("Tries", "num"), ("Happened", "text"), ("Delivery", "text")]
    rows = [
        [
            event_words(row.event.name),
            row.endpoint.code,
            chip_cell("delivery", row.state),
            str(row.tries),
            moment_cell(row.event.occurred_at, page.now),
            ref_cell(row.public_id),
        ]
        for row in list_told(aggregate)
    ]
    return table("Told to the platform", headers, rows, empty="No endpoint was told of it.")


def _in(state: State) -> Any:
    return lambda rows, page: rows.filter(state=state)


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(aggregate=text.strip().lower())


def _endpoints() -> list[tuple[str, str]]:
    return [(str(pk), code) for pk, code in OutgoingEndpoint.objects.order_by("code").values_list("pk", "code")]


def _standing(row: OutgoingDelivery, page: Page) -> Standing:
    if row.state == State.WAITING:
        return hidden("It waits to be sent already.")
    return SHOWN if row.endpoint.is_enabled else hidden("The endpoint is turned off.")


def _resend(row: OutgoingDelivery, data: Data, page: Page) -> Done:
    resend_delivery(delivery_id=row.pk, reason=data["reason"], actor=page.actor, now=page.now)
    return Done("Waits to be sent again. Delivered only when this page says so.")


def _resend_many(rows: list[OutgoingDelivery], data: Data, page: Page) -> Done:
    if not rows:
        raise Conflict("Select at least one delivery.")
    resend_deliveries(delivery_ids=[row.pk for row in rows], reason=data["reason"], actor=page.actor, now=page.now)
    return Done(f"{len(rows)} wait to be sent again.")


def _tries(row: OutgoingDelivery, page: Page) -> Panel:
    headers = [("Try", "num"), ("When", "text"), ("Answer", "text"), ("Took", "num"), ("What came back", "text")]
    rows = [
        [
            str(each.number),
            moment_cell(each.tried_at, page.now),
            str(each.status) if each.status else "None",
            f"{each.duration_ms:,} ms",
            text_cell(each.error or each.answer),
        ]
        for each in row.attempts.order_by("id")[:100]
    ]
    return table("Tries", headers, rows, empty="Not tried yet.")


@admin.register(OutgoingDelivery)
class OutgoingDeliveryAdmin(OpsAdmin):
    frame = ListFrame(
        question="Did the platform hear of it?",
        columns=(
            Column("Made", lambda row, page: when_cell(row.made_at, page.now), area="b"),
            Column("Event", lambda row, page: event_words(row.event.name), kind="name", area="a"),
            Column("Of", lambda row, page: ref_cell(row.aggregate), area="more"),
            Column("Endpoint", lambda row, page: row.endpoint.code, area="c"),
            Column("State", lambda row, page: chip_cell("delivery", row.state), area="d"),
            Column("Tries", lambda row, page: str(row.tries), kind="num", area="late"),
            Column("Next try", lambda row, page: moment_cell(row.next_try_at, page.now), area="late"),
            Column("Error", lambda row, page: text_cell(row.error), area="late"),
        ),
        views=(
            View("failed", "Given up", _in(State.FAILED), urgent=True),
            View("refused", "Being tried again", lambda rows, page: rows.filter(state=State.WAITING, tries__gt=0)),
            View("waiting", "Waits", _in(State.WAITING)),
            View("all", "All", lambda rows, page: rows, counted=False),
        ),
        order=("-id",),
        filters=(
            Filter("endpoint", "Endpoint", choices=_endpoints),
            Filter("event", "Event", kind="text", lookup="event__name"),
        ),
        search=_search,
        search_hint="Exact id of an intent, payout, …",
        related=("endpoint", "event"),
        done_words="Nothing was given up.",
    )
    acts = (
        Act("resend", "Send again…", MAY, _resend, kind="primary", standing=_standing, title="Send this event again",
            fields=lambda row, page: {"reason": reason_field()}),
    )  # fmt: skip
    bulk_acts = (
        Act("resend", "Send again…", MAY, _resend_many, title="Send the selected events again",
            fields=lambda rows, page: {"reason": reason_field()}),
    )  # fmt: skip

    def list_words(self) -> str:
        return "Outgoing webhooks"

    def heading(self, obj: Any) -> str:
        return "Outgoing webhook"

    def rows(self, page: Page) -> QuerySet[Any]:
        return OutgoingDelivery.objects.select_related("endpoint", "event")

    def version_of(self, obj: OutgoingDelivery) -> str:
        return f"{obj.state}:{obj.tries}:{obj.resends}"

    def record(self, obj: OutgoingDelivery, page: Page) -> Record:
        event = obj.event
        facts = [
            Fact("Endpoint", ref_cell(obj.endpoint.public_id)),
            Fact("Of", ref_cell(obj.aggregate)),
            Fact("Tries", str(obj.tries), "bad" if obj.state == State.FAILED else ""),
            Fact("Next try", moment_cell(obj.next_try_at, page.now)),
            Fact("Given up at", moment_cell(obj.give_up_at, page.now)),
        ]
        about = [
            ("Event id", event.public_id),
            ("Position", str(event.id)),
            ("Place in its order", str(event.sequence)),
            ("Happened", moment_cell(event.occurred_at, page.now)),
            ("Resends", str(obj.resends)),
            ("Trace", event.trace_id or "—"),
        ]
        return Record(
            question="Did the platform hear of it?",
            headline=f"{event_words(event.name)}, to {obj.endpoint.code}",
            code=obj.public_id,
            chip=get_chip("delivery", obj.state),
            facts=facts,
            main=[_tries(obj, page), raw("Body, as sent", json.dumps(message_of(event), indent=2))],
            side=[values("The event", about)],
        )
