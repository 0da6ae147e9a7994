"""Time zone names of reports -> UTC offsets. Abbreviations are read literally: CET is +01:00 also in July."""

import re
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
    "NZST": 720,
    "NZDT": 780,
    "BRT": -180,
    "ART": -180,
    "COT": -300,
    "PET": -300,
    "SAST": 120,
    "MSK": 180,
    "TRT": 180,
    "KST": 540,
    "MYT": 480,
}
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_FARTHEST = 14  # hours


def get_zone(name: str) -> tzinfo:
    """The zone of a TimeZone column: an abbreviation above, an offset ("GMT+01:00", "-0300") or an IANA name ("Europe/Amsterdam").

    Raises LookupError.
    """
    if (offset := _OFFSET.fullmatch(name.upper())) and int(offset[2]) <= _FARTHEST and int(offset[3] or 0) < 60:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
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
    return to_utc(datetime.fromisoformat(text), zone)


def to_utc(found: datetime, zone: tzinfo = UTC) -> datetime:
    """The instant in UTC; one without an offset of its own is local in `zone`, and in an hour that clocks repeat the first.

    Raises ValueError for a year in which nothing can have been settled: days beside it could not be counted.
    """
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError(f"the year {found.year} can't be")
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
