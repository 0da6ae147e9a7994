"""`{% load ops %}`: money, when, chip, mask, short_id, and the small parts that every template draws the same way."""

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.template.context import RequestContext
from django.utils.safestring import SafeString

from ledger.admin.frames import cells, text
from ledger.admin.frames.chips import Chip

register = template.Library()


@register.simple_tag
def money(amount_minor: int | None, code: str) -> SafeString:
    """`1,234.50 EUR`."""
    return cells.money_cell(amount_minor, code)


@register.simple_tag(takes_context=True)
def when(context: RequestContext, instant: datetime | None) -> SafeString:
    """Relative time, absolute on hover."""
    return cells.when_cell(instant, context["page_now"])


@register.simple_tag(takes_context=True)
def moment(context: RequestContext, instant: datetime | None) -> SafeString:
    """Absolute and relative time, for records."""
    return cells.moment_cell(instant, context["page_now"])


@register.simple_tag
def chip(noun: str, state: str) -> SafeString:
    """Icon, word and tone of a state."""
    return cells.chip_cell(noun, state)


@register.filter
def drawn(value: Chip) -> SafeString:
    """A chip that is at hand."""
    return cells.draw_chip(value)


@register.filter
def mask(value: str, kind: str) -> str:
    """Personal data as it is shown to people who may not see it."""
    return text.mask(value, kind)


@register.filter
def short_id(value: str) -> str:
    return text.short_id(value)


@register.filter
def clock(value: datetime) -> str:
    """`17:02:11`, on timelines; the day stands above."""
    return f"{value:%H:%M:%S}"


@register.filter
def day(value: Any) -> str:
    """`20 Nov 2026`."""
    return f"{value.day} {value:%b %Y}" if value else text.NOTHING


@register.filter
def number(value: int) -> str:
    """`1,204,551`."""
    return f"{int(value):,}"


@register.simple_tag
def ref(public_id: str, full: bool = False) -> SafeString:
    """One of our ids, linked to its page."""
    return cells.ref_cell(public_id, full=full)


@register.simple_tag
def stream_url() -> str:
    """Where the event stream is, or nothing: then the page polls."""
    origin: str = getattr(settings, "STREAM_ORIGIN", "")
    return f"{origin}/stream" if origin else ""


@register.simple_tag(takes_context=True)
def with_params(context: RequestContext, **changes: Any) -> str:
    """The present address's query with some parameters set, or dropped where empty; cursors are dropped unless set."""
    query = context["request"].GET.copy()
    for name in ("after", "before", "from"):
        query.pop(name, None)
    for name, value in changes.items():
        query.pop(name.rstrip("_"), None)
        if value not in (None, ""):
            query[name.rstrip("_")] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag(takes_context=True)
def drop_param(context: RequestContext, name: str) -> str:
    """The present address's query without one parameter, from the first page."""
    query = context["request"].GET.copy()
    for gone in ("after", "before", "from", name):
        query.pop(gone, None)
    return f"?{query.urlencode()}"
