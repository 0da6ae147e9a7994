"""Where the operator's platform hears of events (A8). Changed under four eyes; what was given up is sent again from here."""

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet

from cashier.admin.account_acts import APPROVER, asked
from cashier.admin.account_acts import MAY as MAY_ASK
from cashier.admin.outgoing_deliveries import MAY
from cashier.models import OutgoingEndpoint
from cashier.operations.outgoing import replay_since, resend_failed
from cashier.operations.settings import OUTGOING_ENDPOINT
from cashier.operations.settings.outgoing import secret_name
from cashier.queries.outgoing import Health, get_standing
from cashier.secrets import Purpose, read_secrets
from ledger.admin.frames import (
    SHOWN,
    Act,
    Chip,
    Column,
    Done,
    Fact,
    ListFrame,
    OpsAdmin,
    Page,
    Record,
    Standing,
    Tone,
    View,
    hidden,
    reason_field,
    when_cell,
)
from ledger.admin.frames.cells import draw_chip
from ledger.admin.frames.records import values
from ledger.admin.story import past_of
from ledger.operations.settings_changes import propose_change
from ledger.outbox import public_events

Data = Mapping[str, Any]
CHIPS = {
    Health.WELL: Chip(Tone.GOOD, "check_circle", "Hears"),
    Health.FAILING: Chip(Tone.BAD, "error", "Failing"),
    Health.OFF: Chip(Tone.IDLE, "remove", "Off"),
}
_MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


def _split(text: str) -> list[str]:
    return [part for part in (each.strip() for each in text.replace("\n", ",").split(",")) if part]


def _words(label: str, values_now: list[str], help_text: str, *, required: bool) -> forms.CharField:
    return forms.CharField(label=label, required=required, initial=", ".join(values_now), max_length=2000, help_text=help_text)


def _fields(row: OutgoingEndpoint | None) -> dict[str, forms.Field]:
    areas = ", ".join(sorted({f"{name.partition('.')[0]}.*" for name in public_events()}))
    return {
        "url": forms.CharField(label="Address", initial=row.url if row else "https://", max_length=500),
        "brands": _words("Brands", row.brands if row else [], "Codes, separated by commas. Empty: all.", required=False),
        "events": _words("Events", row.events if row else ["*"], f"Names, or {areas}; * for all.", required=True),
        "secret_ref": forms.CharField(
            label="Name of its secret", initial=row.secret_ref if row else "", max_length=48,
            help_text="The secret is read as <name>_OUTGOING_SECRET, never entered here.",
        ),
        "is_enabled": forms.BooleanField(label="On", required=False, initial=row.is_enabled if row else True),
        "reason": reason_field(),
    }  # fmt: skip


def _new_fields(obj: Any, page: Page) -> dict[str, forms.Field]:
    code = forms.SlugField(label="Name", max_length=64, help_text="a-z, 0-9, _ and -; stays as it is.")
    return {"code": code, **_fields(None)}


def _ask(code: str, data: Data, page: Page) -> Done:
    after = {
        "url": data["url"].strip(),
        "brands": _split(data["brands"]),
        "events": _split(data["events"]),
        "secret_ref": data["secret_ref"].strip().upper(),
        "is_enabled": data["is_enabled"],
    }
    return asked(
        propose_change(OUTGOING_ENDPOINT, key={"endpoint": code}, after=after, reason=data["reason"], maker=page.actor, now=page.now)
    )


def _create(obj: Any, data: Data, page: Page) -> Done:
    return _ask(data["code"].lower(), data, page)


def _change(row: OutgoingEndpoint, data: Data, page: Page) -> Done:
    return _ask(row.code, data, page)


def _is_on(row: OutgoingEndpoint, page: Page) -> Standing:
    return SHOWN if row.is_enabled else hidden("The endpoint is turned off.")


def _has_failed(row: OutgoingEndpoint, page: Page) -> Standing:
    if not row.is_enabled:
        return hidden("The endpoint is turned off.")
    return SHOWN if get_standing(row).failed else hidden("Nothing was given up.")


def _resend(row: OutgoingEndpoint, data: Data, page: Page) -> Done:
    count = resend_failed(endpoint_id=row.pk, reason=data["reason"], actor=page.actor, now=page.now)
    return Done(f"{count} wait to be sent again.")


def _replay_fields(row: OutgoingEndpoint, page: Page) -> dict[str, forms.Field]:
    since = (page.now - timedelta(hours=1)).astimezone(UTC).strftime(_MOMENT[0])
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT[0])
    moment = forms.DateTimeField(label="Everything since (UTC)", initial=since, widget=widget, input_formats=_MOMENT)
    return {"since": moment, "reason": reason_field()}


def _replay(row: OutgoingEndpoint, data: Data, page: Page) -> Done:
    count = replay_since(endpoint_id=row.pk, since=data["since"], reason=data["reason"], actor=page.actor, now=page.now)
    return Done(f"{count} events since {data['since']:%d %b %Y %H:%M} UTC wait to be sent again.")


def _said(row: Any) -> str:
    brands = ", ".join(row.brands) or "all brands"
    return f"{'on' if row.is_enabled else 'off'}, {row.url}, {brands}, {', '.join(row.events)}, secret {row.secret_ref}"


@admin.register(OutgoingEndpoint)
class OutgoingEndpointAdmin(OpsAdmin):
    frame = ListFrame(
        question="Who hears of our events?",
        columns=(
            Column("Endpoint", lambda row, page: row.code, kind="name", area="a"),
            Column("State", lambda row, page: draw_chip(CHIPS[get_standing(row).health]), area="b"),
            Column("Address", lambda row, page: row.url, area="c"),
            Column("Brands", lambda row, page: ", ".join(row.brands) or "All", area="d"),
            Column("Events", lambda row, page: ", ".join(row.events), area="late"),
            Column("Given up", lambda row, page: str(get_standing(row).failed), kind="num", area="late"),
        ),
        views=(View("all", "All", lambda rows, page: rows),),
        order=("code",),
        done_words="No endpoint yet: nobody outside hears of anything.",
    )
    list_acts = (Act("new", "Ask for an endpoint…", MAY_ASK, _create, kind="primary", title="Ask for a new endpoint", fields=_new_fields),)
    acts = (
        Act("change", "Ask to change…", MAY_ASK, _change, title="Ask to change this endpoint", fields=lambda row, page: _fields(row),
            approver=APPROVER),
        Act("resend", "Send given up again…", MAY, _resend, kind="primary", standing=_has_failed, title="Send again what was given up",
            fields=lambda row, page: {"reason": reason_field()}),
        Act("replay", "Replay…", MAY, _replay, kind="menu", standing=_is_on, title="Send everything again since a moment",
            fields=_replay_fields),
    )  # fmt: skip

    def list_words(self) -> str:
        return "Webhook endpoints"

    def heading(self, obj: Any) -> str:
        return "Webhook endpoint"

    def rows(self, page: Page) -> QuerySet[Any]:
        return OutgoingEndpoint.objects.all()

    def version_of(self, obj: OutgoingEndpoint) -> str:
        return _said(obj)

    def record(self, obj: OutgoingEndpoint, page: Page) -> Record:
        standing = get_standing(obj)
        secrets = len(read_secrets(obj.secret_ref, Purpose.OUTGOING_SECRET))
        facts = [
            Fact("Waiting", str(standing.waiting)),
            Fact("Given up", str(standing.failed), "bad" if standing.failed else ""),
            Fact("Last taken", when_cell(standing.delivered_at, page.now)),
            Fact("Secrets", str(secrets) if secrets else "None set", "" if secrets else "bad"),
        ]
        about = [
            ("Address", obj.url),
            ("Brands", ", ".join(obj.brands) or "All"),
            ("Events", ", ".join(obj.events)),
            ("Its secret", secret_name(obj.secret_ref)),
        ]
        return Record(
            question="Does this endpoint hear of our events?",
            headline=obj.code,
            code=obj.public_id,
            chip=CHIPS[standing.health],
            facts=facts,
            main=[values("What it hears", about), past_of(obj, _said, page)],
        )
