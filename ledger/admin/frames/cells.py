"""The HTML of one value: money, time, chip, reference. Used by lists, records and the template tags alike."""

from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledger.admin.frames import links
from ledger.admin.frames.chips import Chip, Tone, get_chip
from ledger.admin.frames.text import NOTHING, absolute_text, due_text, money_number, plain_money, relative_text, short_id

NOT_THERE = format_html('<span class="ops-none" aria-label="not known or not there">{}</span>', NOTHING)


def money_cell(amount_minor: int | None, code: str, *, trim: bool = False) -> SafeString:
    """`1,234.50 EUR`, digits tabular, the code lighter; copying yields `1234.50`."""
    if amount_minor is None:
        return NOT_THERE
    return format_html(
        '<span class="ops-money" data-copy="{}">{} <span class="ops-code">{}</span></span>',
        plain_money(amount_minor, code),
        money_number(amount_minor, code, trim=trim),
        code,
    )


def chip_cell(noun: str, state: str) -> SafeString:
    """The chip of a state."""
    return draw_chip(get_chip(noun, state))


def draw_chip(chip: Chip) -> SafeString:
    """Icon, word and colour."""
    return format_html(
        '<span class="ops-chip ops-{}"><span class="material-symbols-outlined" aria-hidden="true">{}</span>{}</span>',
        chip.tone.value,
        chip.icon,
        chip.word,
    )


def when_cell(instant: datetime | None, now: datetime) -> SafeString:
    """Relative, with the absolute time on hover and focus."""
    if instant is None:
        return NOT_THERE
    return format_html(
        '<time class="ops-when" datetime="{}" title="{}">{}</time>',
        instant.isoformat(),
        absolute_text(instant),
        relative_text(instant, now),
    )


def moment_cell(instant: datetime | None, now: datetime) -> SafeString:
    """Absolute and relative, for record pages."""
    if instant is None:
        return NOT_THERE
    return format_html(
        '<time class="ops-when" datetime="{}">{} <span class="ops-soft">· {}</span></time>',
        instant.isoformat(),
        absolute_text(instant),
        relative_text(instant, now),
    )


def due_cell(due_at: datetime | None, now: datetime, *, is_open: bool = True) -> SafeString:
    """The clock of a deadline: late (bad), within two hours (attention), else quiet. Closed work shows no clock."""
    if due_at is None or not is_open:
        return NOT_THERE
    seconds = (due_at - now).total_seconds()
    tone, icon = (Tone.BAD, "alarm") if seconds <= 0 else (Tone.ATTENTION, "schedule") if seconds <= 7200 else (Tone.IDLE, "")
    mark = format_html('<span class="material-symbols-outlined" aria-hidden="true">{}</span>', icon) if icon else ""
    return format_html(
        '<time class="ops-due ops-due-{}" datetime="{}" title="{}">{}{}</time>',
        tone.value,
        due_at.isoformat(),
        absolute_text(due_at),
        mark,
        due_text(due_at, now),
    )


def ref_cell(public_id: str, *, full: bool = False) -> SafeString:
    """Our id in monospace, shortened in lists; a link where a page for its prefix exists. The whole value stays in the accessible name."""
    if not public_id:
        return NOT_THERE
    shown = public_id if full else short_id(public_id)
    url = links.url_of(public_id)
    if url:
        return format_html('<a class="ops-id" href="{}" title="{}" data-copy="{}">{}</a>', url, public_id, public_id, shown)
    return format_html('<span class="ops-id" title="{}" data-copy="{}" aria-label="{}">{}</span>', public_id, public_id, public_id, shown)


def text_cell(value: object) -> str:
    """Plain text, or a dash."""
    return str(value) if value not in (None, "") else NOT_THERE
