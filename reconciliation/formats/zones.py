"""Time zone names of reports -> UTC offsets. Abbreviations are read literally: CET is +01:00 also in July."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

OFFSET_MINUTES: dict[str, int] = {
    "UTC": 0,
    "GMT": 0,
    "WET": 0,
    "WEST": 60,
    "BST": 60,
    "CET": 60,
    "CEST": 120,
    "EET": 120,
    "EEST": 180,
    "EST": -300,
    "EDT": -240,
    "CST": -360,
    "CDT": -300,
    "MST": -420,
    "MDT": -360,
    "PST": -480,
    "PDT": -420,
    "SGT": 480,
    "HKT": 480,
    "JST": 540,
    "AEST": 600,
    "AEDT": 660,
}


def get_zone(name: str) -> tzinfo:
    """The zone of a TimeZone column: an abbreviation above or an IANA name ("Europe/Amsterdam"). Raises LookupError."""
    if name.upper() in OFFSET_MINUTES:
        return timezone(timedelta(minutes=OFFSET_MINUTES[name.upper()]))
    if "/" not in name or "\0" in name:
        raise LookupError(f"{name!r} is not a known time zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise LookupError(f"{name!r} is not a known time zone") from None


def read_instant(text: str, zone: tzinfo) -> datetime:
    """UTC instant of local "YYYY-MM-DD HH:MM:SS". In the hour that clocks repeat, the first. Raises ValueError."""
    if len(text) != 19 or text[10] not in " T" or not text.isascii():
        raise ValueError(f"{text[:40]!r} is not a date and time like 2026-01-31 23:59:59")
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
