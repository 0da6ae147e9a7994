"""How money, time, ids and personal data read on a screen (UX 2.1, 2.2, 2.5, 2.6). Pure functions: values in, words out."""

from datetime import UTC, datetime, timedelta

from ledger.money import MINUS, MoneyError, UnknownAsset, format_grouped, format_major, get_asset

NOTHING = "—"


def plain_money(amount_minor: int, code: str) -> str:
    """`1234.50`: what a copied cell or a CSV holds. Unknown assets show their minor units as they are."""
    try:
        return format_major(int(amount_minor), get_asset(code))
    except (UnknownAsset, MoneyError):
        return str(int(amount_minor))


def money_number(amount_minor: int, code: str, *, trim: bool = False) -> str:
    """`−1,234.50`: thousands by comma, a true minus, the decimals of the asset.

    `trim` drops zeros beyond two decimals, for lists of crypto.
    """
    try:
        shown = format_grouped(int(amount_minor), get_asset(code))
    except (UnknownAsset, MoneyError):
        return f"{int(amount_minor):,}".replace("-", MINUS)
    whole, _, decimals = shown.partition(".")
    if trim and len(decimals) > 2:
        return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
    return shown


def money_text(amount_minor: int | None, code: str, *, trim: bool = False) -> str:
    """`1,234.50 EUR`, or a dash for what is not known or not there. Zero is `0.00 EUR`: the two never stand for each other."""
    if amount_minor is None:
        return NOTHING
    return f"{money_number(amount_minor, code, trim=trim)} {code}"


def duration_text(length: timedelta) -> str:
    """Two units at most: `3d 4h`, `6h 57m`, `12m`, `40s`. The sign is dropped."""
    seconds = abs(int(length.total_seconds()))
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days}d {hours}h" if hours and days < 7 else f"{days}d"
    if hours:
        return f"{hours}h {minutes:02d}m"
    return f"{minutes}m" if minutes else f"{seconds}s"


def relative_text(instant: datetime, now: datetime) -> str:
    """`in 1h 20m` or `3d ago`."""
    length = instant - now
    return f"in {duration_text(length)}" if length > timedelta(0) else f"{duration_text(length)} ago"


def due_text(due_at: datetime, now: datetime) -> str:
    """`late 6h 57m` once past, else `in 1h 20m`."""
    return f"late {duration_text(now - due_at)}" if due_at <= now else f"in {duration_text(due_at - now)}"


def absolute_text(instant: datetime, *, seconds: bool = True) -> str:
    """`20 Nov 2026 17:02:40 UTC`. The zone is always printed."""
    moment = instant.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y %H:%M:%S} UTC" if seconds else f"{moment.day} {moment:%b %Y %H:%M} UTC"


def short_id(value: str) -> str:
    """`pi_01j9…4t`: the prefix, four signs, the last four. Short texts stay whole."""
    if len(value) <= 14:
        return value
    prefix, mark, rest = value.partition("_")
    return f"{prefix}_{rest[:4]}…{rest[-4:]}" if mark and rest else f"{value[:6]}…{value[-4:]}"


def sentence(word: str) -> str:
    """`NEEDS_REVIEW` as `Needs review`."""
    return word.replace("_", " ").strip().capitalize()


def mask_email(value: str) -> str:
    """`a•••@g•••.com`."""
    name, mark, host = value.partition("@")
    if not mark or not name or not host:
        return "•••"
    domain, _, top = host.rpartition(".")
    return f"{name[0]}•••@{domain[:1]}•••.{top}"


def mask_tail(value: str, keep: int = 4) -> str:
    """`••••4411`: an IBAN (last 4) or a phone (last 2)."""
    digits = "".join(value.split())
    return f"••••{digits[-keep:]}" if len(digits) > keep else "••••"


def mask_card(value: str) -> str:
    """`411111••••1111` at most; shorter tokens are hidden whole."""
    digits = "".join(sign for sign in value if sign.isdigit())
    return f"{digits[:6]}••••{digits[-4:]}" if len(digits) >= 13 else "••••"


def mask_name(value: str) -> str:
    """`A. K.`"""
    return " ".join(f"{part[0].upper()}." for part in value.split()) or "•••"


def mask_ip(value: str) -> str:
    """The first two groups: `10.2.•.•`."""
    if ":" in value:
        return ":".join([*value.split(":")[:2], "•"])
    return ".".join([*value.split(".")[:2], "•", "•"])


MASKS = {"email": mask_email, "iban": mask_tail, "card": mask_card, "name": mask_name, "ip": mask_ip}


def mask(value: str, kind: str) -> str:
    """Personal data as it is shown without the permission to see it (B5). `kind`: email, phone, iban, card, name, ip, year or document."""
    if not value:
        return NOTHING
    if kind == "phone":
        return mask_tail(value, 2)
    if kind == "year":
        return value[:4]
    return MASKS[kind](value) if kind in MASKS else "••••"
