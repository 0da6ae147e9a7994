"""What a person asks of a statement or report, read from the address: period, moment, filters. What can't be read is said in words."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from django.http import QueryDict

from ledger.admin.frames.text import absolute_text
from ledger.money import get_asset, parse_minor
from ledger.queries import AsOf, Wanted
from ledger.refusals import LedgerError


@dataclass(slots=True)
class Asked:
    """`complaints`: what could not be read, and how it is written; the page is then shown without it."""

    since: date | None = None
    asof: AsOf = field(default_factory=AsOf)
    complaints: list[str] = field(default_factory=list)

    @property
    def moment_words(self) -> str:
        """`business days up to 20 Nov 2026, posted by 20 Nov 2026 10:00:00 UTC`, or `now`."""
        day, instant = self.asof.business_date, self.asof.posted_at
        parts = [f"business days up to {day.day} {day:%b %Y}" if day else "", f"posted by {absolute_text(instant)}" if instant else ""]
        return ", ".join(part for part in parts if part) or "now"


def read_moment(params: QueryDict) -> Asked:
    """`since` and `until` are business days, `at` an instant, UTC where it names no zone; a bare day is its end."""
    asked = Asked()
    asked.since = _read_day(params.get("since", ""), "From", asked.complaints)
    asked.asof = AsOf(_read_day(params.get("until", ""), "To", asked.complaints), _read_instant(params.get("at", ""), asked.complaints))
    if asked.since and asked.asof.business_date and asked.since > asked.asof.business_date:
        asked.complaints.append("From is later than To: no day lies between.")
    return asked


def read_wanted(account_id: int, asset: str, params: QueryDict) -> tuple[Wanted, Asked]:
    """What is wanted of the statement of an account."""
    asked = read_moment(params)
    wanted = Wanted(
        account_id,
        since=asked.since,
        asof=asked.asof,
        kind=params.get("kind", "").strip().upper().replace(" ", "_"),
        reference=params.get("reference", "").strip(),
        amount_minor=_read_amount(params.get("amount", ""), asset, asked.complaints),
        actor_id=params.get("actor", "").strip(),
    )
    return wanted, asked


def _read_day(text: str, label: str, complaints: list[str]) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        complaints.append(f"{label}: {text} is not a day like 2026-11-20.")
        return None


def _read_instant(text: str, complaints: list[str]) -> datetime | None:
    if not text.strip():
        return None
    try:
        instant = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
    except ValueError:
        complaints.append(f"Posted by: {text} is not an instant like 2026-11-20T17:30 (UTC).")
        return None
    if len(text.strip()) == len("2026-11-20"):
        instant = datetime.combine(instant.date(), time.max)
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)


def _read_amount(text: str, asset: str, complaints: list[str]) -> int | None:
    if not text.strip():
        return None
    try:
        return abs(parse_minor(text.strip().replace(",", ""), get_asset(asset)))
    except LedgerError:
        complaints.append(f"Amount: {text} is not an amount in {asset} like 4200 or 4200.50.")
        return None
